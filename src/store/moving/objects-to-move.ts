import type { MovedObject, ObjectsToMove as Port } from '#ports/facts-move.ts'
import { readDigest, type StoredDigest } from '../stored-digest.ts'
import { type MoveConnection, moveTables } from './move-connection.ts'

const { objects: objectTable } = moveTables

/** Objects whose bytes are to be moved, but for those that are there. */
const ready = `FROM object WHERE state = 'ready' AND bytes IS NULL AND backend <> ?`
const toCopy = `${ready} AND NOT EXISTS (SELECT 1 FROM ${objectTable} AS copied WHERE copied.object_id = object.object_id)`

/** Which objects' bytes are to be moved, and which were. */
export class ObjectsToMove implements Port {
  readonly #db: MoveConnection

  constructor(db: MoveConnection) {
    this.#db = db
  }

  async toCopy({ after, limit, to }: { after: string; limit: number; to: string }): Promise<MovedObject[]> {
    const rows = await this.#db.all<Omit<MovedObject, 'digest'> & { digest: StoredDigest }>(
      `SELECT object_id AS "objectId", digest, size, storage_key AS "storageKey", backend, block_crc AS checksums ${toCopy}
       AND object_id > ? ORDER BY object_id LIMIT ?`,
      to as string,
      after as string,
      limit,
    )
    return rows.map((row) => ({ ...row, checksums: row.checksums ?? new Uint8Array(), digest: readDigest(row.digest) }))
  }

  async left(to: string): Promise<{ objects: number; bytes: number }> {
    const has = await this.#db.hasTable(objectTable)
    const [row] = await this.#db.all<{ objects: number; bytes: number | null }>(
      `SELECT COUNT(*) AS objects, SUM(size) AS bytes ${has ? toCopy : ready}`,
      to as string,
    )
    return { objects: row?.objects ?? 0, bytes: row?.bytes ?? 0 }
  }

  async stands(objectId: string): Promise<boolean> {
    return (await this.#db.all(`SELECT 1 AS one FROM object WHERE object_id = ? AND state = 'ready'`, objectId as string)).length > 0
  }

  async noteCopied(objects: readonly Pick<MovedObject, 'objectId' | 'storageKey'>[]): Promise<void> {
    for (const { objectId, storageKey } of objects)
      await this.#db.run(
        `INSERT INTO ${objectTable} (object_id, storage_key) VALUES (?, ?) ON CONFLICT (object_id) DO NOTHING`,
        objectId as string,
        storageKey as string,
      )
  }

  async needlessCopies(): Promise<string[]> {
    const rows = await this.#db.all<{ storageKey: string }>(
      `SELECT storage_key AS "storageKey" FROM ${objectTable} AS copied WHERE NOT EXISTS
         (SELECT 1 FROM object WHERE object.object_id = copied.object_id AND object.state IN ('ready', 'quarantined'))`,
    )
    return rows.map(({ storageKey }) => storageKey)
  }
}
