// kill -9 at random moments under load. FAULT_ROUNDS=1000 for a night's run; FAULT_SEED repeats one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { checkServed, checkStored, resumeSessions } from './check.ts'
import { ConnectionLost } from './client.ts'
import { imageOf } from './image.ts'
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

async function pushing(scribe: Scribe, random: Random, repository: string, round: number): Promise<never> {
  for (let turn = 0; ; turn++) {
    const layers = [random.bytes(random.between(1, 40_000)), random.bytes(random.between(1, 1_500_000))]
    const image = await scribe.pushImage(repository, `r${round}-${turn}`, layers)
    await scribe.mount(`${repository}-mounted`, repository, image.blobs[0] ?? '')
  }
}

/** Both move the same tags, so that nobody knows which was last; only that it was one of them. */
async function retagging(scribe: Scribe, random: Random, { base }: World): Promise<never> {
  for (;;) {
    const { manifest } = imageOf(base.layers, { at: String(random.between(0, 9)) })
    await scribe.putManifest('library/base', manifest, `moving-${random.between(0, 3)}`)
  }
}

async function deleting(scribe: Scribe, random: Random, round: number): Promise<never> {
  const repository = 'team/deleted'
  for (let turn = 0; ; turn++) {
    const tag = `r${round}-${turn}`
    const image = await scribe.pushImage(repository, tag, [random.bytes(2000)])
    if (turn % 3 === 0) await scribe.deleteTag(repository, tag)
    if (turn % 3 === 1) await scribe.deleteManifest(repository, image.digest)
    if (turn % 3 === 2) await scribe.deleteBlob(repository, await scribe.pushBlob(repository, random.bytes(2000)))
  }
}
