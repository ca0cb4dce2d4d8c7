// Servers are killed at random moments under load, a few of each way to run. KILLS=1000 for that many more of each, KILLS_WAYS=0,2 for some ways only;
// KILLS_COUNT=<file> sums up what all runs together did.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { checkServed, checkStored, resumeSessions } from '../faults/check.ts'
import { Client, ConnectionLost } from '../faults/client.ts'
import { Ledger } from '../faults/ledger.ts'
import { deleting, pushing, retagging } from '../faults/load.ts'
import { chosenSeed, type Random, seededRandom } from '../faults/random.ts'
import { Scribe } from '../faults/scribe.ts'
import type { Server } from '../faults/server.ts'
import { Fleet } from './fleet.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { type RadosgwServer, startRadosgw } from './radosgw.ts'

const ways = (['SQLite and files', 'PostgreSQL and files', 'PostgreSQL and a bucket'] as const).flatMap((where) =>
  [1, 3].map((threads) => ({ where, threads })),
)
type Way = (typeof ways)[number]

const wanted = Number(process.env.KILLS ?? 6)
const chosen = process.env.KILLS_WAYS?.split(',').map(wayNamed) ?? ways
/** Registers are read anew after so many lives of each server, and a database is left after some rounds of it. */
const livesOfOneRound = 3
const roundsOfOneDatabase = wanted > 50 ? 12 : 3
const largestLayer = 300_000
const mostKillsOfOneStart = 3
/** In milliseconds; by then most of them serve. */
const longestStart = 900

/** Started where one of the chosen ways needs it. */
let postgres: PostgresServer
let store: RadosgwServer
before(async () => {
  if (chosen.some(({ where }) => where !== 'SQLite and files')) postgres = await startPostgres({ durable: true })
  if (!chosen.some(({ where }) => where === 'PostgreSQL and a bucket')) return
  store = await startRadosgw()
  Object.assign(process.env, store.environment)
})
after(() => {
  postgres?.stop()
  store?.stop()
})

interface Sum {
  kills: number
  /** Of them, at a start. */
  starts: number
  acknowledged: number
  facts: number
}

function wayNamed(number: string): Way {
  const way = ways[Number(number)]
  assert.ok(way, `KILLS_WAYS: ${number} is none of 0 to ${ways.length - 1}`)
  return way
}

for (const way of chosen)
  test(`${way.where}, ${way.threads} serving threads: ${wanted} kills at random moments`, async () => {
    const random = seededRandom(chosenSeed())
    console.log(`seed ${random.seed}`)
    const sum: Sum = { kills: 0, starts: 0, acknowledged: 0, facts: 0 }
    while (sum.kills < wanted) {
      const before = { ...sum }
      await oneDatabase(way, random, sum)
      note(`${way.where}, ${way.threads}`, sum, before)
    }
    console.log(
      `kills: ${sum.kills}, of them at a start: ${sum.starts}, acknowledged writes: ${sum.acknowledged}, facts checked: ${sum.facts}, lost: 0, double: 0`,
    )
    assert.ok(sum.acknowledged > sum.kills, 'the load did something')
  })

async function oneDatabase({ where, threads }: Way, random: Random, sum: Sum): Promise<void> {
  const isShared = where !== 'SQLite and files'
  const url = isShared ? await postgres.database() : 'sqlite'
  const bucket = where === 'PostgreSQL and a bucket' ? await store.make() : undefined
  const fleet = await Fleet.start(url, isShared ? 3 : 1, {
    settings: { servers: threads },
    ...(bucket === undefined ? {} : { blobs: store.url(bucket) }),
  })
  try {
    const ledger = new Ledger()
    const scribeOf = (server: Server) => new Scribe(new Client(server, fleet.password), ledger)
    const base = await scribeOf(fleet.servers[0] as Server).pushImage('library/base', 'v1', [random.bytes(30_000), random.bytes(200_000)])
    const check = async () => {
      const scribe = scribeOf(fleet.servers[0] as Server)
      sum.facts += await checkServed(scribe.client, ledger)
      await resumeSessions(scribe)
      sum.facts += await checkServed(scribe.client, ledger)
      sum.acknowledged += ledger.acknowledged
      ledger.acknowledged = 0
      assert.deepEqual(scribe.client.serverErrors, [])
    }
    /** From its start to its end, by whatever it is at. */
    const life = async (index: number, number: number, chance: Random) => {
      const scribe = scribeOf(fleet.servers[index] as Server)
      const own = () => seededRandom(chance.between(0, 2 ** 31))
      const round = number * 10 + index
      const doings = [
        pushing(scribe, own(), `team/s${index}a`, round, largestLayer),
        pushing(scribe, own(), `team/s${index}b`, round, largestLayer),
        retagging(scribe, own(), { base }),
        deleting(scribe, own(), round),
      ].map((doing) => doing.catch((error: unknown) => (error instanceof ConnectionLost ? undefined : Promise.reject(error))))
      const done = Promise.all(doings)
      const [enough, further] = [chance.between(0, 30), chance.between(0, 50)]
      while (scribe.acknowledged < enough) await Promise.race([done, pause(2)])
      await pause(further)
      await fleet.servers[index]?.kill()
      sum.kills++
      await done
      assert.deepEqual(scribe.client.serverErrors, [])
      for (let starts = chance.between(0, mostKillsOfOneStart); starts > 0; starts--) {
        await fleet.killAtStart(index, chance.between(0, longestStart))
        sum.starts++
        sum.kills++
      }
      await fleet.begin(index)
    }
    for (let round = 0; round < roundsOfOneDatabase && sum.kills < wanted; round++) {
      const lives = fleet.servers.map(async (_, index) => {
        const chance = seededRandom(random.between(0, 2 ** 31))
        for (let number = 0; number < livesOfOneRound; number++) await life(index, round * livesOfOneRound + number, chance)
      })
      await Promise.all(lives)
      await check()
    }
    await Promise.all(fleet.servers.map((server) => server.kill()))
    await checkStored(join(fleet.folder, 'server-0'))
  } finally {
    await fleet.stop()
    if (isShared) await postgres.drop(url)
  }
}

/** Sums up over runs. */
function note(way: string, sum: Sum, before: Sum): void {
  const path = process.env.KILLS_COUNT
  if (path === undefined) return
  const all = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Omit<Sum, 'starts'> & Partial<Sum>>) : {}
  const { kills, starts = 0, acknowledged, facts } = all[way] ?? { kills: 0, acknowledged: 0, facts: 0 }
  all[way] = {
    kills: kills + sum.kills - before.kills,
    starts: starts + sum.starts - before.starts,
    acknowledged: acknowledged + sum.acknowledged - before.acknowledged,
    facts: facts + sum.facts - before.facts,
  }
  writeFileSync(path, JSON.stringify(all, undefined, 2))
}
