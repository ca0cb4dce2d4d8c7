// A disk that says ENOSPC or EIO: the one request fails with 503, the rest goes on, nothing is corrupted.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type FailpointName, failpoints } from '#ports/failpoint.ts'
import { checkServed, checkStored, resumeSessions } from './check.ts'
import { type Client, expectStatus, expectUnavailable } from './client.ts'
import { type History, histories } from './histories.ts'
import { startServer } from './server.ts'
import { copyWorld, makeWorld, removeWorld, scribeOf, type World } from './world.ts'

type Effect = 'ENOSPC' | 'EIO'
type RequestPoint = Exclude<
  FailpointName,
  | `migration.${string}`
  | `move.${string}`
  | `bucket.${string}`
  | `directory.${string}`
  | `collect.${string}`
  | `drain.${string}`
  | `job.${string}`
>

/** Where a real disk can refuse. In the other places one kind of error tells as much as two. */
const both: readonly FailpointName[] = [
  'upload.write.block',
  'upload.seal.before-sync',
  'upload.finish.in-transaction',
  'manifest.put.in-transaction',
  'tag.move.in-transaction',
]
const points = failpoints.filter(
  (name): name is RequestPoint => !/^(?:migration|move|bucket|directory|collect|drain|job|serving)\./.test(name),
)
const cases = points.flatMap((name) =>
  (both.includes(name) ? (['EIO', 'ENOSPC'] as const) : (['EIO'] as const)).map((effect) => ({ name, effect })),
)

describe('an error of the disk', () => {
  let world: World
  let refused = 0
  before(async () => {
    world = await makeWorld()
  })
  after(() => {
    console.log(`errors: ${cases.length} cases, requests refused with 503: ${refused}`)
    removeWorld(world)
  })

  for (const { name, effect } of cases)
    test(`${effect} at ${name}`, async () => {
      const own = await copyWorld(world)
      try {
        await failInHistory(name, effect, histories[name], own)
      } finally {
        removeWorld(own)
      }
    })

  test('a collection that fails is taken up by a later one', async () => {
    const own = await copyWorld(world)
    try {
      await failCollection(own)
    } finally {
      removeWorld(own)
    }
  })

  async function failInHistory(name: RequestPoint, effect: Effect, history: History, own: World): Promise<void> {
    const failing = await startServer(own.dataDir, { FAILPOINT: `${name}=${effect}:${history.hit}` })
    try {
      const scribe = scribeOf(own, failing)
      const turns = async () => {
        for (let turn = 0; turn < 20; turn++) await history.deed(scribe, turn, own)
      }
      await assert.rejects(turns, assert.AssertionError, `no request failed at ${name}`)
      const { serverErrors } = scribe.client
      assert.equal(serverErrors.length, 1)
      for (const { answer } of serverErrors) expectUnavailable(answer)
      refused++
      await goesOn(scribe.client)
      // Nobody knows what became of what failed, but it is whole or not there, already in the process that failed.
      await checkServed(scribe.client, own.ledger)
      assert.equal(failing.alive, true)
    } finally {
      await failing.stop()
    }
    assert.doesNotMatch(failing.log, /UnhandledPromise|uncaught/i)
    if (both.includes(name)) await worksAgain(`${effect} at ${name}`, own)
    await checkStored(own.dataDir)
  }

  /** The error passes, the server is started again: what was under way can be taken up, and pushes work. */
  async function worksAgain(what: string, own: World): Promise<void> {
    const server = await startServer(own.dataDir)
    try {
      const scribe = scribeOf(own, server)
      await checkServed(scribe.client, own.ledger)
      await resumeSessions(scribe)
      await scribe.pushImage('team/afterwards', 'v1', [Buffer.from(`after ${what}`)])
      await checkServed(scribe.client, own.ledger)
      assert.deepEqual(scribe.client.serverErrors, [])
    } finally {
      await server.stop()
    }
  }

  async function goesOn(client: Client): Promise<void> {
    expectStatus(await client.send('GET', '/v2/'), 200)
    expectStatus(await client.send('GET', '/v2/library/base/manifests/v1'), 200)
    expectStatus(await client.send('GET', `/v2/library/base/blobs/${world.base.blobs[1]}`), 200)
  }
})

async function failCollection(own: World): Promise<void> {
  const before = await startServer(own.dataDir, { GC_LEASE: '1s', GC_INTERVAL: '1h' })
  await histories['collect.delete.before-bytes'].before?.(scribeOf(own, before))
  await before.stop()
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const server = await startServer(own.dataDir, {
    ...histories['collect.delete.before-bytes'].settings,
    FAILPOINT: 'collect.delete.before-bytes=EIO:2',
  })
  try {
    for (let waited = 0; !/collection failed/.test(server.log) && waited < 100; waited++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.match(server.log, /collection failed/)
    const scribe = scribeOf(own, server)
    await checkServed(scribe.client, own.ledger)
    await scribe.pushImage('team/afterwards', 'v1', [Buffer.from('after a failed collection')])
  } finally {
    await server.stop()
  }
  await checkStored(own.dataDir)
}
