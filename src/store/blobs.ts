import { unknownBlob } from '#core/failures.ts'
import { locked } from '#core/disallowed.ts'
import { RegistryError } from '#core/registry-error.ts'
import { noteNamed } from './blobs-in-use.ts'
import { noteEvent } from './event-log.ts'
import { dropLinks } from './link-removal.ts'
import { isNamed, linkIsNamed, makeLink, renewLink, reviewLink } from './links.ts'
import { mayDelete } from './manifest-graph.ts'
import { ensureRepository, findRepository } from './repositories.ts'
import { RunAgain } from './run-again.ts'
import { storedDigest } from './stored-digest.ts'
import type { Verb } from './verb.ts'

export const mountBlob: Verb<'mountBlob'> = async (tx, { registryId, name, from, digest, now, leaseUntil }) => {
  const source = await findRepository(tx, registryId, from)
  // A mount reads: what may not be pulled may not be mounted elsewhere either.
  if (!source?.read_enabled) return false
  const ready = (lock: string) =>
    tx.get<{ size: number }>(
      `SELECT blob.size AS size FROM repo_blob
       JOIN blob ON blob.registry_id = repo_blob.registry_id AND blob.digest = repo_blob.digest
       JOIN object ON object.object_id = blob.object_id
       WHERE repo_blob.repo_id = ? AND repo_blob.digest = ? AND object.state = 'ready'${lock}`,
      source.id,
      storedDigest(digest),
    )
  const blob = await ready('')
  if (!blob) return false
  const target = await ensureRepository(tx, registryId, name)
  tx.failpoint('mount.in-transaction')
  // The source's link keeps the blob until the new one does.
  if (!tx.isSoleWriter && !(await ready(tx.forKeyShareOf('repo_blob')))) throw new RunAgain('the source lost its link meanwhile')
  const link = { registryId, repositoryId: target.id, digest, now, leaseUntil }
  if (await renewLink(tx, link)) {
    await reviewLink(tx, { ...link, after: leaseUntil })
    return true
  }
  const named = await isNamed(tx, target.id, digest)
  if (named) await noteNamed(tx, registryId, [digest])
  await makeLink(tx, { ...link, size: blob.size, isNamed: named })
  return true
}

export const renewBlobLease: Verb<'renewBlobLease'> = (tx, input) => renewLink(tx, input)

export const deleteBlob: Verb<'deleteBlob'> = async (tx, { registryId, name, digest, now }) => {
  const repository = await findRepository(tx, registryId, name)
  const link =
    repository &&
    (await tx.get(`SELECT 1 FROM repo_blob WHERE repo_id = ? AND digest = ?${tx.forUpdate}`, repository.id, storedDigest(digest)))
  if (!repository || !link) throw unknownBlob(digest)
  if (!mayDelete(repository)) throw locked(`repository ${name}`, { name })
  if (await linkIsNamed(tx, repository.id, digest))
    throw new RegistryError('in-use', `blob ${digest} is named by a manifest of ${name}: delete the manifest first`, { digest })
  tx.failpoint('blob.delete.in-transaction')
  await dropLinks(tx, [{ registryId, repositoryId: repository.id, digest }], now)
  noteEvent(tx, { kind: 'blob.deleted', registryId, details: { repository: name, digest } })
}
