import type { Dialect } from '../migrations/migration.ts'
import type { Row, Table } from '#ports/facts-move.ts'
import type { SqlValue } from '../transaction.ts'

/** What of a move each database does in its own way. */
export interface MoveConnection {
  readonly types: Pick<Dialect, 'text' | 'bigint' | 'identity'>
  /** The database's clock, in milliseconds since 1970. */
  readonly clock: string
  all<Found>(sql: string, ...values: SqlValue[]): Promise<Found[]>
  run(sql: string, ...values: SqlValue[]): Promise<number>
  /** `snapshot`: what is read is of one moment. */
  begin(how: 'snapshot' | 'write'): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  hasTable(name: string): Promise<boolean>
  /** All of the facts' tables, in no order. */
  tables(): Promise<Table[]>
  insert(table: Table, rows: readonly Row[]): Promise<void>
  remove(table: Table, keys: readonly Row[]): Promise<void>
  /** @param from what stands behind FROM; it has the table's columns */
  select(table: Table, from: string, keys: readonly Row[]): Promise<Record<string, unknown>[]>
  clear(names: readonly string[]): Promise<void>
  /** Makes the table of changes. */
  makeChanges(): Promise<void>
  /** Each change of the table's rows leaves its key; while the move is paused or done it fails. */
  watch(table: Table): Promise<void>
  unwatch(names: readonly string[]): Promise<void>
  /** No row of an object is made of which this is true, and nothing else that was said before; @param condition of NEW */
  refuseObjects(condition: string | undefined): Promise<void>
  /** Whoever was writing has ended, and what it changed can be seen. Inside a transaction nobody begins until its end. */
  settle(): Promise<void>
  horizon(): Promise<string>
  forget(horizon: string): Promise<void>
  /** While rows come in any order, what they belong to is looked at when a transaction ends. */
  deferReferences(): Promise<void>
  /** Where nobody has looked at what rows belong to, all are looked at. */
  checkReferences(): Promise<void>
  /** From now on each statement looks at it again. */
  restoreReferences(): Promise<void>
  /** Rows came by the thousand: from now on the database knows how many there are. */
  lookAtRows(): Promise<void>
  counters(): Promise<Record<string, number>>
  raiseCounter(table: string, to: number): Promise<void>
  close(): Promise<void>
}

/** Stores that bytes were moved from, for as long as nobody moves them back. */
export const leftTable = 'relocation_left'

/** Tables of a move, which are there while one is under way. */
export const moveTables = { mark: 'relocation', changes: 'relocation_change', objects: 'relocation_object' } as const
export const isOfMove = (name: string): boolean => name.startsWith('relocation')
export const keyColumns = ['k1', 'k2', 'k3', 'k4'] as const

/** What a trigger says of a write that comes while nothing is to be written. */
export const pausedWord = 'longshore: paused'
export const movedWord = 'longshore: moved'
