import type { Client } from 'pg'
import { Refusal } from '#core/refusal.ts'

// The second keeps whatever bytes it is given.
const keepsAnyText = new Set(['UTF8', 'SQL_ASCII'])

/** In any other a name that it has no letters for would fail, long after the start. */
export async function refuseEncoding(client: Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding")
  const { encoding = '' } = rows[0] ?? {}
  if (!keepsAnyText.has(encoding)) throw new Refusal('database-encoding', { encoding })
}
