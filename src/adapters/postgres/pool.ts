import { readFile } from 'node:fs/promises'
import { Pool } from 'pg'
import { columnTypes } from './column-types.ts'

export interface PoolOptions {
  /** `postgres://user@host:port/database`, with `sslmode` and `sslrootcert` where it is reached over TLS. */
  url: string
  /** Read again for each new connection. */
  passwordFile?: string | undefined
  /** Open at once, at most. */
  connections: number
  /** That a statement may take, in milliseconds. */
  timeout?: number
}

const longestConnecting = 5_000
const longestLock = 5_000
const longestIdle = 10_000

/** Connections to one PostgreSQL, with bounds for whatever may wait there. */
export function openPool({ url, passwordFile, connections, timeout = 15_000 }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    ...(passwordFile === undefined ? {} : { password: async () => (await readFile(passwordFile, 'utf8')).trim() }),
    max: connections,
    application_name: 'longshore',
    connectionTimeoutMillis: longestConnecting,
    // Where the other end is gone without a word nobody waits for its statement for ever.
    query_timeout: timeout + 1000,
    keepAlive: true,
    options: `-c lock_timeout=${longestLock} -c statement_timeout=${timeout} -c idle_in_transaction_session_timeout=${longestIdle}`,
    types: columnTypes,
  })
  // A connection that breaks while nobody uses it is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  return pool
}
