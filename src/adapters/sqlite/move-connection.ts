import { Refusal } from '#core/refusal.ts'
import type { Row, Table, Value } from '#ports/facts-move.ts'
import { isOfMove, keyColumns, leftTable, movedWord, moveTables, type MoveConnection, pausedWord } from '#store/moving/move-connection.ts'
import type { SqlValue } from '#store/transaction.ts'
import { DamagedDatabase } from './damage.ts'
import type { SqliteConnection } from './connection.ts'
import { dialect } from './migrate.ts'

const full = 13
const operations = ['INSERT', 'UPDATE', 'DELETE'] as const
const triggerOf = (table: string, operation: string): string => `relocation_${operation.toLowerCase()}_${table}`
const typeOf: Readonly<Record<string, 'text' | 'bytes' | 'number'>> = { TEXT: 'text', BLOB: 'bytes', INTEGER: 'number' }

/** SQLite as an end of a move, in a process beside the server's: whoever writes there meets the triggers. */
export class SqliteMoveConnection implements MoveConnection {
  readonly types = dialect
  readonly clock: string
  readonly #connection: SqliteConnection
  readonly #path: string
  readonly #release: () => void

  /** @param release gives back what keeps another move away */
  constructor(connection: SqliteConnection, path: string, release: () => void) {
    this.#connection = connection
    this.#path = path
    this.#release = release
    this.clock = connection.clock
  }

  async all<Found>(sql: string, ...values: SqlValue[]): Promise<Found[]> {
    return this.#connection.all<Record<string, never>>(sql, ...values) as unknown as Found[]
  }

  async run(sql: string, ...values: SqlValue[]): Promise<number> {
    return this.#written(() => this.#connection.run(sql, ...values))
  }

  #written<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw ((error as { errcode?: number }).errcode ?? 0) % 256 === full ? new Refusal('disk-full', { path: this.#path }) : error
    }
  }

  async begin(how: 'snapshot' | 'write'): Promise<void> {
    this.#connection.database.exec(how === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN')
    // The moment is that of the first read.
    if (how === 'snapshot') this.#connection.all('SELECT 1 FROM sqlite_schema LIMIT 1')
  }

  async commit(): Promise<void> {
    this.#written(() => this.#connection.database.exec('COMMIT'))
  }

  async rollback(): Promise<void> {
    if (this.#connection.database.isTransaction) this.#connection.database.exec('ROLLBACK')
  }

  async hasTable(name: string): Promise<boolean> {
    return (await this.all(`SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = ?`, name as never)).length > 0
  }

  async tables(): Promise<Table[]> {
    const names = await this.all<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    const tables: Table[] = []
    for (const { name } of names.filter((each) => each.name !== 'schema_version' && !isOfMove(each.name))) {
      const columns = await this.all<{ name: string; type: string; pk: number }>(
        'SELECT name, type, pk FROM pragma_table_info(?) ORDER BY name',
        name as never,
      )
      const key = columns.flatMap(({ pk }, place) => (pk > 0 ? [{ pk, place }] : [])).sort((a, b) => a.pk - b.pk)
      tables.push({
        name,
        columns: columns.map((column) => ({ name: column.name, type: typeOf[column.type] ?? 'text' })),
        key: key.map(({ place }) => place),
      })
    }
    return tables
  }

  async insert({ name, columns }: Table, rows: readonly Row[]): Promise<void> {
    const sql = `INSERT INTO ${name} (${columns.map((column) => column.name).join(', ')}) VALUES (${columns.map(given).join(', ')})`
    for (const row of rows) await this.run(sql, ...(row as SqlValue[]))
  }

  async remove(table: Table, keys: readonly Row[]): Promise<void> {
    const sql = `DELETE FROM ${table.name} WHERE ${isKey(table)}`
    for (const key of keys) this.#connection.run(sql, ...(key as SqlValue[]))
  }

  async select(table: Table, from: string, keys: readonly Row[]): Promise<Record<string, unknown>[]> {
    const sql = `SELECT ${table.columns.map(({ name }) => name).join(', ')} FROM ${from} WHERE ${isKey(table)}`
    return keys.flatMap((key) => this.#connection.all<Record<string, Value & string>>(sql, ...(key as SqlValue[])))
  }

  async clear(names: readonly string[]): Promise<void> {
    for (const name of names) this.#connection.run(`DELETE FROM ${name}`)
  }

  async makeChanges(): Promise<void> {
    const columns = keyColumns.map((name) => `${name} TEXT NOT NULL DEFAULT ''`).join(', ')
    await this.run(
      `CREATE TABLE IF NOT EXISTS ${moveTables.changes} (seq INTEGER PRIMARY KEY AUTOINCREMENT, tbl TEXT NOT NULL, ${columns})`,
    )
  }

  async watch(table: Table): Promise<void> {
    const { database } = this.#connection
    const stop = (phase: string, word: string, more = '') =>
      `SELECT RAISE(ABORT, '${word}') FROM ${moveTables.mark} WHERE phase = '${phase}'${more};`
    const written = (row: 'NEW' | 'OLD') =>
      table.key.map((place) => {
        const { name = '', type } = table.columns[place] ?? {}
        return type === 'bytes' ? `hex(${row}.${name})` : `CAST(${row}.${name} AS TEXT)`
      })
    const into = `INSERT INTO ${moveTables.changes} (tbl, ${keyColumns.slice(0, table.key.length).join(', ')})`
    const note = (row: 'NEW' | 'OLD', where = '') => `${into} SELECT '${table.name}', ${written(row).join(', ')}${where};`
    const differs = ` WHERE ${table.key.map((place) => `NEW.${table.columns[place]?.name} IS NOT OLD.${table.columns[place]?.name}`).join(' OR ')}`
    const notes = { INSERT: note('NEW'), DELETE: note('OLD'), UPDATE: `${note('OLD')} ${note('NEW', differs)}` }
    for (const operation of operations)
      database.exec(
        `CREATE TRIGGER IF NOT EXISTS ${triggerOf(table.name, operation)} AFTER ${operation} ON ${table.name} BEGIN
           ${stop('paused', pausedWord, ` AND until > ${this.clock}`)}
           ${stop('moved', movedWord)}
           ${notes[operation]}
         END`,
      )
  }

  async unwatch(names: readonly string[]): Promise<void> {
    for (const name of names) for (const operation of operations) await this.run(`DROP TRIGGER IF EXISTS ${triggerOf(name, operation)}`)
  }

  async refuseObjects(condition: string | undefined): Promise<void> {
    await this.run(`DROP TRIGGER IF EXISTS ${leftTable}`)
    if (condition !== undefined)
      await this.run(
        `CREATE TRIGGER ${leftTable} BEFORE INSERT ON object WHEN ${condition}
           BEGIN SELECT RAISE(ABORT, '${movedWord}'); END`,
      )
  }

  /** One writes at a time: who has the database has waited for the others. */
  async settle(): Promise<void> {}

  async horizon(): Promise<string> {
    const [row] = await this.all<{ seq: number | null }>(`SELECT MAX(seq) AS seq FROM ${moveTables.changes}`)
    return String(row?.seq ?? 0)
  }

  async forget(horizon: string): Promise<void> {
    await this.run(`DELETE FROM ${moveTables.changes} WHERE seq <= ?`, Number(horizon))
  }

  async deferReferences(): Promise<void> {
    this.#connection.database.exec('PRAGMA foreign_keys = OFF')
  }

  async checkReferences(): Promise<void> {
    const [stray] = await this.all<{ table: string; parent: string }>('PRAGMA foreign_key_check')
    if (stray) throw new DamagedDatabase(this.#path, `a row of ${stray.table} belongs to no row of ${stray.parent}`)
  }

  /** The next one that opens the file looks. */
  async restoreReferences(): Promise<void> {}

  async lookAtRows(): Promise<void> {}

  async counters(): Promise<Record<string, number>> {
    const rows = await this.all<{ name: string; seq: number }>('SELECT name, seq FROM sqlite_sequence')
    return Object.fromEntries(rows.filter(({ name }) => !isOfMove(name)).map(({ name, seq }) => [name, seq]))
  }

  async raiseCounter(table: string, to: number): Promise<void> {
    await this.run('DELETE FROM sqlite_sequence WHERE name = ?', table as never)
    await this.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', table as never, to)
  }

  async close(): Promise<void> {
    this.#connection.close()
    this.#release()
  }
}

/** As many as a table has columns. */
const given = (): string => '?'
const isKey = ({ columns, key }: Table): string => key.map((place) => `${columns[place]?.name} = ?`).join(' AND ')
