/** What a column holds. Booleans are 0 and 1. */
export type SqlValue = string | number | null | Uint8Array

/**
 * One transaction, or one reading connection, of a dialect. Statements are of the part of SQL that SQLite and
 * PostgreSQL share, with `?` for values; an adapter prepares each text once. A failed statement fails the transaction.
 */
export interface SqlReader {
  get<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined> | Row | undefined
  all<Row>(sql: string, ...values: SqlValue[]): Promise<Row[]> | Row[]
}

export interface SqlTransaction extends SqlReader {
  /** Returns how many rows changed. */
  run(sql: string, ...values: SqlValue[]): Promise<number> | number
  /** Ends a SELECT whose rows this transaction decides on: nobody else changes them before it ends. */
  readonly forUpdate: string
  /** The same against deletes, for rows that it only relies on. */
  readonly forShare: string
  /** A fault that a test arms inside a transaction. */
  readonly failpoint: (name: import('#ports/failpoint.ts').FailpointName) => void
}
