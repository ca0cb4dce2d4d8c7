import { Client } from 'pg'
import type { PostgresServer } from './postgres-server.ts'

export interface OwnDatabase {
  /** Without the password. */
  url: string
  user: string
  /** As the server's own user, in this database. */
  say: (sql: string) => Promise<unknown>
}

/** An empty database of a user of its own, who is asked for this password where the server asks for passwords. */
export async function ownDatabase(postgres: PostgresServer, password: string): Promise<OwnDatabase> {
  const url = await postgres.database()
  const name = new URL(url).pathname.slice(1)
  const user = `user_${name}`
  const say = async (sql: string) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await say(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`)
  await say(`ALTER DATABASE ${name} OWNER TO ${user}`)
  return { url: url.replace('postgres@', `${user}@`), user, say }
}
