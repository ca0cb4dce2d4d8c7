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
}

export interface Migration {
  version: number
  statements: (dialect: Dialect) => string[]
}
