// What people are told of jobs, what they may ask, and how history is taken away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { drainDeleted } from '#app/jobs/drain.ts'
import { jobHandlers } from '#app/jobs/handlers.ts'
import { listJobs, retryJob } from '#app/jobs/list-jobs.ts'
import { askToReap, reapHistory } from '#app/jobs/reap-history.ts'
import { JobWorker, releaseClaims } from '#app/jobs/worker.ts'
import { Emptying } from '#app/maintenance/emptying.ts'
import type { JobQueue } from '#ports/job-queue.ts'
import { scripted } from './scripted.ts'

const start = 1_800_000_000_000
const iso = (time: number) => new Date(time).toISOString()
const goesOn = new AbortController().signal
const stopped = AbortSignal.abort()

test('a job waits, runs until its claim ends, or is stuck after five tries', async () => {
  const job = {
    id: 1,
    kind: 'history.reap',
    key: 'k',
    payload: null,
    epoch: 1,
    runAfter: start + 9,
    lastError: 'boom',
    createdAt: start - 5,
  }
  const told = async (change: { lockedUntil?: number | null; attempts?: number }) => {
    const store = { jobs: async () => [{ ...job, lockedUntil: null, attempts: 0, ...change }] } as unknown as JobQueue
    const [info] = await listJobs({ store, clock: { now: () => start } }, { stuck: false })
    return info
  }
  const waiting = {
    id: 1,
    kind: 'history.reap',
    about: 'k',
    state: 'waiting',
    attempts: 0,
    askedAt: iso(start - 5),
    nextTry: iso(start + 9),
    lastError: 'boom',
  }
  assert.deepEqual(await told({}), waiting)
  for (const [lockedUntil, attempts, state] of [
    [null, 4, 'waiting'],
    [null, 5, 'stuck'],
    [start, 0, 'waiting'],
    [start + 1, 0, 'running'],
    [start + 1, 5, 'running'],
  ] as const) {
    const info = await told({ lockedUntil, attempts })
    assert.deepEqual([info?.state, info?.nextTry], [state, state === 'running' ? null : iso(start + 9)])
  }
})

test('stuck ones alone where that is asked; one that waits is tried now, one that runs or is not there is refused', async () => {
  const store = openMemoryMetadataStore()
  const clock = { now: () => start }
  for (const key of ['a', 'b'])
    await store.putJob({ job: { kind: 'repositories.drain', key, payload: null, runAfter: start + 50 }, now: start })
  const [first, second] = await listJobs({ store, clock }, { stuck: false })
  assert.deepEqual(await listJobs({ store, clock }, { stuck: true }), [])
  assert.deepEqual([first?.about, second?.about, first?.nextTry], ['a', 'b', iso(start + 50)])
  const { id = 0 } = second ?? {}
  assert.equal((await retryJob({ store, clock }, { id })).nextTry, iso(start))
  await assert.rejects(retryJob({ store, clock }, { id: id + 1 }), { reason: 'job-not-waiting' })
  for (let attempt = 0; attempt < 5; attempt++) {
    const [claimed] = await store.claimJobs({ kinds: ['repositories.drain'], now: start, lockedUntil: start + 10, limit: 1 })
    if (attempt === 4) await assert.rejects(retryJob({ store, clock }, { id }), { reason: 'job-not-waiting' })
    await store.failJob({ id, epoch: claimed?.epoch ?? 0, runAfter: start, error: 'boom' })
  }
  assert.deepEqual(
    (await listJobs({ store, clock }, { stuck: true })).map((each) => [each.id, each.state, each.attempts]),
    [[id, 'stuck', 5]],
  )
  await store.close()
})

const hour = 60 * 60_000
const reap = async (answers: Record<string, readonly unknown[]>, { now, signal = goesOn }: { now?: number; signal?: AbortSignal }) => {
  const script = scripted(answers)
  const deps = { store: script.store, clock: { now: () => start }, wallClock: { look: async () => now }, historyLife: 7, historyMost: 9 }
  await reapHistory(deps as never, signal)
  return script
}

test('history is taken in full steps until one is short, of each registry and of none, and asked for again', async () => {
  const answers = {
    reapHistory: [500, 500, 499],
    reapOperations: [500, 0],
    registries: [[{ id: 4 }, { id: 2 }]],
    boundHistory: [500, 3, 0, 500, 500, 1],
  }
  const whole = await reap(answers, { now: start + 1 })
  assert.deepEqual(whole.of('reapHistory'), Array(3).fill({ before: start + 1 - 7, limit: 500 }))
  assert.deepEqual(whole.of('reapOperations'), Array(2).fill({ before: start + 1 - hour, limit: 500 }))
  assert.deepEqual(
    whole.of('boundHistory').map(({ registryId }) => registryId),
    [0, 0, 4, 2, 2, 2],
  )
  assert.deepEqual(whole.of('boundHistory')[0], { registryId: 0, most: 9, limit: 500 })
  const again = { kind: 'history.reap', key: '', payload: null, runAfter: start + hour / 12 }
  assert.deepEqual(whole.of('putJob'), [{ job: again, now: start }])
  const unsure = await reap({ registries: [[]], boundHistory: [0] }, {})
  assert.deepEqual(
    unsure.asked.map(([verb]) => verb),
    ['registries', 'boundHistory', 'putJob'],
    'a clock that was set takes nothing away for its age',
  )
  const told = await reap({ registries: [[]] }, { now: start, signal: stopped })
  assert.deepEqual(
    told.asked.map(([verb]) => verb),
    ['registries', 'putJob'],
  )
  const later = scripted({})
  await askToReap({ store: later.store, clock: { now: () => start } as never }, 0)
  assert.deepEqual(later.of('putJob'), [{ job: { ...again, runAfter: start }, now: start }])
})

test('what was deleted is emptied before its uploads and behind them, and its operation ends unless it was told to stop', async () => {
  const uploads = (count: number) => Array.from({ length: count }, () => ({}))
  const drain = async (signal: AbortSignal, answers: Record<string, readonly unknown[]> = {}) => {
    const script = scripted({ drainRepositories: [2, 0, 1, 0], reapUploads: [uploads(200), uploads(199)], ...answers })
    let steps = 0
    const world = { store: script.store, clock: { now: () => start, elapsed: () => 0 } }
    await drainDeleted({ ...world, emptying: new Emptying(world), failpoint: () => steps++ }, signal)
    return { ...script, steps, verbs: script.asked.map(([verb]) => verb) }
  }
  const { verbs, steps, of } = await drain(goesOn)
  assert.deepEqual(verbs, [
    'drainRepositories',
    'drainRepositories',
    'reapUploads',
    'reapUploads',
    'drainRepositories',
    'drainRepositories',
  ])
  assert.equal(steps, 2)
  assert.deepEqual(
    [of('drainRepositories')[0], of('reapUploads')[0]],
    [
      { now: start, limit: 200 },
      { now: 1, limit: 200 },
    ],
  )
  assert.deepEqual((await drain(stopped)).verbs, [])
  for (const [signal, ends] of [
    [goesOn, [{ id: 'o', status: 'Succeeded', result: null, now: start }]],
    [stopped, []],
  ] as const) {
    const script = scripted({ drainRepositories: [0, 0, 0, 0], reapUploads: [[], []], registries: [[]], boundHistory: [0] })
    const world = { store: script.store, clock: { now: () => start, elapsed: () => 0 } }
    const handlers = jobHandlers({
      ...world,
      emptying: new Emptying(world),
      failpoint: () => {},
      wallClock: { look: async () => undefined },
    } as never)
    await handlers['operation.finish']({ key: 'o' } as never, signal)
    assert.deepEqual(script.of('endOperation'), ends)
    await handlers['repositories.drain']({} as never, signal)
    assert.equal(script.of('drainRepositories').length, signal === goesOn ? 4 : 0)
    await handlers['history.reap']({} as never, signal)
    assert.equal(script.of('putJob').length, 1)
  }
})

test('a queue that cannot be read is told once, until it can be again; a worker that stopped claims nothing', async () => {
  const outcomes = ['away', 'away', 'fine', 'away', 'fine']
  const told: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const store = {
    jobsDue: async () => {
      const next = outcomes.shift()
      if (next === undefined) resolve()
      if (next === 'away') throw new Error(next)
      return false
    },
  }
  const worker = new JobWorker(
    { store: store as never, clock: { now: () => start }, failpoint: () => {} },
    {
      handlers: {} as never,
      atOnce: 1,
      claim: 1e6,
      every: 1,
      chance: () => 0,
      failed: () => {},
      queueFailed: (error) => told.push(String(error)),
    },
  )
  worker.start()
  await promise
  await worker.stop()
  assert.deepEqual(told, ['Error: away', 'Error: away'])
  assert.equal(await worker.look(), 0)
})

test('a worker takes as many as fit, and what failed waits longer each time unless its server stopped', async () => {
  const job = (id: number, attempts = 1) => ({ id, kind: 'history.reap', key: '', epoch: 7, attempts })
  const work = Promise.withResolvers<void>()
  const script = scripted({ jobsDue: [true, true, false], claimJobs: [[job(1, 3)], [job(2)]], renewJob: [true, false] })
  const failed: unknown[] = []
  const handler = async ({ id }: { id: number }, signal: AbortSignal) => {
    if (id === 1) throw new Error('x'.repeat(2000))
    await work.promise
    signal.throwIfAborted()
  }
  const worker = new JobWorker(
    { store: script.store, clock: { now: () => start }, failpoint: () => {} },
    {
      handlers: { 'history.reap': handler } as never,
      atOnce: 1,
      claim: 60,
      every: 1e6,
      chance: () => 0,
      failed: (...given) => failed.push(given[0].id),
      queueFailed: () => {},
    },
  )
  assert.equal(await worker.look(), 1)
  await worker.settle()
  const [first] = script.of('failJob')
  assert.deepEqual([first?.id, first?.epoch, String(first?.error).length, Number(first?.runAfter) > start], [1, 7, 1000, true])
  assert.equal(await worker.look(), 1)
  assert.equal(await worker.look(), 0, 'no more fit')
  assert.deepEqual(script.of('claimJobs')[1], {
    kinds: (script.of('claimJobs')[0] as { kinds: unknown }).kinds,
    now: start,
    lockedUntil: start + 60,
    limit: 1,
  })
  await worker.renew()
  assert.deepEqual(script.of('renewJob'), [{ id: 2, epoch: 7, lockedUntil: start + 60 }])
  await worker.renew()
  work.resolve()
  await worker.settle()
  const lost = script.of('failJob')[1]
  assert.deepEqual([lost?.id, lost?.runAfter, lost?.error, failed], [2, start, 'its server stopped', [1]])
})

test('the claims of workers that are no more are given back, page by page; a job that may end its server waits', async () => {
  const job = (id: number, lockedUntil: number | null, attempts: number) => ({ id, epoch: id, lockedUntil, attempts })
  const page = Array.from({ length: 100 }, (_, at) => job(at + 1, null, 0))
  const script = scripted({ jobs: [page, [job(200, start, 1), job(201, start, 2)]] })
  await releaseClaims({ store: script.store, clock: { now: () => start } }, () => 0)
  assert.deepEqual(
    script.of('jobs').map(({ after }) => after),
    [0, 100],
  )
  const [once, twice] = script.of('failJob')
  assert.deepEqual(
    [once?.id, once?.runAfter, twice?.id, Number(twice?.runAfter) > start, script.of('failJob').length],
    [200, start, 201, true, 2],
  )
})
