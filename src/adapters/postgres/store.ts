import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '#core/refusal.ts'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import { allowedSkew } from '#ports/leases.ts'
import type { MetadataCommands, MetadataReads, MetadataStore } from '#ports/metadata-store.ts'
import type { Pool, PoolClient } from 'pg'
import type { Verb } from '#store/verb.ts'
import { commandTraits } from '#store/command-traits.ts'
import { KeptFacts, keptFacts } from '#store/kept-facts.ts'
import { commands, reads } from '#store/verbs.ts'
import { refuseClock } from './clocks.ts'
import { type Beginning, type Judge, PostgresReader, PostgresTransaction, readClocks } from './connection.ts'
import { DatabaseTime } from './database-time.ts'
import { named, passes } from './failures.ts'
import { migrate } from './migrate.ts'
import { openPool, type PoolOptions } from './pool.ts'
import { RequestProofs } from './request-proofs.ts'
import { sharedRead } from './shared-read.ts'

const mostTries = 6
const askClockEvery = 5_000
// Any number that nobody else takes in a database of ours.
const beginningLock = 7_203_021_777

export interface PostgresOptions extends PoolOptions {
  judge?: Judge
  now?: () => number
  failpoint?: ArmedFailpoint | undefined
}

export interface PostgresStore extends MetadataStore {
  /** Milliseconds since 1970 by the database's clock. */
  readonly databaseTime: () => number
  /** Does the work while no other server does work in this way. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>
}

/**
 * The metadata store on PostgreSQL: each command a transaction on a connection of the pool, rows locked by the verbs
 * themselves. Any number of servers may write at once.
 * Refuses with `database-away`, `clock-off`, throws NewerDatabase; fails each command with `storage-failed` while the clocks are too far apart,
 * and whatever the database does not answer.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const { judge = 'database', now = Date.now } = options
  const pool = openPool(options)
  const time = new DatabaseTime(now)
  try {
    const first = await pool.connect()
    try {
      const clocks = await readClocks(first, now)
      time.learn(clocks)
      if (judge === 'database') refuseClock(clocks)
      await migrate(first)
    } finally {
      first.release()
    }
  } catch (error) {
    await pool.end()
    throw asRefusal(error)
  }
  const reader = new PostgresReader(pool as unknown as PoolClient, judge)
  // A server that only reads learns of a clock that was set, too.
  const asking = setInterval(
    () =>
      void readClocks(reader.runner, now).then(
        (clocks) => time.learn(clocks),
        () => {},
      ),
    askClockEvery,
  ).unref()
  // Any server may have written: the row says which epoch stands, and one read says it to all who ask at the time.
  const proofs = new RequestProofs(sharedRead(() => answered(reads.controlEpoch(reader))))
  const facts = new KeptFacts(proofs.prove)
  const asOneRequest: MetadataStore['asOneRequest'] = (work) => proofs.within(work)
  const store: Record<string, unknown> = {
    close: async () => {
      clearInterval(asking)
      await pool.end()
    },
    asOneRequest,
    skew: judge === 'database' ? allowedSkew : 0,
    databaseTime: () => time.now(),
    alone: (work: () => Promise<unknown>) => alone(pool, work),
  }
  const failpoint = armFailpoint(options.failpoint, () => process.kill(process.pid, 'SIGKILL'))
  const beginning: Beginning = { failpoint, judge, now, learn: (clocks) => time.learn(clocks) }
  for (const name of Object.keys(commands) as (keyof MetadataCommands)[]) {
    const verb = commands[name] as Verb<never>
    const changesFacts = commandTraits[name].changes.includes('control')
    store[name] = async (input: unknown) => {
      try {
        return await command(pool, beginning, verb, input as never).finally(() => changesFacts && proofs.end())
      } catch (error) {
        // It may have met what another server changed.
        proofs.end()
        throw error
      }
    }
  }
  for (const name of Object.keys(reads) as (keyof MetadataReads)[]) {
    const read = reads[name] as (db: PostgresReader, ...input: unknown[]) => Promise<unknown>
    const ask = (...input: unknown[]) => answered(read(reader, ...input))
    store[name] = keptFacts.has(name) ? (...input: unknown[]) => facts.through(name, input, () => ask(...input)) : ask
  }
  return store as unknown as PostgresStore
}

async function answered<Value>(read: Promise<Value>): Promise<Value> {
  try {
    return await read
  } catch (error) {
    throw named(error)
  }
}

async function command(pool: Pool, beginning: Beginning, verb: Verb<never>, input: never): Promise<unknown> {
  for (let tries = 1; ; tries++)
    try {
      return await once(pool, beginning, verb, input)
    } catch (error) {
      if (!passes(error) || tries === mostTries) throw named(error)
      await pause(tries * 2 + (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 32)
    }
}

async function once(pool: Pool, beginning: Beginning, verb: Verb<never>, input: never): Promise<unknown> {
  const client = await pool.connect()
  let broken: Error | undefined
  const noteBroken = (error: Error) => {
    broken = error
  }
  client.on('error', noteBroken)
  try {
    const answer = await verb(await PostgresTransaction.begin(client, beginning), input)
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

async function alone<Result>(pool: Pool, work: () => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  client.on('error', (error: Error) => (broken = error))
  try {
    await client.query(
      'BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0',
    )
    await client.query('SELECT pg_advisory_xact_lock($1)', [beginningLock])
    return await work()
  } finally {
    await client.query('ROLLBACK').catch((error: Error) => (broken = error))
    client.release(broken)
  }
}

/** What a start is refused with. */
function asRefusal(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string }
  if (error instanceof Refusal || typeof code !== 'string') return error
  return new Refusal('database-away', { found: `${message} (${code})` })
}
