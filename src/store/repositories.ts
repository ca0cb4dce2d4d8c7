import { unknownRepository } from '#core/failures.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import { locked } from '#core/disallowed.ts'
import { endPeriods, noteEvent } from './event-log.ts'
import { askFor } from './jobs.ts'
import { lockedRow, mayDelete } from './manifest-graph.ts'
import { settingsOf } from './registries.ts'
import { RunAgain } from './run-again.ts'
import { readDigest, type StoredDigest } from './stored-digest.ts'
import type { SqlReader, SqlTransaction } from './transaction.ts'
import type { Verb } from './verb.ts'

export interface RepositoryRow {
  id: number
  manifests: number
  write_enabled: number
  delete_enabled: number
  read_enabled: number
}

export const findRepository = (db: SqlReader, registryId: number, name: string) =>
  db.get<RepositoryRow>(
    `SELECT id, manifests, write_enabled, delete_enabled, read_enabled FROM repository WHERE registry_id = ? AND name = ? AND state = 'live'`,
    registryId,
    name,
  )

/** A repository without a manifest is hidden: its row stays for the pushes that are under way. */
export async function findVisible(db: SqlReader, registryId: number, name: string): Promise<RepositoryRow | undefined> {
  const repository = await findRepository(db, registryId, name)
  return repository && repository.manifests > 0 ? repository : undefined
}

/** The repository of a push: made when it is not there. `locked`; `name-unknown` when the registry is gone: nothing would empty it. */
export async function ensureRepository(tx: SqlTransaction, registryId: number, name: RepositoryName): Promise<RepositoryRow> {
  const found = await findRepository(tx, registryId, name)
  if (found) {
    if (!found.write_enabled) throw locked(`repository ${name}`, { name })
    return found
  }
  await tx.run(
    `INSERT INTO repository (registry_id, name) SELECT id, ? FROM registry WHERE id = ? AND state = 'live'
     ON CONFLICT (registry_id, name) WHERE state = 'live' DO NOTHING`,
    name,
    registryId,
  )
  const made = await findRepository(tx, registryId, name)
  if (!made) throw unknownRepository(name)
  return made
}

export const deleteRepository: Verb<'deleteRepository'> = async (tx, { registryId, name, now }) => {
  const repository = await findVisible(tx, registryId, name)
  if (!repository) throw unknownRepository(name)
  if (!mayDelete(repository)) throw locked(`repository ${name}`, { name })
  const row = await tx.get<{ seq: number }>('UPDATE registry SET seq = seq + 1 WHERE id = ? RETURNING seq', registryId)
  await tx.run(
    `INSERT INTO repository_deletion (registry_id, name, seq) VALUES (?, ?, ?)
     ON CONFLICT (registry_id, name) DO UPDATE SET seq = excluded.seq`,
    registryId,
    name,
    row?.seq ?? 0,
  )
  // Who locks something in it, or pushes into it, at the same time holds this row too.
  const held = await tx.get(`SELECT id FROM repository WHERE id = ? AND state = 'live'${tx.forUpdate}`, repository.id)
  if (!held) throw new RunAgain('the repository was deleted meanwhile')
  await refuseLocks(tx, repository.id, name)
  const manifests = await tx.all<{ digest: StoredDigest }>('SELECT digest FROM manifest WHERE repo_id = ? ORDER BY digest', repository.id)
  const tags = await tx.all<{ name: Tag }>('SELECT name FROM tag WHERE repo_id = ? ORDER BY name', repository.id)
  const { keepDeleted } = await settingsOf(tx, registryId)
  await tx.run('UPDATE repository SET state = ? WHERE id = ?', keepDeleted ? 'keeping' : 'draining', repository.id)
  await endPeriods(tx, repository.id, now)
  await askToDrain(tx, now)
  noteEvent(tx, { kind: 'repository.deleted', registryId, details: { repository: name } })
  return { manifests: manifests.map((each) => readDigest(each.digest)), tags: tags.map((each) => each.name) }
}

export const askToDrain = (tx: SqlTransaction, now: number): Promise<void> =>
  askFor(tx, { kind: 'repositories.drain', key: '', payload: null, runAfter: now }, now)

async function refuseLocks(tx: SqlTransaction, repositoryId: number, name: string): Promise<void> {
  const tag = await tx.get<{ name: string }>(`SELECT name FROM tag WHERE repo_id = ? AND ${lockedRow} LIMIT 1`, repositoryId)
  const manifest = await tx.get<{ digest: StoredDigest }>(
    `SELECT digest FROM manifest WHERE repo_id = ? AND ${lockedRow} LIMIT 1`,
    repositoryId,
  )
  const reference = tag?.name ?? (manifest && readDigest(manifest.digest))
  if (reference) throw locked(`${name}: ${reference}`, { name, reference })
}
