import { setTimeout as pause } from 'node:timers/promises'
import { RegistryError } from '#core/registry-error.ts'
import { allowedSkew } from '#ports/leases.ts'
import type { MetadataCommands, MetadataReads, MetadataStore } from '#ports/metadata-store.ts'
import { DatabaseError, Pool, type PoolClient } from 'pg'
import type { Verb } from '#store/verb.ts'
import { commandTraits } from '#store/command-traits.ts'
import { KeptFacts, keptFacts } from '#store/kept-facts.ts'
import { RunAgain } from '#store/run-again.ts'
import { commands, reads } from '#store/verbs.ts'
import { refuseClock } from './clocks.ts'
import { columnTypes } from './column-types.ts'
import { type Judge, PostgresReader, PostgresTransaction, readClocks } from './connection.ts'
import { migrate } from './migrate.ts'
import { RequestProofs } from './request-proofs.ts'
import { sharedRead } from './shared-read.ts'

/**
 * Serialization failure, deadlock, lock not available, a row that another one made first, a row that went while it was built
 * on, and what the command itself finds changed: nothing of it happened, and run again it sees what was decided meanwhile.
 */
const again: ReadonlySet<string> = new Set(['40001', '40P01', '55P03', '23505', '23503'])
const mostTries = 6

const passes = (error: unknown): boolean => error instanceof RunAgain || (error instanceof DatabaseError && again.has(error.code ?? ''))

/**
 * The metadata store on PostgreSQL: each command a transaction on a connection of the pool, rows locked by the verbs
 * themselves. Any number of servers may write at once.
 * @param url `postgres://user@host:port/database`
 * Refuses with `clock-off`, and fails each command with `storage-failed` while the clocks are too far apart.
 */
export async function openPostgresStore(options: {
  url: string
  connections: number
  judge?: Judge
  now?: () => number
}): Promise<MetadataStore> {
  const { judge = 'database', now = Date.now } = options
  const pool = new Pool({
    connectionString: options.url,
    max: options.connections,
    options: '-c lock_timeout=5000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=10000',
    types: columnTypes,
  })
  // A connection that breaks while nobody uses it is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => {})
  const first = await pool.connect()
  try {
    if (judge === 'database') refuseClock(await readClocks(first, now))
    await migrate(first)
  } catch (error) {
    first.release()
    await pool.end()
    throw error
  }
  first.release()
  const reader = new PostgresReader(pool as unknown as PoolClient, judge)
  // Any server may have written: the row says which epoch stands, and one read says it to all who ask at the time.
  const proofs = new RequestProofs(sharedRead(() => reads.controlEpoch(reader)))
  const facts = new KeptFacts(proofs.prove)
  const asOneRequest: MetadataStore['asOneRequest'] = (work) => proofs.within(work)
  const store: Record<string, unknown> = { close: () => pool.end(), asOneRequest, skew: judge === 'database' ? allowedSkew : 0 }
  const begin: Begin = (client) => PostgresTransaction.begin(client, () => {}, judge, now)
  for (const name of Object.keys(commands) as (keyof MetadataCommands)[]) {
    const verb = commands[name] as Verb<never>
    const changesFacts = commandTraits[name].changes.includes('control')
    store[name] = async (input: unknown) => {
      try {
        return await command(pool, begin, verb, input as never).finally(() => changesFacts && proofs.end())
      } catch (error) {
        // It may have met what another server changed.
        proofs.end()
        throw error
      }
    }
  }
  for (const name of Object.keys(reads) as (keyof MetadataReads)[]) {
    const read = reads[name] as (db: PostgresReader, ...input: unknown[]) => Promise<unknown>
    store[name] = keptFacts.has(name)
      ? (...input: unknown[]) => facts.through(name, input, () => read(reader, ...input))
      : (...input: unknown[]) => read(reader, ...input)
  }
  return store as unknown as MetadataStore
}

type Begin = (client: PoolClient) => Promise<PostgresTransaction>

async function command(pool: Pool, begin: Begin, verb: Verb<never>, input: never): Promise<unknown> {
  for (let tries = 1; ; tries++)
    try {
      return await once(pool, begin, verb, input)
    } catch (error) {
      if (!passes(error) || tries === mostTries) throw named(error)
      await pause(tries * 2 + (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 32)
    }
}

async function once(pool: Pool, begin: Begin, verb: Verb<never>, input: never): Promise<unknown> {
  const client = await pool.connect()
  let broken: Error | undefined
  const noteBroken = (error: Error) => {
    broken = error
  }
  client.on('error', noteBroken)
  try {
    const answer = await verb(await begin(client), input)
    await client.query('COMMIT')
    return answer
  } catch (error) {
    await client.query('ROLLBACK').catch(noteBroken)
    throw error
  } finally {
    client.off('error', noteBroken)
    client.release(broken)
  }
}

/** https://www.postgresql.org/docs/15/errcodes-appendix.html: class 53 is a lack of space, memory or connections. */
function named(error: unknown): unknown {
  if (error instanceof RegistryError) return error
  const code = error instanceof DatabaseError ? (error.code ?? '') : ''
  if (code.startsWith('53')) return new RegistryError('storage-full', 'the database has no room: free some space and try again', {})
  return new RegistryError('storage-failed', 'the database did not answer as it should', { cause: String(error) })
}
