import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Failpoint } from '#ports/failpoint.ts'
import type { ListType, Noted, SqlList, SqlTransaction, SqlValue } from '#store/transaction.ts'

const readAs: Readonly<Record<ListType, string>> = { bytes: 'unhex(value)', text: 'value', number: 'value' }

/** A list is one value: JSON, with bytes in hex. */
const bound = (value: SqlValue): Exclude<SqlValue, SqlList> =>
  Array.isArray(value)
    ? JSON.stringify((value as SqlList).map((each) => (each instanceof Uint8Array ? each.toHex() : each)))
    : (value as Exclude<SqlValue, SqlList>)

/**
 * SQLite takes a bound limit for a constant of its plan, and plans anew whenever one is bound: 5 µs of a page of a list, 30 µs of the start
 * of an upload. What is computed is none.
 */
const withLimitsOfNoPlan = (sql: string): string => sql.replaceAll('LIMIT ?', 'LIMIT ? + 0')

/** Of each connection: a reader for each serving thread, and the writer. */
const pageCacheKibibytes = 8000

/** One connection to one database file, with each statement prepared once. */
export class SqliteConnection implements SqlTransaction {
  readonly database: DatabaseSync
  readonly failpoint: Failpoint
  // SQLite has one writer at a time: whoever decides already holds every row.
  readonly isSoleWriter: boolean = true
  readonly forUpdate: string = ''
  readonly forNoKeyUpdate: string = ''
  readonly forKeyShare: string = ''
  readonly forShare: string = ''
  readonly skipLocked: string = ''
  readonly inCommitOrder: string = ''
  readonly clock: string = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`
  readonly aText: string = 'CAST(? AS TEXT)'
  readonly someBytes: string = '?'
  readonly usageSlots = 1
  // One process writes, and its clock is the only one.
  readonly began = undefined
  readonly usageChanges = new Map()
  readonly repositoryChanges = new Map()
  readonly noted: Noted[] = []
  #sync: 'FULL' | 'NORMAL' = 'FULL'
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string, options: { failpoint?: Failpoint; readOnly?: boolean } = {}) {
    this.failpoint = options.failpoint ?? (() => {})
    // The only writer waits too: a reader that meets the torn head of a log holds the lock for a moment.
    this.database = new DatabaseSync(path, { timeout: 5000 })
    try {
      this.database.exec('PRAGMA foreign_keys = ON')
      // What does not fit is read from the system's cache, at no loss that was seen (docs/decisions/0078).
      this.database.exec(`PRAGMA cache_size = -${pageCacheKibibytes}`)
      if (options.readOnly) this.database.exec('PRAGMA query_only = ON')
      else this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216')
    } catch (error) {
      this.database.close()
      throw error
    }
  }

  now(callers: number): number {
    return callers
  }

  forUpdateOf(_table: string): string {
    return ''
  }

  forKeyShareOf(_table: string): string {
    return ''
  }

  among(type: ListType): string {
    return `IN (SELECT ${readAs[type]} FROM json_each(?))`
  }

  listed(type: ListType): string {
    return `(SELECT ${readAs[type]} AS value FROM json_each(?)) AS listed`
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#prepare(sql).get(...values.map(bound)) as Row | undefined
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#prepare(sql).all(...values.map(bound)) as Row[]
  }

  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#prepare(sql).run(...values.map(bound)).changes)
  }

  /** FULL: the next commits survive the loss of power; NORMAL: the end of the process (https://www.sqlite.org/pragma.html#pragma_synchronous). */
  sync(level: 'FULL' | 'NORMAL'): void {
    if (level === this.#sync) return
    this.database.exec(`PRAGMA synchronous = ${level}`)
    this.#sync = level
  }

  close(): void {
    this.#statements.clear()
    this.database.close()
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.database.prepare(withLimitsOfNoPlan(sql))
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
