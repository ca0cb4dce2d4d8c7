import { locked } from '#core/disallowed.ts'
import { unknownManifest } from '#core/failures.ts'
import { deletionRefused, whyNotDeleted, withReferrers } from '#core/manifest-deletion.ts'
import { checkPrecondition } from '#core/precondition.ts'
import type { Tag } from '#core/reference.ts'
import { digestsOf, inOrder } from './blobs-in-use.ts'
import { endPeriods, noteEvent } from './event-log.ts'
import { keepTags } from './kept-deleted.ts'
import { manifestGraph, mayDelete } from './manifest-graph.ts'
import { removeManifests } from './manifest-removal.ts'
import { settingsOf } from './registries.ts'
import { findRepository } from './repositories.ts'
import { changeRepository, settleRepositories } from './repository-changes.ts'
import { readDigest, type StoredDigest } from './stored-digest.ts'
import type { Verb } from './verb.ts'

export const deleteManifest: Verb<'deleteManifest'> = async (tx, input) => {
  const { registryId, name, digest, precondition, now, reliedBefore } = input
  const repository = await findRepository(tx, registryId, name)
  if (!repository) throw unknownManifest({ kind: 'digest', digest })
  const graph = manifestGraph(tx, repository.id)
  // Held before it is judged. A referrer that comes afterwards stands.
  const going = await digestsOf(
    tx,
    `SELECT digest FROM manifest WHERE repo_id = ? AND digest ${tx.among('bytes')} ORDER BY digest${tx.forUpdate}`,
    repository.id,
    inOrder([...(await withReferrers(graph, digest))]),
  )
  if (!going.has(digest)) throw unknownManifest({ kind: 'digest', digest })
  if (!mayDelete(repository)) throw locked(`repository ${name}`, { name })
  const settings = await settingsOf(tx, registryId)
  const obstacle = await whyNotDeleted(graph, going, settings.indexChildren)
  if (obstacle) throw deletionRefused(obstacle)
  checkPrecondition(precondition, digest)
  const removed = await removeManifests(tx, {
    registryId,
    repositoryId: repository.id,
    digests: [...going],
    now,
    reliedBefore,
    keep: settings.keepDeleted,
  })
  changeRepository(tx, repository.id, { mustLive: true })
  await settleRepositories(tx)
  const tags: Tag[] = []
  for (const { digest: each, tags: gone } of removed) {
    noteEvent(tx, { kind: 'manifest.deleted', registryId, details: { repository: name, digest: each, tags: gone } })
    tags.push(...gone)
  }
  tx.failpoint('manifest.delete.in-transaction')
  return { manifests: removed.map((each) => each.digest), tags }
}

export const deleteTag: Verb<'deleteTag'> = async (tx, { registryId, name, tag, precondition, now }) => {
  const repository = await findRepository(tx, registryId, name)
  const row =
    repository &&
    (await tx.get<{ digest: StoredDigest; delete_enabled: number; write_enabled: number }>(
      `SELECT digest, delete_enabled, write_enabled FROM tag WHERE repo_id = ? AND name = ?${tx.forUpdate}`,
      repository.id,
      tag,
    ))
  if (!repository || !row) throw unknownManifest({ kind: 'tag', tag })
  if (!mayDelete(repository)) throw locked(`repository ${name}`, { name })
  if (!mayDelete(row)) throw locked(`tag ${tag}`, { tag })
  checkPrecondition(precondition, readDigest(row.digest))
  tx.failpoint('tag.delete.in-transaction')
  if ((await settingsOf(tx, registryId)).keepDeleted) await keepTags(tx, repository.id, [tag], now)
  await endPeriods(tx, repository.id, now, [tag])
  await tx.run('DELETE FROM tag WHERE repo_id = ? AND name = ?', repository.id, tag)
  changeRepository(tx, repository.id, { at: now, mustLive: true })
  await settleRepositories(tx)
  noteEvent(tx, { kind: 'tag.deleted', registryId, details: { repository: name, tag, digest: readDigest(row.digest) } })
}
