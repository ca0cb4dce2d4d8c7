export interface Session {
  standby: boolean
  readOnly: boolean
  /** In milliseconds, as the session has it. */
  lockTimeout: number
  /** Somebody told the database, or its role, to answer a COMMIT before it is on the disk. */
  answersEarly: boolean
}

export const sessionQuestion = `SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly",
  (SELECT setting::bigint FROM pg_settings WHERE name = 'lock_timeout') AS "lockTimeout", current_setting('synchronous_commit') = 'off' AS "answersEarly"`

/** What a command reads after it waited for a row has to be what is there then; a database, or a role, may have been told another level for all transactions. */
export const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED'

/** A server of the database that is a standby, or was overtaken by another one. */
export class NotPrimary extends Error {
  readonly code = 'NOT_PRIMARY'
}
