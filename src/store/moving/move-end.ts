import type { MoveEnd as Port, MoveMark, MoveShape, Row, Table, Value } from '#ports/facts-move.ts'
import { schemaVersion } from '../schema.ts'
import type { SqlValue } from '../transaction.ts'
import { type MoveConnection, moveTables } from './move-connection.ts'
import { shaped } from './shaped.ts'

const { mark: markTable, changes: changeTable, objects: objectTable } = moveTables
export const largestPage = 2000
/** Bytes of rows that are held at once. */
const pageBytes = 8 * 1024 * 1024
/** Whom others refer to come first. */
const parents = ['registry', 'repository', 'object', 'blob', 'directory_object']
const placeOf = (name: string): number => (parents.includes(name) ? parents.indexOf(name) : parents.length)

/** One database of a move, the old one or the new: its mark, and its rows as they are. */
export class MoveEnd implements Port {
  readonly name: string
  readonly schemaVersion = schemaVersion
  protected readonly db: MoveConnection

  constructor(db: MoveConnection, name: string) {
    this.db = db
    this.name = name
  }

  async mark(): Promise<MoveMark | undefined> {
    if (!(await this.db.hasTable(markTable))) return undefined
    const [row] = await this.db.all<Omit<MoveMark, 'copied'> & { copied: number }>(
      `SELECT move AS id, phase, until, copied, to_store AS "toStore", to_blobs AS "toBlobs", backend, left_store AS "left" FROM ${markTable}`,
    )
    return row && { ...row, copied: row.copied === 1 }
  }

  async putMark({ id, phase, until, copied, toStore, toBlobs, backend, left }: MoveMark): Promise<void> {
    await this.#makeTables()
    await this.db.run(
      `INSERT INTO ${markTable} (id, move, phase, until, copied, to_store, to_blobs, backend, left_store) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET move = excluded.move, phase = excluded.phase, until = excluded.until, copied = excluded.copied,
         to_store = excluded.to_store, to_blobs = excluded.to_blobs, backend = excluded.backend, left_store = excluded.left_store`,
      ...([id, phase, until, Number(copied), toStore, toBlobs, backend, left] as SqlValue[]),
    )
  }

  async #makeTables(): Promise<void> {
    const { text, bigint } = this.db.types
    await this.db.run(`CREATE TABLE IF NOT EXISTS ${markTable} (
      id INTEGER PRIMARY KEY CHECK (id = 1), move ${text} NOT NULL, phase ${text} NOT NULL, until ${bigint} NOT NULL, copied INTEGER NOT NULL,
      to_store ${text}, to_blobs ${text}, backend ${text}, left_store ${text})`)
    await this.db.run(`CREATE TABLE IF NOT EXISTS ${objectTable} (object_id ${text} PRIMARY KEY, storage_key ${text} NOT NULL)`)
    await this.db.makeChanges()
  }

  async tables(): Promise<Table[]> {
    return (await this.db.tables()).sort((a, b) => placeOf(a.name) - placeOf(b.name) || (a.name < b.name ? -1 : 1))
  }

  async count(table: Table, shape: MoveShape): Promise<number> {
    const [row] = await this.db.all<{ n: number }>(`SELECT COUNT(*) AS n FROM ${shaped(table, shape)}`)
    return row?.n ?? 0
  }

  async forgetMove(): Promise<void> {
    const names = (await this.tables()).map(({ name }) => name)
    await this.db.unwatch(names)
    // The mark goes last: while it is there somebody knows that there is something left.
    for (const name of [changeTable, objectTable, markTable]) await this.db.run(`DROP TABLE IF EXISTS ${name}`)
  }

  write<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.within('write', work)
  }

  protected async within<Result>(how: 'snapshot' | 'write', work: () => Promise<Result>): Promise<Result> {
    await this.db.begin(how)
    try {
      const result = await work()
      await this.db.commit()
      return result
    } catch (error) {
      await this.db.rollback().catch(() => {})
      throw error
    }
  }

  async page(table: Table, shape: MoveShape, after: Row | undefined): Promise<Row[]> {
    const key = keyOf(table)
    const behind = after === undefined ? '' : ` WHERE (${key}) > (${key.map(asked)})`
    const of = `FROM ${shaped(table, shape)}${behind} ORDER BY ${key}`
    const values = [...((after ?? []) as SqlValue[])]
    const limit = hasBodies(table) ? await this.#fits(of, values) : largestPage
    const rows = await this.db.all<Record<string, unknown>>(`SELECT ${namesOf(table)} ${of} LIMIT ?`, ...values, limit)
    return rows.map((row) => inOrder(table, row))
  }

  async #fits(of: string, values: SqlValue[]): Promise<number> {
    const lengths = await this.db.all<{ n: number | null }>(`SELECT length(bytes) AS n ${of} LIMIT ?`, ...values, largestPage)
    let sum = 0
    const fits = lengths.findIndex(({ n }) => (sum += n ?? 0) > pageBytes)
    return fits === -1 ? largestPage : Math.max(1, fits)
  }

  async rows(table: Table, shape: MoveShape, keys: readonly Row[]): Promise<Row[]> {
    const found: Row[] = []
    const atOnce = hasBodies(table) ? 16 : keys.length
    for (let at = 0; at < keys.length; at += atOnce)
      for (const row of await this.db.select(table, shaped(table, shape), keys.slice(at, at + atOnce))) found.push(inOrder(table, row))
    return found
  }

  counters(): Promise<Record<string, number>> {
    return this.db.counters()
  }

  close(): Promise<void> {
    return this.db.close()
  }
}

/** Of objects and manifests: some kilobytes each, or megabytes. */
const hasBodies = ({ columns }: Table): boolean => columns.some(({ name, type }) => name === 'bytes' && type === 'bytes')
const namesOf = ({ columns }: Table): string => columns.map(({ name }) => name).join(', ')
/** As many as a table's key has columns. */
const asked = (): string => '?'
const keyOf = ({ columns, key }: Table): string[] => key.map((place) => columns[place]?.name ?? '')
const inOrder = ({ columns }: Table, row: Record<string, unknown>): Row => columns.map(({ name }) => (row[name] ?? null) as Value)
