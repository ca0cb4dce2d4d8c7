import type { Digest, NoDigest } from '#core/digest.ts'
import type { AnyEvent } from '#core/event.ts'

/** What a column holds. Booleans are 0 and 1; a digest is stored as bytes (stored-digest.ts), and never as its text. */
export type SqlValue = Plain | null | SqlList
type Plain = (string & NoDigest) | number | Uint8Array
/** Many values of one type that are one value of a statement (`among`, `listed`). */
export type SqlList = readonly Plain[]
export type ListType = 'bytes' | 'text' | 'number'

/** Nor does a column come back as one. */
export type Columns<Row> = { [Name in keyof Row]: [Extract<Row[Name], Digest>] extends [never] ? Row[Name] : never }

/**
 * One transaction, or one reading connection, of a dialect. Statements are of the part of SQL that SQLite and
 * PostgreSQL share, with `?` for values; an adapter prepares each text once. A failed statement fails the transaction.
 */
export interface SqlReader {
  /** A value as a text that is compared byte by byte, or as bytes, where nothing around tells its type. */
  readonly aText: string
  readonly someBytes: string
  /** `digest ${db.among('bytes')}`: one of a list, however long it is. */
  among(type: ListType): string
  /** A list as rows of one column, `value`, in the list's order. */
  listed(type: ListType): string
  /** The database's clock, in milliseconds since 1970. */
  readonly clock: string
  /** The time that judges a read's `now`: the caller's, or the database's where several servers write (command-times.ts). */
  now(callers: number): Promise<number> | number
  /** Ends a WHERE over rows with a transaction's id: each that may still be committed before one of these is left out with it. */
  readonly inCommitOrder: string
  get<Row extends Columns<Row>>(sql: string, ...values: SqlValue[]): Promise<Row | undefined> | Row | undefined
  all<Row extends Columns<Row>>(sql: string, ...values: SqlValue[]): Promise<Row[]> | Row[]
}

export interface UsageChange {
  used?: number
  unreferenced?: number
  pending?: number
  reserved?: number
  condemned?: number
  /** Bytes come: there must be room for them beside what nothing names. */
  needsRoom?: boolean
  /** Bytes that must fit under the limit although they are not counted in the end. */
  asked?: number
  /** What is counted lies there already: no limit keeps it from being counted. */
  areThere?: boolean
}

export type Noted = AnyEvent & { registryId: number; by?: string | null }

export interface RepositoryChange {
  /** How many more of them it has. */
  manifests: number
  /** When something was put into it or taken out of it. */
  at?: number
  /** The name must still be this repository's when the command ends. */
  mustLive?: boolean
  /** Its last link, upload or manifest may have gone. */
  mayBeEmpty?: boolean
}

export interface SqlTransaction extends SqlReader {
  /** Returns how many rows changed. */
  run(sql: string, ...values: SqlValue[]): Promise<number> | number
  /** By the database's clock, where that is the one that judges. */
  readonly began: number | undefined
  /** Nobody else writes while this transaction is open: what it read is still so. */
  readonly isSoleWriter: boolean
  /**
   * Ends a SELECT whose rows this transaction may take away: nobody else changes, takes or relies on them before it ends.
   * Which tables' rows come first is told in lock-order.ts; several of one table are in the order of their key.
   */
  readonly forUpdate: string
  /** The same for rows that it decides on and may change, but not take away: others may rely on their being there. */
  readonly forNoKeyUpdate: string
  /** The same for rows that it only relies on: others may change them, and nobody takes them away. */
  readonly forKeyShare: string
  /** The same where nobody may change them either. */
  readonly forShare: string
  /** As `forUpdate`, without those that somebody else holds. */
  readonly skipLocked: string
  /** The same for the rows of one table of a join; the others' stay free, and a lock is never raised. */
  forUpdateOf(table: string): string
  forKeyShareOf(table: string): string
  /** In how many rows a registry's usage is counted: writers at once do not wait for one row. */
  readonly usageSlots: number
  /** What the command changes of registries' usage, written when all else is (usage.ts). */
  readonly usageChanges: Map<number, UsageChange>
  /** What the command tells of itself, written when all else is (event-log.ts). */
  readonly noted: Noted[]
  /** What the command changes of repositories' own rows, written before that (repository-changes.ts). */
  readonly repositoryChanges: Map<number, RepositoryChange>
  /** A fault that a test arms inside a transaction. */
  readonly failpoint: (name: import('#ports/failpoint.ts').FailpointName) => void
}
