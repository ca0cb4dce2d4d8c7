import { setTimeout as pause } from 'node:timers/promises'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import { allowedSkew } from '#ports/leases.ts'
import type { MetadataCommands, MetadataReads, MetadataStore } from '#ports/metadata-store.ts'
import { longestPause, lookEvery } from '#store/moving/refused-writes.ts'
import type { Verb } from '#store/verb.ts'
import { type Changed, changedBy, Epochs } from '#store/epochs.ts'
import { KeptFacts, keptFacts } from '#store/kept-facts.ts'
import { isKept, KeptRows } from '#store/kept-rows.ts'
import { commands, reads } from '#store/verbs.ts'
import { adoptEvents, ChangeLog, commitTelling, prunes, type Seen } from './change-log.ts'
import { type Clocks, refuseClock } from './clocks.ts'
import { type Beginning, type Judge, PostgresReader, PostgresTransaction, readClocks, type Runner } from './connection.ts'
import { Connections, type PoolOptions } from './connections.ts'
import { DatabaseTime } from './database-time.ts'
import { refuseEncoding } from './encoding.ts'
import { asRefusal, isOwn, isPaused, isRefusedCommit, named, notReached, passes, unknownOutcome } from './failures.ts'
import { whoseCommand } from './lanes.ts'
import { alone } from './locks.ts'
import { migrate } from './migrate.ts'
import { RequestProofs } from './request-proofs.ts'
import { sharedRead } from './shared-read.ts'
import { Standing } from './standing.ts'

const mostTries = 6
const askEvery = 5_000

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
 * Refuses with `database-away`, `database-permission`, `database-encoding`, `clock-off`, throws NewerDatabase; fails each command with `storage-failed` while the clocks are too far apart,
 * and whatever the database does not answer.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PostgresStore> {
  const { judge = 'database', now = Date.now } = options
  const connections = new Connections(options)
  const time = new DatabaseTime(now)
  try {
    const first = await connections.own().catch((error: unknown) => Promise.reject(notReached(error)))
    try {
      const clocks = await readClocks(first, now)
      time.learn(clocks)
      if (judge === 'database') refuseClock(clocks)
      await refuseEncoding(first)
      await migrate(first)
    } finally {
      await first.end()
    }
  } catch (error) {
    await connections.end()
    throw asRefusal(error)
  }
  const reader = new PostgresReader(connections as unknown as Runner, judge)
  const standing = new Standing(connections, options.timeout)
  // Any server may have written: the log says what, and one read says it to all who ask at the time.
  const epochs = new Epochs()
  const changes = new ChangeLog(standing, epochs, () => adoptEvents(connections))
  const prove = sharedRead(async () => {
    await answered(changes.read())
    return epochs.control()
  })
  const proofs = new RequestProofs(prove)
  const forgetTold = forgetting(changes, (seen) => connections.query(...prunes(seen)))
  // A server of which nobody asks anything learns of a clock that was set, and of a newer program, too.
  const asking = setInterval(() => {
    const learned = [readClocks(reader.runner, now).then((clocks) => time.learn(clocks)), prove().then(forgetTold)]
    for (const each of learned) each.catch(() => {})
  }, askEvery).unref()
  const facts = new KeptFacts(proofs.prove)
  const rows = new KeptRows(epochs)
  const asOneRequest: MetadataStore['asOneRequest'] = (work) => proofs.within(work)
  const store: Record<string, unknown> = {
    close: async () => {
      clearInterval(asking)
      await connections.end()
    },
    asOneRequest,
    skew: judge === 'database' ? allowedSkew : 0,
    databaseTime: () => time.now(),
    alone: (work: () => Promise<unknown>) => alone(connections, work),
  }
  const failpoint = armFailpoint(options.failpoint, () => process.kill(process.pid, 'SIGKILL'))
  const beginning = { failpoint, judge, now, learn: (clocks: Clocks) => time.learn(clocks), standing }
  for (const name of Object.keys(commands) as (keyof MetadataCommands)[]) {
    const verb = commands[name] as Verb<never>
    store[name] = async (input: unknown) => {
      const changed = changedBy(name, input)
      let failed = false
      try {
        return await command(connections, beginning, { verb, changed }, input as never)
      } catch (error) {
        failed = true
        throw error
      } finally {
        // Who failed may have met what another server changed.
        if (failed || changed.length > 0) proofs.end()
      }
    }
  }
  for (const name of Object.keys(reads) as (keyof MetadataReads)[]) {
    const read = reads[name] as (db: PostgresReader, ...input: unknown[]) => Promise<unknown>
    const ask = async (...input: unknown[]) => {
      standing.check()
      return answered(read(reader, ...input))
    }
    if (keptFacts.has(name)) store[name] = (...input: unknown[]) => facts.through(name, input, () => ask(...input))
    else if (isKept(name))
      store[name] = (...input: unknown[]) => {
        const through = () => rows.through(name, input, () => ask(...input))
        const proof = proofs.prove()
        return typeof proof === 'number' ? through() : proof.then(through)
      }
    else store[name] = ask
  }
  return store as unknown as PostgresStore
}

/** Each time, what was told until the time before the last is taken away: who has not asked since takes everything for changed. */
function forgetting(changes: ChangeLog, prune: (seen: Seen) => Promise<unknown>): () => Promise<void> {
  let older: Seen | undefined
  let recent: Seen | undefined
  return async () => {
    const told = older
    older = recent
    recent = changes.seen
    if (told !== undefined) await prune(told)
  }
}

async function answered<Value>(read: Promise<Value>): Promise<Value> {
  try {
    return await read
  } catch (error) {
    throw named(error)
  }
}

/** What a command does, and what that changes of what is kept. */
interface Deed {
  verb: Verb<never>
  changed: readonly Changed[]
}

async function command(connections: Connections, beginning: Omit<Beginning, 'begin'>, deed: Deed, input: never): Promise<unknown> {
  const until = performance.now() + longestPause
  for (let tries = 1; ; tries++)
    try {
      return await connections.writers.within(() => once(connections, beginning, deed, input), whoseCommand(input))
    } catch (error) {
      if (isPaused(error) && performance.now() < until) {
        tries--
        await pause(lookEvery)
        continue
      }
      if (!passes(error) || tries === mostTries) throw named(error)
      await pause(tries * 2 + (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 32)
    }
}

async function once(
  connections: Connections,
  beginning: Omit<Beginning, 'begin'>,
  { verb, changed }: Deed,
  input: never,
): Promise<unknown> {
  const client = await connections.take()
  let failure: unknown
  try {
    const { begin } = connections
    const answer = await verb(await PostgresTransaction.begin(client, { ...beginning, begin }), input)
    await client.query(commitTelling(changed)).catch((error: unknown) => {
      failure = error
      throw isRefusedCommit(error) ? error : unknownOutcome(error)
    })
    return answer
  } catch (error) {
    failure ??= isOwn(error) ? undefined : error
    if (failure === undefined || isRefusedCommit(failure)) await client.query('ROLLBACK').catch((broken: unknown) => (failure = broken))
    throw error
  } finally {
    connections.give(client, failure)
  }
}
