import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import type { Job } from '#ports/job-queue.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { type JobHandler, JobWorker, releaseClaims, type WorkerOptions } from '#app/jobs/worker.ts'

const claim = 60_000
let store: MetadataStore
let now: number
const clock = { now: () => now }

beforeEach(() => {
  store = openMemoryMetadataStore()
  now = 1_800_000_000_000
})
afterEach(() => store.close())

const ask = (key: string, runAfter = now) => store.putJob({ job: { kind: 'repositories.drain', key, payload: null, runAfter }, now })
const waiting = () => store.jobs({ after: 0, limit: 1000 })

/** A worker for one kind; what fails is in `failed`. */
function workerOf(
  handler: JobHandler,
  options: Partial<WorkerOptions> = {},
  queue: MetadataStore = store,
): { worker: JobWorker; failed: string[] } {
  const failed: string[] = []
  const none: JobHandler = async () => assert.fail('nobody asked for it')
  const handlers = { 'repositories.drain': handler, 'operation.finish': none, 'history.reap': none }
  const worker = new JobWorker(
    { store: queue, clock, failpoint: () => {} },
    {
      handlers,
      atOnce: 4,
      claim,
      every: 1,
      chance: () => 0,
      failed: (_job, error) => failed.push(String(error)),
      queueFailed: (error) => failed.push(String(error)),
      ...options,
    },
  )
  return { worker, failed }
}

/** Work that goes on until the test lets it end. */
function held() {
  const begun: { job: Job; signal: AbortSignal; end: () => void; fail: (error: Error) => void }[] = []
  const handler: JobHandler = (job, signal) => {
    const work = Promise.withResolvers<void>()
    begun.push({ job, signal, end: work.resolve, fail: work.reject })
    return work.promise
  }
  return { begun, handler }
}

test('a job is done once, and is gone', async () => {
  const done: string[] = []
  const { worker } = workerOf(async ({ key }) => void done.push(key))
  await ask('a')
  await ask('b')
  assert.equal(await worker.look(), 2)
  await worker.settle()
  assert.equal(await worker.look(), 0)
  assert.deepEqual(done, ['a', 'b'])
  assert.deepEqual(await waiting(), [])
})

test('a job whose worker died between its claim and its end is done by another, once the claim is over', async () => {
  await ask('a')
  await store.claimJobs({ kinds: ['repositories.drain'], now, lockedUntil: now + claim, limit: 1 })
  const done: number[] = []
  const { worker } = workerOf(async ({ epoch }) => void done.push(epoch))
  now += claim - 1
  assert.equal(await worker.look(), 0)
  now += 1
  await worker.look()
  await worker.settle()
  assert.deepEqual(done, [2])
  assert.deepEqual(await waiting(), [])
})

test('the process that is alone gives back what an earlier one had claimed, and what ends it each time must wait', async () => {
  await ask('a')
  const take = async () => (await store.claimJobs({ kinds: ['repositories.drain'], now, lockedUntil: now + claim, limit: 1 })).length
  assert.equal(await take(), 1)
  await releaseClaims({ store, clock }, () => 0)
  assert.equal(await take(), 1)
  await releaseClaims({ store, clock }, () => 0)
  assert.equal(await take(), 0)
  now += 1000
  assert.equal(await take(), 1)
})

test('what fails is tried again after its back-off, longer each time, and tells why', async () => {
  const { worker, failed } = workerOf(async ({ attempts }) => {
    if (attempts < 4) throw new Error(`no room, ${attempts}`)
  })
  await ask('a')
  for (const wait of [500, 1000, 2000]) {
    assert.equal(await worker.look(), 1)
    await worker.settle()
    now += wait - 1
    assert.equal(await worker.look(), 0)
    now += 1
  }
  assert.equal((await waiting())[0]?.lastError, 'no room, 3')
  await worker.look()
  await worker.settle()
  assert.deepEqual(failed, ['Error: no room, 1', 'Error: no room, 2', 'Error: no room, 3'])
  assert.deepEqual(await waiting(), [])
})

test('a worker does no more at once than it may', async () => {
  const { begun, handler } = held()
  const { worker } = workerOf(handler, { atOnce: 2 })
  for (const key of ['a', 'b', 'c']) await ask(key)
  assert.equal(await worker.look(), 2)
  assert.equal(await worker.look(), 0)
  begun[0]?.end()
  await new Promise(setImmediate)
  assert.equal(await worker.look(), 1)
  for (const { end } of begun) end()
  await worker.settle()
})

test('a claim is kept while the work lasts; work whose claim is lost is told so and changes nothing', async () => {
  const { begun, handler } = held()
  const { worker, failed } = workerOf(handler)
  await ask('a')
  await worker.look()
  now += claim - 1
  await worker.renew()
  now += claim - 1
  const other = await store.claimJobs({ kinds: ['repositories.drain'], now, lockedUntil: now + claim, limit: 1 })
  assert.deepEqual(other, [], 'it was renewed')
  now += 1
  const [stolen] = await store.claimJobs({ kinds: ['repositories.drain'], now, lockedUntil: now + claim, limit: 1 })
  assert.equal(begun[0]?.signal.aborted, false)
  await worker.renew()
  assert.equal(begun[0]?.signal.aborted, true)
  begun[0]?.end()
  await worker.settle()
  assert.deepEqual(failed, [])
  assert.deepEqual(await waiting(), [stolen])
})

test('a worker that stops waits for its work, which another goes on with at once', async () => {
  const { begun, handler } = held()
  const { worker, failed } = workerOf(handler)
  await ask('a')
  await worker.look()
  const stopped = worker.stop()
  assert.equal(begun[0]?.signal.aborted, true)
  begun[0]?.end()
  await stopped
  assert.deepEqual(failed, [])
  const [job] = await waiting()
  assert.deepEqual([job?.lockedUntil, job?.runAfter], [null, now])
  await ask('b')
  assert.equal(await worker.look(), 0, 'it claims nothing more')
})

test('a worker that stops while it asks the queue is done with the queue, and has let go of what it claimed', async () => {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const slow: MetadataStore = {
    ...store,
    jobsDue: async (at) => {
      asked.resolve()
      await answer.promise
      return store.jobsDue(at)
    },
  }
  const begun: boolean[] = []
  const { worker, failed } = workerOf(async (_job, signal) => void begun.push(signal.aborted), { every: 60_000 }, slow)
  await ask('a')
  worker.start()
  await asked.promise
  let isStopped = false
  const stopped = worker.stop().then(() => (isStopped = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isStopped, false, 'the queue is still asked')
  answer.resolve()
  await stopped
  assert.deepEqual([begun, failed], [[], []])
  assert.equal((await waiting())[0]?.lockedUntil, null)
})

test('a worker goes on when the queue could not be asked, and begins by itself', async () => {
  let asked = 0
  const broken: MetadataStore = {
    ...store,
    jobsDue: async (at) => {
      if (++asked <= 3) throw new Error('the database is away')
      return store.jobsDue(at)
    },
  }
  const done = Promise.withResolvers<string>()
  const told: string[] = []
  const worker = new JobWorker(
    { store: broken, clock, failpoint: () => {} },
    {
      handlers: {
        'repositories.drain': async ({ key }) => done.resolve(key),
        'operation.finish': async () => {},
        'history.reap': async () => {},
      },
      atOnce: 1,
      claim,
      every: 1,
      chance: () => 0,
      failed: () => {},
      queueFailed: (error) => told.push(String(error)),
    },
  )
  await ask('a')
  worker.start()
  assert.equal(await done.promise, 'a')
  assert.deepEqual(told, ['Error: the database is away'], 'once, however often it is tried')
  await worker.stop()
})

// A model: many workers, jobs that are asked for again and again, work that fails, workers whose claims run out.
test('whatever workers do at once, no job is done by two, and each that was asked for is done after it was', async () => {
  const running = new Map<string, number>()
  const lastAsked = new Map<string, number>()
  const lastBegun = new Map<string, number>()
  let tick = 0
  let dice = 42
  const chance = () => (dice = (dice * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const work: JobHandler = async ({ key }, signal) => {
    assert.ok(!running.get(key), `${key} is done by two at once`)
    running.set(key, 1)
    const begun = ++tick
    for (let turns = Math.floor(chance() * 5); turns >= 0; turns--) await new Promise(setImmediate)
    running.set(key, 0)
    if (signal.aborted || chance() < 0.3) throw new Error('some fail')
    lastBegun.set(key, begun)
  }
  const workers = Array.from({ length: 3 }, () => workerOf(work, { atOnce: 2, chance }).worker)
  for (let round = 0; round < 300; round++) {
    const key = `k${Math.floor(chance() * 5)}`
    if (round < 250) {
      await ask(key)
      lastAsked.set(key, ++tick)
    }
    now += Math.floor(chance() * 2000)
    for (const worker of workers) await (chance() < 0.2 ? worker.renew() : worker.look())
    if (chance() < 0.5) await new Promise(setImmediate)
  }
  while ((await waiting()).length > 0) {
    now += 3_600_000
    for (const worker of workers) await worker.look()
    await Promise.all(workers.map((worker) => worker.settle()))
  }
  for (const [key, asked] of lastAsked) assert.ok((lastBegun.get(key) ?? 0) > asked, `${key} was done after it was asked for last`)
})
