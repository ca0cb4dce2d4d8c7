import { Worker } from 'node:worker_threads'
import { DatabaseSync } from 'node:sqlite'
import type { Digest } from '#core/digest.ts'
import type { Counts } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import type { CopiedObject, FactsCopy, FactsFiles } from '#ports/backup.ts'
import type { StoredBody } from '#ports/collection.ts'
import { bodyPage } from '#store/content-reads.ts'
import { schemaVersion } from '#store/schema.ts'
import { type StoredDigest, storedPlace, withDigest } from '#store/stored-digest.ts'
import { DamagedDatabase } from './damage.ts'
import type { FactsCopyJob } from './facts-copy-thread.ts'

/** Copies of the database by `VACUUM INTO`, in a thread of their own: they may take minutes. */
export const sqliteFactsFiles = (database: string): FactsFiles => ({
  schemaVersion,
  copyTo: async (path) => {
    await inThread<true>(new URL('./facts-copy-thread.ts', import.meta.url), { from: database, to: path })
    return openCopy(path, false)
  },
  check: () => inThread<string[]>(new URL('./facts-check-thread.ts', import.meta.url), database),
  open: async (path) => openCopy(path, true),
})

/** What the thread says is the result; a damaged database is said in its words. */
function inThread<Result>(file: URL, workerData: FactsCopyJob | string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(file, { workerData })
    thread.once('message', (said: { result: Result } | { damaged: string; path: string }) =>
      'result' in said ? resolve(said.result) : reject(new DamagedDatabase(said.path, said.damaged)),
    )
    thread.once('error', (error) => reject(error as Error))
    thread.once('exit', () => reject(new Error('the work on the database has ended early')))
  })
}

type SmallObject = Awaited<ReturnType<FactsCopy['smallObjects']>>[number]

const withDigests = <Shape extends { digest: Digest }>(rows: readonly unknown[]): Shape[] =>
  rows.map((row) => withDigest(row as { digest: StoredDigest }) as unknown as Shape)

function openCopy(path: string, readOnly: boolean): FactsCopy {
  const database = new DatabaseSync(path, { readOnly })
  const count = (sql: string) => Number(database.prepare(sql).get()?.count ?? 0)
  try {
    const live = `JOIN repository ON repository.id = repo_id WHERE repository.state = 'live'`
    const counts: Counts = {
      repositories: count(`SELECT COUNT(*) AS count FROM repository WHERE state = 'live' AND manifests > 0`),
      manifests: count(`SELECT COUNT(*) AS count FROM manifest ${live}`),
      tags: count(`SELECT COUNT(*) AS count FROM tag ${live}`),
      blobs: count('SELECT COUNT(*) AS count FROM blob'),
      uploads: 0,
    }
    const page = database.prepare(
      `SELECT object_id AS objectId, digest, size, storage_key AS storageKey FROM object
       WHERE state = 'ready' AND backend LIKE 'files%' AND bytes IS NULL AND object_id > ? ORDER BY object_id LIMIT ?`,
    )
    const smallPage = database.prepare(
      `SELECT object_id AS objectId, digest, bytes FROM object
       WHERE state = 'ready' AND bytes IS NOT NULL AND object_id > ? ORDER BY object_id LIMIT ?`,
    )
    const bodies = database.prepare(bodyPage)
    return {
      schemaVersion: count('SELECT MAX(version) AS count FROM schema_version'),
      counts,
      objects: async ({ after, limit }) => withDigests<CopiedObject>(page.all(after, limit)),
      smallObjects: async ({ after, limit }) => withDigests<SmallObject>(smallPage.all(after, limit)),
      manifestBodies: async ({ after, limit }) => withDigests<StoredBody>(bodies.all(after.registryId, storedPlace(after.digest), limit)),
      quarantine: async (objectIds) => {
        const change = database.prepare(`UPDATE object SET state = 'quarantined' WHERE object_id = ?`)
        for (const objectId of objectIds) change.run(objectId)
      },
      close: async () => database.close(),
    }
  } catch (error) {
    database.close()
    // SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB: it is no database of ours.
    if ([1, 11, 26].includes((error as { errcode?: number }).errcode ?? 0)) throw new Refusal('backup-unreadable', { path })
    throw error
  }
}
