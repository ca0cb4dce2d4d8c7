// What keeps a directory sound, step by step: what each step asks, where it stops, and what it tells.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { examineBodies } from '#app/maintenance/bodies.ts'
import { collect, Collector, UndeletedObjects } from '#app/maintenance/collect.ts'
import { deleteBytes } from '#app/maintenance/delete-bytes.ts'
import { makeRoom } from '#app/maintenance/room.ts'
import { WallClock } from '#app/maintenance/wall-clock.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import { scripted } from './scripted.ts'

const now = 1_800_000_000_000
const hour = 3_600_000
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const many = <Each>(count: number, each: (index: number) => Each) => Array.from({ length: count }, (_, index) => each(index))
const goes = undefined
const stopped = AbortSignal.abort()
const lease = { length: 24 * hour, renewBelow: 12 * hour, promise: hour, skew: 0 }

test('bodies are read page by page, and what is missing or not as its digest says is told', async () => {
  const body = (index: number, bytes: string | null = `${index}`) => ({
    registryId: 1,
    digest: digestOf(`${index}`),
    bytes: bytes === null ? null : Buffer.from(bytes),
  })
  const { store, of } = scripted({ manifestBodies: [many(16, body as never), [body(16), body(17, 'other'), body(18, null)]] })
  const [corrupt, missing] = [digestOf('17'), digestOf('18')]
  assert.deepEqual(await examineBodies(store, goes), {
    read: 19,
    bytes: 10 + 6 * 2 + 2 + 5,
    bad: [
      { digest: corrupt, problem: 'corrupt' },
      { digest: missing, problem: 'missing' },
    ],
  })
  assert.deepEqual(of('manifestBodies'), [
    { after: { registryId: 0, digest: '' }, limit: 16 },
    { after: { registryId: 1, digest: digestOf('15') }, limit: 16 },
  ])
  await assert.rejects(examineBodies(scripted().store, stopped), { reason: 'interrupted' })
  assert.equal((await examineBodies(scripted({ manifestBodies: [many(16, body as never), []] }).store, goes)).read, 16)
})

const blobsOf = (refuses: readonly string[] = []) => {
  const deleted: string[] = []
  const blobs = {
    at: () => ({
      delete: async (key: string) => {
        if (refuses.includes(key)) throw new Error(`EIO ${key}`)
        deleted.push(key)
      },
    }),
  }
  return { blobs, deleted }
}
const object = (index: number, size = 10) => ({ objectId: `o${index}`, storageKey: `k${index}`, backend: 'b', size })

test('what the disk deleted is forgotten, what it kept stays; the first word of the disk is told', async () => {
  const { blobs, deleted } = blobsOf(['k1', 'k2'])
  const { store, of } = scripted()
  const told = await deleteBytes({ store, blobs, failpoint: () => {} } as never, many(4, object) as never, now)
  assert.deepEqual([told.count, told.bytes, String(told.refused)], [2, 20, 'Error: EIO k1'])
  assert.deepEqual([deleted, of('forgetObjects')], [['k0', 'k3'], [{ objectIds: ['o0', 'o3'], now }]])
  const none = scripted()
  await deleteBytes({ store: none.store, blobs: blobsOf(['k0']).blobs, failpoint: () => {} } as never, [object(0)] as never, now)
  assert.deepEqual(none.names(), [])
})

const noUsage = { used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: null }
const pass = (answers: Record<string, readonly unknown[]>, { elapsed = 0, until = 0, refuses = [] as string[] } = {}) => {
  const script = scripted({
    reapUploads: [[]],
    drainRepositories: [0],
    condemn: [{ reviewed: 0, condemned: 0, bytes: 0 }],
    registries: [[]],
    condemnedObjects: [[]],
    ...answers,
  })
  const clock = { now: () => now, elapsed: () => elapsed }
  const deps = {
    store: script.store,
    ...blobsOf(refuses),
    clock,
    emptying: new Emptying({ store: script.store, clock }),
    settings: { collectionDelay: 7, lease },
    failpoint: () => {},
    unleased: { until },
  }
  return { ...script, deps: deps as never, done: () => collect(deps as never, now) }
}

test('a pass takes each step in full pages until one is short, and sums up', async () => {
  const review = (reviewed: number) => ({ reviewed, condemned: 2, bytes: 5 })
  const { done, names, of } = pass({
    reapUploads: [many(500, Number), many(3, Number)],
    drainRepositories: [4, 0, 0],
    condemn: [review(500), review(499)],
    registries: [[{ id: 4 }]],
    usage: [noUsage],
    condemnedObjects: [many(500, object), many(1, object)],
  })
  assert.deepEqual(await done(), { reviewed: 999, condemned: 4, condemnedBytes: 10, deleted: 501, deletedBytes: 5010, uploads: 503 })
  const expected = [
    'reapUploads',
    'reapUploads',
    'drainRepositories',
    'drainRepositories',
    'condemn',
    'condemn',
    'registries',
    'drainRepositories',
    'usage',
  ]
  assert.deepEqual(names(), [...expected, 'condemnedObjects', 'forgetObjects', 'condemnedObjects', 'forgetObjects'])
  assert.deepEqual(of('condemnedObjects')[0], { now, age: 7, limit: 500 })
})

test('nothing is given up for a lease after an answer without one, but what was is deleted', async () => {
  const early = pass({}, { elapsed: 9, until: 10 })
  await early.done()
  assert.deepEqual(early.names(), ['reapUploads', 'drainRepositories', 'condemnedObjects'])
  const later = pass({}, { elapsed: 10, until: 10 })
  await later.done()
  assert.ok(later.names().includes('condemn') && later.names().includes('registries'))
})

test('a disk that keeps objects does not make a pass endless; it is told when the others are gone', async () => {
  const all = many(500, object)
  const kept = pass({ condemnedObjects: [all] }, { refuses: all.map(({ storageKey }) => storageKey) })
  await assert.rejects(kept.done(), UndeletedObjects)
  const one = pass({ condemnedObjects: [all, [object(1)]] }, { refuses: ['k1'] })
  await assert.rejects(one.done(), /some objects could not be deleted: EIO k1/)
  assert.equal(one.of('condemnedObjects').length, 2)
})

test('while collection is paused there is no pass and no room is made; a pause waits for what is under way', async () => {
  const { deps, names } = pass({ drainRepositories: [0, 0, 0], usage: [noUsage, noUsage] })
  let time: number | undefined = now
  const wallClock = { look: async () => time, rest: () => {} } as unknown as WallClock
  const collector = new Collector(deps, { interval: 1e6, wallClock, report: () => {}, failed: () => {} })
  await collector.pause(async () => {
    assert.equal(collector.isPaused, true)
    assert.equal(await collector.run(), undefined)
    assert.equal(await collector.makeRoom(1, 5), undefined)
  })
  assert.deepEqual([collector.isPaused, names()], [false, []])
  time = undefined
  assert.equal(await collector.run(), undefined)
  await collector.makeRoom(1, 5)
  assert.deepEqual(names(), [])
  time = now
  const order: string[] = []
  const running = collector.run().then(() => order.push('pass'))
  assert.equal(await Promise.race([collector.pause(async () => order.push('paused')), running.then(() => -1)]), -1)
  await running
  await collector.makeRoom(1, 5)
  assert.deepEqual([order[0], names().filter((each) => each === 'usage').length], ['pass', 1])
})

test('what ticks: a pass is reported, a failure rests unless the disk alone kept something, and stopping ends it', async () => {
  const ticks = async (answers: Record<string, readonly unknown[]>, refuses: string[] = []) => {
    const { deps } = pass(answers, { refuses })
    const said: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const wallClock = { look: async () => now, rest: () => said.push('rest') } as unknown as WallClock
    const collector = new Collector(deps, {
      interval: 1,
      wallClock,
      report: () => resolve(void said.push('report')),
      failed: () => resolve(void said.push('failed')),
    })
    collector.start()
    await promise
    await collector.stop()
    return said[0] === 'rest' ? said.slice(0, 2) : said.slice(0, 1)
  }
  assert.deepEqual(await ticks({}), ['report'])
  assert.deepEqual(await ticks({ reapUploads: [new Error('full')] }), ['rest', 'failed'])
  assert.deepEqual(await ticks({ condemnedObjects: [[object(1)]] }, ['k1']), ['failed'])
})

const room = async (usages: readonly object[], answers: Record<string, readonly unknown[]> = {}, more = 0) => {
  const script = scripted({ drainRepositories: [0], usage: usages.map((each) => ({ ...noUsage, limit: 100, ...each })), ...answers })
  const deps = { store: script.store, ...blobsOf(), settings: { lease, uploadLife: 6 * hour }, failpoint: () => {} }
  return { ...script, seconds: await makeRoom(deps as never, 4, more, now) }
}

test('room is made where a bound is reached and nowhere else', async () => {
  for (const usage of [{ used: 100 }, { used: 50, reserved: 50 }, { unreferenced: 99 }, { limit: null, used: 1e9 }])
    assert.deepEqual((await room([usage])).names(), ['drainRepositories', 'usage'])
  const full = await room([{ used: 60, reserved: 45 }, { used: 60, reserved: 45 }, {}, {}, {}])
  assert.deepEqual(full.of('endRestingUploads'), [{ registryId: 4, now, expiring: now + 6 * hour - hour, bytes: 5, limit: 100 }])
  assert.equal(full.seconds, undefined)
  const unreserved = await room([{ used: 105 }, { used: 105 }, {}, {}, {}])
  assert.deepEqual(unreserved.of('endRestingUploads'), [])
  const asked = await room([{ used: 60, reserved: 40 }, { used: 60, reserved: 40 }, {}, {}, {}], {}, 3)
  assert.equal(asked.of('endRestingUploads')[0]?.bytes, 3)
  const drained = await room([{}], { drainRepositories: [100, 7, 0] })
  assert.equal(drained.of('drainRepositories').length, 3)
})

test('what is given up already goes before anything else is given up, the oldest first and no more than is needed', async () => {
  const over = { unreferenced: 120 }
  const given = (freed: number, last?: object, heldSince?: number) => ({ freed, last, heldSince })
  const { of, seconds } = await room([over, over, over, over, over, { unreferenced: 100 }, {}, {}], {
    condemnedObjects: [[object(1, 20), object(2, 20), object(3, 20)], [], []],
    dropUnreferenced: [given(21), given(1)],
  })
  assert.deepEqual(of('condemnedObjects')[0], { now, age: 0, limit: 100, registryId: 4 })
  assert.deepEqual(of('forgetObjects'), [{ objectIds: ['o1', 'o2'], now }])
  const first = of('dropUnreferenced')[0]
  assert.deepEqual(first, {
    registryId: 4,
    now,
    reliedBefore: now - hour - hour / 12,
    bytes: 21,
    only: 'left',
    after: undefined,
    limit: 100,
  })
  assert.equal(seconds, undefined)
  const held = await room([{ pending: 130, unreferenced: 130 }, {}, { pending: 130, unreferenced: 130 }, {}, {}], {
    dropUnreferenced: [given(0, undefined, now - hour)],
  })
  assert.equal(held.of('dropUnreferenced')[0]?.only, 'pending')
  assert.equal(held.of('condemnedObjects').length, 0, 'what no manifest has named yet is in the way alone')
  assert.equal(held.seconds, 300)
  const place = { reviewAfter: 1, digest: 'd' }
  const paged = await room([over, over, {}, over, over, over, {}, {}], {
    condemnedObjects: [[], [], []],
    dropUnreferenced: [given(0, place), given(3, place), given(0)],
  })
  assert.deepEqual(
    paged.of('dropUnreferenced').map(({ after }) => after),
    [undefined, place, undefined],
  )
})
