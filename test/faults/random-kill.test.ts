// kill -9 at random moments under load. FAULT_ROUNDS=1000 for a night's run; FAULT_SEED repeats one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { checkServed, checkStored, resumeSessions } from './check.ts'
import { ConnectionLost } from './client.ts'
import { deleting, pushing, retagging } from './load.ts'
import { chosenSeed, type Random, seededRandom } from './random.ts'
import type { Scribe } from './scribe.ts'
import { startServer } from './server.ts'
import { makeWorld, removeWorld, scribeOf, type World } from './world.ts'

const rounds = Number(process.env.FAULT_ROUNDS ?? 25)
/** Registers are read anew after each kill; so many rounds share one data directory. */
const roundsOfOneDirectory = 13

test(`${rounds} kills at random moments`, async () => {
  const sum = { kills: 0, facts: 0, acknowledged: 0, resumed: 0 }
  const random = seededRandom(chosenSeed())
  console.log(`random kills: seed ${random.seed}`)
  for (let done = 0; done < rounds; done += roundsOfOneDirectory) {
    const world = await makeWorld()
    try {
      for (let round = done; round < Math.min(rounds, done + roundsOfOneDirectory); round++) {
        await killUnderLoad(world, seededRandom(random.between(0, 2 ** 31)), round)
        sum.kills++
      }
      // The last kill is followed by a check of its own.
      const server = await startServer(world.dataDir)
      await check(world, server)
      await server.kill()
      await checkStored(world.dataDir)
    } finally {
      removeWorld(world)
    }
  }
  console.log(
    `random kills: ${sum.kills}, acknowledged writes: ${sum.acknowledged}, facts checked: ${sum.facts}, sessions resumed: ${sum.resumed}, lost: 0`,
  )
  assert.ok(sum.acknowledged > rounds, 'the load did something')

  async function killUnderLoad(world: World, chance: Random, round: number): Promise<void> {
    const server = await startServer(world.dataDir)
    const scribe = await check(world, server)
    const doings = [
      ...[0, 1, 2].map((worker) => pushing(scribe, seededRandom(chance.between(0, 2 ** 31)), `team/w${worker}`, round)),
      retagging(scribe, seededRandom(chance.between(0, 2 ** 31)), world),
      retagging(scribe, seededRandom(chance.between(0, 2 ** 31)), world),
      deleting(scribe, seededRandom(chance.between(0, 2 ** 31)), round),
    ].map((doing) => doing.catch((error: unknown) => (error instanceof ConnectionLost ? undefined : Promise.reject(error))))
    await pause(chance.between(50, 500))
    await server.kill()
    await Promise.all(doings)
    assert.deepEqual(scribe.client.serverErrors, [])
  }

  async function check(world: World, server: Awaited<ReturnType<typeof startServer>>): Promise<Scribe> {
    const scribe = scribeOf(world, server)
    sum.facts += await checkServed(scribe.client, world.ledger)
    sum.resumed += await resumeSessions(scribe)
    sum.acknowledged += world.ledger.acknowledged
    world.ledger.acknowledged = 0
    return scribe
  }
})
