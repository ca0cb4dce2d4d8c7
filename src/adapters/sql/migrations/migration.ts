export interface Dialect {
  /** A key that the database gives out, never twice. */
  identity: string
  bytes: string
  bigint: string
}

export interface Migration {
  version: number
  statements: (dialect: Dialect) => string[]
}
