import type { ChangedKeys, FactsEnd, MovedObject, MoveMark, MoveShape, Row, Table, Value } from '#ports/facts-move.ts'
import { schemaVersion } from '../schema.ts'
import { readDigest, type StoredDigest } from '../stored-digest.ts'
import type { SqlValue } from '../transaction.ts'
import { keyColumns, leftTable, type MoveConnection, moveTables } from './move-connection.ts'
import { shaped } from './shaped.ts'

const { mark: markTable, changes: changeTable, objects: objectTable } = moveTables
const largestPage = 2000
/** Bytes of rows that are held at once. */
const pageBytes = 8 * 1024 * 1024
/** Whom others refer to come first. */
const parents = ['registry', 'repository', 'object', 'blob', 'directory_object']
const placeOf = (name: string): number => (parents.includes(name) ? parents.indexOf(name) : parents.length)

interface ChangeRow {
  seq: number
  tbl: string
  k1: string
  k2: string
  k3: string
  k4: string
}

/** One database as an end of a move: what is the same whichever database it is. */
export class MoveEnd implements FactsEnd {
  readonly name: string
  readonly schemaVersion = schemaVersion
  readonly #db: MoveConnection

  constructor(db: MoveConnection, name: string) {
    this.#db = db
    this.name = name
  }

  async mark(): Promise<MoveMark | undefined> {
    if (!(await this.#db.hasTable(markTable))) return undefined
    const [row] = await this.#db.all<Omit<MoveMark, 'copied'> & { copied: number }>(
      `SELECT move AS id, phase, until, copied, to_store AS "toStore", to_blobs AS "toBlobs", backend, left_store AS "left" FROM ${markTable}`,
    )
    return row && { ...row, copied: row.copied === 1 }
  }

  async putMark({ id, phase, until, copied, toStore, toBlobs, backend, left }: MoveMark): Promise<void> {
    await this.#makeTables()
    await this.#db.run(
      `INSERT INTO ${markTable} (id, move, phase, until, copied, to_store, to_blobs, backend, left_store) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET move = excluded.move, phase = excluded.phase, until = excluded.until, copied = excluded.copied,
         to_store = excluded.to_store, to_blobs = excluded.to_blobs, backend = excluded.backend, left_store = excluded.left_store`,
      ...([id, phase, until, Number(copied), toStore, toBlobs, backend, left] as SqlValue[]),
    )
  }

  async #makeTables(): Promise<void> {
    const { text, bigint } = this.#db.types
    await this.#db.run(`CREATE TABLE IF NOT EXISTS ${markTable} (
      id INTEGER PRIMARY KEY CHECK (id = 1), move ${text} NOT NULL, phase ${text} NOT NULL, until ${bigint} NOT NULL, copied INTEGER NOT NULL,
      to_store ${text}, to_blobs ${text}, backend ${text}, left_store ${text})`)
    await this.#db.run(`CREATE TABLE IF NOT EXISTS ${objectTable} (object_id ${text} PRIMARY KEY, storage_key ${text} NOT NULL)`)
    await this.#db.makeChanges()
  }

  async tables(): Promise<Table[]> {
    return (await this.#db.tables()).sort((a, b) => placeOf(a.name) - placeOf(b.name) || (a.name < b.name ? -1 : 1))
  }

  async count(table: Table, shape: MoveShape): Promise<number> {
    const [row] = await this.#db.all<{ n: number }>(`SELECT COUNT(*) AS n FROM ${shaped(table, shape)}`)
    return row?.n ?? 0
  }

  async openUploads(): Promise<number> {
    return (await this.#db.all<{ n: number }>(`SELECT COUNT(*) AS n FROM upload WHERE state = 'open'`))[0]?.n ?? 0
  }

  async watch(mark: MoveMark): Promise<void> {
    await this.putMark(mark)
    for (const table of await this.tables()) await this.#db.watch(table)
  }

  async forgetMove(): Promise<void> {
    const names = (await this.tables()).map(({ name }) => name)
    await this.#db.unwatch(names)
    // The mark goes last: while it is there somebody knows that there is something left.
    for (const name of [changeTable, objectTable, markTable]) await this.#db.run(`DROP TABLE IF EXISTS ${name}`)
  }

  async snapshot<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#within('snapshot', work)
  }

  write<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#within('write', work)
  }

  async #within<Result>(how: 'snapshot' | 'write', work: () => Promise<Result>): Promise<Result> {
    await this.#db.begin(how)
    try {
      const result = await work()
      await this.#db.commit()
      return result
    } catch (error) {
      await this.#db.rollback().catch(() => {})
      throw error
    }
  }

  async page(table: Table, shape: MoveShape, after: Row | undefined): Promise<Row[]> {
    const key = keyOf(table)
    const behind = after === undefined ? '' : ` WHERE (${key}) > (${key.map(asked)})`
    const of = `FROM ${shaped(table, shape)}${behind} ORDER BY ${key}`
    const values = [...((after ?? []) as SqlValue[])]
    const limit = hasBodies(table) ? await this.#fits(of, values) : largestPage
    const rows = await this.#db.all<Record<string, unknown>>(`SELECT ${namesOf(table)} ${of} LIMIT ?`, ...values, limit)
    return rows.map((row) => inOrder(table, row))
  }

  async #fits(of: string, values: SqlValue[]): Promise<number> {
    const lengths = await this.#db.all<{ n: number | null }>(`SELECT length(bytes) AS n ${of} LIMIT ?`, ...values, largestPage)
    let sum = 0
    const fits = lengths.findIndex(({ n }) => (sum += n ?? 0) > pageBytes)
    return fits === -1 ? largestPage : Math.max(1, fits)
  }

  async rows(table: Table, shape: MoveShape, keys: readonly Row[]): Promise<Row[]> {
    const found: Row[] = []
    const atOnce = hasBodies(table) ? 16 : keys.length
    for (let at = 0; at < keys.length; at += atOnce)
      for (const row of await this.#db.select(table, shaped(table, shape), keys.slice(at, at + atOnce))) found.push(inOrder(table, row))
    return found
  }

  async *changes(tables: readonly Table[]): AsyncIterable<ChangedKeys[]> {
    const known = new Map(tables.map((table) => [table.name, table]))
    for (let after = 0; ; ) {
      const rows = await this.#db.all<ChangeRow>(
        `SELECT seq, tbl, k1, k2, k3, k4 FROM ${changeTable} WHERE seq > ? ORDER BY seq LIMIT ?`,
        after,
        largestPage,
      )
      const last = rows.at(-1)
      if (!last) return
      after = last.seq
      const byTable = new Map<string, Map<string, ChangeRow>>()
      for (const row of rows) {
        const own = byTable.get(row.tbl) ?? new Map<string, ChangeRow>()
        byTable.set(row.tbl, own.set(keyColumns.map((column) => row[column]).join('\0'), row))
      }
      yield [...known.values()].flatMap((table) => {
        const own = byTable.get(table.name)
        return own ? [{ table: table.name, keys: [...own.values()].map((row) => readKey(table, row)) }] : []
      })
    }
  }

  horizon(): Promise<string> {
    return this.#db.horizon()
  }

  forgetChanges(horizon: string): Promise<void> {
    return this.#db.forget(horizon)
  }

  async pause(mark: MoveMark, milliseconds: number): Promise<MoveMark> {
    const [now] = await this.#db.all<{ now: number }>(`SELECT ${this.#db.clock} AS now`)
    const paused: MoveMark = { ...mark, phase: 'paused', until: (now?.now ?? 0) + milliseconds }
    await this.putMark(paused)
    await this.write(() => this.#db.settle())
    return paused
  }

  leave(mark: MoveMark): Promise<boolean> {
    return this.write(async () => {
      await this.#db.settle()
      if ((await this.#db.all(`SELECT 1 AS one FROM ${changeTable} LIMIT 1`)).length > 0) return false
      if (mark.backend !== null && (await this.objectsToCopy({ after: '', limit: 1, to: mark.backend })).length > 0) return false
      await this.putMark({ ...mark, phase: 'moved' })
      return true
    })
  }

  async objectsToCopy({ after, limit, to }: { after: string; limit: number; to: string }): Promise<MovedObject[]> {
    const rows = await this.#db.all<Omit<MovedObject, 'digest'> & { digest: StoredDigest }>(
      `SELECT object_id AS "objectId", digest, size, storage_key AS "storageKey", backend, block_crc AS checksums ${toCopy}
       AND object_id > ? ORDER BY object_id LIMIT ?`,
      to as string,
      after as string,
      limit,
    )
    return rows.map((row) => ({ ...row, checksums: row.checksums ?? new Uint8Array(), digest: readDigest(row.digest) }))
  }

  async objectsLeft(to: string): Promise<{ objects: number; bytes: number }> {
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

  async settleBytes({ backend, left }: MoveMark): Promise<void> {
    const names = (await this.tables()).map(({ name }) => name)
    const before = await this.leftStores()
    await this.write(async () => {
      await this.#db.unwatch(names)
      await this.#leave([...new Set([...before, ...(left === null ? [] : [left])])].filter((each) => each !== backend))
      for (const statement of leftBehind) await this.#db.run(statement)
      await this.#db.run('UPDATE object SET backend = ?', backend as string)
      for (const name of [changeTable, objectTable, markTable]) await this.#db.run(`DROP TABLE IF EXISTS ${name}`)
    })
  }

  async leftStores(): Promise<string[]> {
    if (!(await this.#db.hasTable(leftTable))) return []
    return (await this.#db.all<{ backend: string }>(`SELECT backend FROM ${leftTable} ORDER BY backend`)).map(({ backend }) => backend)
  }

  forgetLeftStores(): Promise<void> {
    return this.write(() => this.#leave([]))
  }

  async #leave(stores: readonly string[]): Promise<void> {
    await this.#db.refuseStores(stores)
    await this.#db.run(`DROP TABLE IF EXISTS ${leftTable}`)
    if (stores.length === 0) return
    await this.#db.run(`CREATE TABLE ${leftTable} (backend ${this.#db.types.text} PRIMARY KEY)`)
    for (const store of stores) await this.#db.run(`INSERT INTO ${leftTable} (backend) VALUES (?)`, store as string)
  }

  async prepare(mark: MoveMark): Promise<void> {
    await this.putMark(mark)
    // Of a registry that was here before.
    await this.forgetLeftStores()
    await this.#db.deferReferences()
  }

  async isEmpty(): Promise<boolean> {
    for (const { name } of await this.tables()) if ((await this.#db.all(`SELECT 1 AS one FROM ${name} LIMIT 1`)).length > 0) return false
    return true
  }

  clear(tables: readonly Table[]): Promise<void> {
    return this.#db.clear(tables.map(({ name }) => name).toReversed())
  }

  insert(table: Table, rows: readonly Row[]): Promise<void> {
    return rows.length === 0 ? Promise.resolve() : this.#db.insert(table, rows)
  }

  remove(table: Table, keys: readonly Row[]): Promise<void> {
    return keys.length === 0 ? Promise.resolve() : this.#db.remove(table, keys)
  }

  lookAtRows(): Promise<void> {
    return this.#db.lookAtRows()
  }

  counters(): Promise<Record<string, number>> {
    return this.#db.counters()
  }

  async raiseCounters(counters: Readonly<Record<string, number>>): Promise<void> {
    const own = await this.#db.counters()
    for (const [table, to] of Object.entries(counters)) if (to > (own[table] ?? 0)) await this.#db.raiseCounter(table, to)
  }

  checkReferences(): Promise<void> {
    return this.#db.checkReferences()
  }

  restoreReferences(): Promise<void> {
    return this.#db.restoreReferences()
  }

  close(): Promise<void> {
    return this.#db.close()
  }
}

/** Objects whose bytes are to be moved, but for those that are there. */
const ready = `FROM object WHERE state = 'ready' AND bytes IS NULL AND backend <> ?`
const toCopy = `${ready} AND NOT EXISTS (SELECT 1 FROM ${objectTable} AS copied WHERE copied.object_id = object.object_id)`

/** What belongs to the process that has the bytes, and does not move with them. */
const leftBehind = [
  'DELETE FROM upload',
  'UPDATE usage SET reserved = 0, condemned = 0',
  `DELETE FROM object WHERE state IN ('staging', 'condemned', 'deleted')`,
]

/** Of objects and manifests: some kilobytes each, or megabytes. */
const hasBodies = ({ columns }: Table): boolean => columns.some(({ name, type }) => name === 'bytes' && type === 'bytes')
const namesOf = ({ columns }: Table): string => columns.map(({ name }) => name).join(', ')
/** As many as a table's key has columns. */
const asked = (): string => '?'
const keyOf = ({ columns, key }: Table): string[] => key.map((place) => columns[place]?.name ?? '')
const inOrder = ({ columns }: Table, row: Record<string, unknown>): Row => columns.map(({ name }) => (row[name] ?? null) as Value)

/** As the triggers wrote it: numbers in decimal, bytes in hex. */
const readKey = ({ columns, key }: Table, row: ChangeRow): Row =>
  key.map((place, index) => {
    const text = row[keyColumns[index] ?? 'k1']
    const type = columns[place]?.type
    return type === 'number' ? Number(text) : type === 'bytes' ? Uint8Array.fromHex(text) : text
  })
