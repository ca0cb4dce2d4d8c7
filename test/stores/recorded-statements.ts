import { getCallSites } from 'node:util'
import { SqliteConnection } from '#adapters/sqlite/connection.ts'
import type { ListType, SqlTransaction, SqlValue } from '#store/transaction.ts'
import type { Kind } from './statement-sites.ts'

export interface Recorded {
  /** Where it was asked, as a site's place. */
  place: string
  /** In it what each database says in its own words stands between marks. */
  text: string
  columns: readonly string[]
  /** What came back in each column, over all rows. */
  seen: ReadonlyMap<string, ReadonlySet<Kind>>
}

/** Statements that were run, each place and text once. */
export class Statements {
  readonly #all = new Map<string, Omit<Recorded, 'seen'> & { seen: Map<string, Set<Kind>> }>()

  get all(): readonly Recorded[] {
    return [...this.#all.values()]
  }

  note(place: string, text: string, columnsOf: () => readonly string[], rows: readonly unknown[]): void {
    const key = `${place} ${text}`
    let recorded = this.#all.get(key)
    if (!recorded) this.#all.set(key, (recorded = { place, text, columns: columnsOf(), seen: new Map() }))
    for (const row of rows)
      for (const [column, value] of Object.entries(row as object)) {
        const kinds = recorded.seen.get(column)
        if (kinds) kinds.add(kindOf(value))
        else recorded.seen.set(column, new Set([kindOf(value)]))
      }
  }
}

export function kindOf(value: unknown): Kind {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return 'bytes'
  const kind = typeof value
  return kind === 'number' || kind === 'string' || kind === 'boolean' || kind === 'bigint' ? kind : 'other'
}

const own = [
  'aText',
  'someBytes',
  'inCommitOrder',
  'clock',
  'skipLocked',
  'forUpdate',
  'forNoKeyUpdate',
  'forKeyShare',
  'forShare',
] as const
type Own = (typeof own)[number]
const marked = (name: string, of: string, text: string): string => `/*{${name} ${of}*/${text}/*}*/`

/** A recorded text as another database is given it. */
export const inWordsOf = (database: SqlTransaction, text: string): string =>
  text.replace(/\/\*\{(\w+) (\w*)\*\/.*?\/\*\}\*\//g, (_, name: string, of: string) => {
    if (name === 'among' || name === 'listed') return database[name](of as ListType)
    if (name === 'forUpdateOf' || name === 'forKeyShareOf') return database[name](of)
    return database[name as Own]
  })

const places = /(src\/store\/[\w-]+\.ts)$/

/** Where in src/store the statement was asked that is being run. */
function placeOf(): string {
  for (const { scriptName, lineNumber, columnNumber } of getCallSites(8)) {
    const [file] = places.exec(scriptName) ?? []
    if (file) return `${file}:${lineNumber}:${columnNumber}`
  }
  return ''
}

/** Notes what src/store asks, in its own words. */
export class RecordingConnection extends SqliteConnection {
  override readonly isSoleWriter: boolean
  override readonly aText = marked('aText', '', 'CAST(? AS TEXT)')
  override readonly someBytes = marked('someBytes', '', '?')
  override readonly inCommitOrder = marked('inCommitOrder', '', '')
  override readonly clock = marked('clock', '', `CAST(unixepoch('subsec') * 1000 AS INTEGER)`)
  override readonly skipLocked = marked('skipLocked', '', '')
  override readonly forUpdate = marked('forUpdate', '', '')
  override readonly forNoKeyUpdate = marked('forNoKeyUpdate', '', '')
  override readonly forKeyShare = marked('forKeyShare', '', '')
  override readonly forShare = marked('forShare', '', '')
  readonly #statements: Statements

  constructor(statements: Statements, isSoleWriter: boolean) {
    super(':memory:')
    this.#statements = statements
    this.isSoleWriter = isSoleWriter
  }

  override forUpdateOf(table: string): string {
    return marked('forUpdateOf', table, '')
  }

  override forKeyShareOf(table: string): string {
    return marked('forKeyShareOf', table, '')
  }

  override among(type: ListType): string {
    return marked('among', type, super.among(type))
  }

  override listed(type: ListType): string {
    return marked('listed', type, super.listed(type))
  }

  override get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    const place = placeOf()
    const row = super.get<Row>(sql, ...values)
    this.#note(place, sql, row === undefined ? [] : [row])
    return row
  }

  override all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    const place = placeOf()
    const rows = super.all<Row>(sql, ...values)
    this.#note(place, sql, rows)
    return rows
  }

  override run(sql: string, ...values: SqlValue[]): number {
    this.#note(placeOf(), sql, [])
    return super.run(sql, ...values)
  }

  #note(place: string, sql: string, rows: readonly unknown[]): void {
    const columnsOf = () =>
      this.database
        .prepare(sql)
        .columns()
        .map(({ name }) => name)
    if (place !== '') this.#statements.note(place, sql, columnsOf, rows)
  }
}
