export interface Dialect {
  /** A key that the database gives out, never twice. */
  identity: string
  /** Texts of the whole store are compared byte by byte, as its lists promise, whatever the database's own order is. */
  text: string
  bytes: string
  bigint: string
  /** A column with the transaction that wrote the row: those that it can be seen after have smaller ones. */
  transactionId: string
  /** Ends a table whose rows lie under their primary key, where the database has a choice: no index that could lead to another row. */
  clustered: string
  /** Tables that this database needs besides those of the store. */
  own: readonly string[]
}

/**
 * A change of the schema. While servers are replaced one by one, those of the version before serve beside those of the next: so what is new is
 * added by one version, which programs of the one before need not know, and what nobody uses any more goes with a later one.
 */
export interface Migration {
  version: number
  /** The schema version of the oldest program that may run on the database once this is done. */
  opensFrom: number
  statements: (dialect: Dialect) => string[]
}
