// Serving threads end in the middle of what they do, while the others serve on. ENDED_THREADS=10000 for a night’s run,
// ENDED_MINUTES=8 for a piece of one: it ends by then and tells how many it were. With ENDED_SERVERS=8 they end faster.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { FailpointName } from '#ports/failpoint.ts'
import { checkServed, checkStored, resumeSessions } from '../check.ts'
import { ConnectionLost } from '../client.ts'
import { deleting, pushing, retagging } from '../load.ts'
import { chosenSeed, seededRandom } from '../random.ts'
import { launch, metric, type Server, startServer } from '../server.ts'
import { makeWorld, removeWorld, scribeOf, type World } from '../world.ts'

const most = Number(process.env.ENDED_THREADS ?? 6)
const longest = Number(process.env.ENDED_MINUTES ?? Number.POSITIVE_INFINITY) * 60_000
/** Where layers are small there are more requests, and so more moments at which a thread ends. */
const largestLayer = 200_000
const died = (server: Server) => metric(server, 'longshore_serving_threads_died_total')

/** Does it again and again, whatever became of the connection. */
async function onAndOn(server: Server, isOver: () => boolean, doing: () => Promise<never>): Promise<void> {
  while (!isOver() && server.alive)
    try {
      await doing()
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
      await pause(5)
    }
}

async function endUnderLoad(world: World, failpoint: string, deaths: number): Promise<number> {
  const server = await startServer(world.dataDir, { SERVERS: process.env.ENDED_SERVERS ?? '3', FAILPOINT: failpoint, LOG_LEVEL: 'error' })
  const scribe = scribeOf(world, server)
  const random = seededRandom(chosenSeed())
  let over = false
  const doings = [
    ...[0, 1, 2].map((worker) => () => pushing(scribe, random, `team/w${worker}`, random.between(0, 2 ** 31), largestLayer)),
    () => retagging(scribe, random, world),
    () => deleting(scribe, random, random.between(0, 2 ** 31)),
  ].map((doing) => onAndOn(server, () => over, doing))
  let ended = 0
  while (ended < deaths && server.alive) {
    await pause(50)
    ended = await died(server)
  }
  over = true
  assert.ok(server.alive, `the others go on, and so does the server:\n${server.log.slice(-2000)}`)
  // What is under way is cut off with the whole: everything that was acknowledged must be there at the next start.
  await server.kill()
  await Promise.all(doings)
  // Whose answer was lost may have been followed by others who moved the tag on: such a pair says nothing.
  for (const pair of world.ledger.pairs) if (pair.tag.reference.startsWith('moving-')) world.ledger.pairs.delete(pair)
  assert.deepEqual(scribe.client.serverErrors, [], 'nobody else is told of a fault')
  return ended
}

async function isAllThere(world: World): Promise<number> {
  const server = await startServer(world.dataDir, { SERVERS: '3' })
  try {
    const scribe = scribeOf(world, server)
    const facts = await checkServed(scribe.client, world.ledger)
    await resumeSessions(scribe)
    return facts
  } finally {
    await server.kill()
  }
}

test(`${Number.isFinite(longest) ? 'up to ' : ''}${most} serving threads end at any moment: no acknowledged write is lost, and nobody else is stopped`, async () => {
  const sum = { ended: 0, facts: 0, acknowledged: 0 }
  const end = performance.now() + longest
  while (sum.ended < most && performance.now() < end) {
    const world = await makeWorld()
    try {
      sum.ended += await endUnderLoad(world, 'serving.turn=end:20', Math.min(100, most - sum.ended))
      sum.facts += await isAllThere(world)
      sum.acknowledged += world.ledger.acknowledged
      await checkStored(world.dataDir)
    } finally {
      removeWorld(world)
    }
  }
  console.log(`ended threads: ${sum.ended}, acknowledged writes: ${sum.acknowledged}, facts checked: ${sum.facts}, lost: 0`)
  assert.ok(sum.acknowledged > 0, 'the load did something')
})

const points: FailpointName[] = [
  'upload.append.before-commit',
  'upload.finish.after-commit',
  'manifest.put.before-commit',
  'manifest.put.after-commit',
]
for (const point of points)
  test(`a serving thread ends at ${point}`, async () => {
    const world = await makeWorld()
    try {
      await endUnderLoad(world, `${point}=end:3`, 3)
      await isAllThere(world)
      await checkStored(world.dataDir)
    } finally {
      removeWorld(world)
    }
  })

test('serving threads that die one after the other end the process', async () => {
  const world = await makeWorld()
  try {
    // Thrown where nobody catches it.
    const server = await launch(world.dataDir, { SERVERS: '2', FAILPOINT: 'serving.turn=EIO:5' })
    assert.notEqual(await server.ended, 0)
    assert.match(server.log, /serving threads die one after the other/)
  } finally {
    removeWorld(world)
  }
})
