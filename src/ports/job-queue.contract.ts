import assert from 'node:assert/strict'
import { longestBackOff } from '#core/job.ts'
import type { Job, NewJob } from './job-queue.ts'
import type { It, Scene } from './metadata-scene.contract.ts'

const length = 60_000
const job = (scene: Scene, key: string, change: Partial<NewJob> = {}): Promise<void> =>
  scene.store.putJob({ job: { kind: 'repositories.drain', key, payload: { of: key }, runAfter: scene.now, ...change }, now: scene.now })

const claim = (scene: Scene, limit = 10, kinds: NewJob['kind'][] = ['repositories.drain']): Promise<Job[]> =>
  scene.store.claimJobs({ kinds, now: scene.now, lockedUntil: scene.now + length, limit })
const keys = (jobs: readonly Job[]) => jobs.map((each) => each.key)
const all = (scene: Scene) => scene.store.jobs({ after: 0, limit: 100 })

async function claimed(scene: Scene): Promise<Job> {
  const [only, ...more] = await claim(scene)
  assert.ok(only && more.length === 0)
  return only
}

export function jobQueueContract(it: It): void {
  it('jobs are claimed when they are due, those that are due longest first', async (scene) => {
    await job(scene, 'second', { runAfter: scene.now + 10 })
    await job(scene, 'first')
    await job(scene, 'later', { runAfter: scene.now + 1000 })
    await job(scene, 'other', { kind: 'operation.finish' })
    scene.now += 10
    const [first] = await claim(scene, 1)
    assert.deepEqual(
      { ...first, id: 0 },
      {
        id: 0,
        kind: 'repositories.drain',
        key: 'first',
        payload: { of: 'first' },
        runAfter: scene.now - 10,
        lockedUntil: scene.now + length,
        epoch: 1,
        attempts: 1,
        lastError: null,
        createdAt: scene.now - 10,
      },
    )
    assert.deepEqual(keys(await claim(scene)), ['second'])
    assert.deepEqual(await claim(scene), [])
    assert.deepEqual(keys(await claim(scene, 10, ['operation.finish'])), ['other'])
    assert.deepEqual(await claim(scene, 10, []), [])
  })

  it('whether there is work is told: what waits and is due, and what a worker lost', async (scene) => {
    const due = (now: number) => scene.store.jobsDue(now)
    assert.equal(await due(scene.now + 1000 * length), false)
    await job(scene, 'a', { runAfter: scene.now + 10 })
    assert.deepEqual([await due(scene.now + 9), await due(scene.now + 10)], [false, true])
    scene.now += 10
    await claimed(scene)
    assert.deepEqual([await due(scene.now - 11), await due(scene.now + length)], [false, true])
  })

  it('a job is one for its kind and key, and waits with what was given last', async (scene) => {
    await job(scene, 'a')
    await job(scene, 'a', { payload: 'again', runAfter: scene.now + 5 })
    assert.deepEqual(await claim(scene), [])
    scene.now += 5
    const found = await claimed(scene)
    assert.equal(found.payload, 'again')
    assert.equal(await scene.store.finishJob(found), true)
    assert.deepEqual(await all(scene), [])
  })

  it('what is asked for while it runs runs again afterwards, and not at the same time', async (scene) => {
    await job(scene, 'a')
    const first = await claimed(scene)
    scene.now += 3
    await job(scene, 'a', { payload: 'meanwhile' })
    assert.deepEqual(await claim(scene), [])
    assert.equal(await scene.store.finishJob(first), true)
    const second = await claimed(scene)
    assert.deepEqual([second.payload, second.attempts, second.createdAt], ['meanwhile', 1, scene.now])
    await scene.store.finishJob(second)
    assert.deepEqual(await all(scene), [])
  })

  it('a claim that is over is taken by another, and the first worker changes nothing any more', async (scene) => {
    await job(scene, 'a')
    const lost = await claimed(scene)
    scene.now += length - 1
    assert.deepEqual(await claim(scene), [])
    scene.now += 1
    const found = await claimed(scene)
    assert.deepEqual([found.epoch, found.attempts], [2, 2])
    assert.equal(await scene.store.renewJob({ ...lost, lockedUntil: scene.now + 10 * length }), false)
    assert.equal(await scene.store.finishJob(lost), false)
    assert.equal(await scene.store.failJob({ ...lost, runAfter: 0, error: 'lost' }), false)
    const [stands] = await all(scene)
    assert.deepEqual(stands, found)
  })

  it('a claim that is renewed is kept, and is nothing to be done', async (scene) => {
    await job(scene, 'a')
    assert.equal(await scene.store.jobsDue(scene.now), true)
    const found = await claimed(scene)
    assert.equal(await scene.store.jobsDue(scene.now), false)
    assert.equal(await scene.store.jobsDue(scene.now + length), true)
    scene.now += length - 1
    assert.equal(await scene.store.renewJob({ ...found, lockedUntil: scene.now + length }), true)
    scene.now += length - 1
    assert.deepEqual(await claim(scene), [])
    assert.equal(await scene.store.finishJob(found), true)
    assert.equal(await scene.store.finishJob(found), false)
  })

  it('a job that failed waits until its time, and tells why', async (scene) => {
    await job(scene, 'a')
    const found = await claimed(scene)
    assert.equal(await scene.store.failJob({ ...found, runAfter: scene.now + 100, error: 'no room' }), true)
    assert.equal(await scene.store.failJob({ ...found, runAfter: scene.now, error: 'twice' }), false)
    assert.deepEqual(await claim(scene), [])
    scene.now += 100
    const again = await claimed(scene)
    assert.deepEqual([again.lastError, again.attempts], ['no room', 2])
  })

  it('a job that waits is tried now when somebody says so, or asks for it again', async (scene) => {
    for (const mend of [(id: number) => scene.store.retryJob({ id, now: scene.now }), async () => (await job(scene, 'a'), true)]) {
      await job(scene, 'a')
      const found = await claimed(scene)
      assert.equal(await scene.store.retryJob({ id: found.id, now: scene.now }), false)
      await scene.store.failJob({ ...found, runAfter: scene.now + length, error: 'no room' })
      assert.equal(await mend(found.id), true)
      const again = await claimed(scene)
      assert.equal(again.attempts, 1)
      await scene.store.finishJob(again)
    }
    assert.equal(await scene.store.retryJob({ id: 1_000_000, now: scene.now }), false)
  })

  it('what fails again and again is told, by kind', async (scene) => {
    await job(scene, 'stuck')
    for (let each = 0; each < 3; each++) await scene.store.failJob({ ...(await claimed(scene)), runAfter: scene.now, error: 'no' })
    scene.now += 7
    await job(scene, 'waits', { runAfter: scene.now + 1 })
    await job(scene, 'runs', { kind: 'operation.finish' })
    await claim(scene, 1, ['operation.finish'])
    const figures = await scene.store.jobFigures({ now: scene.now, stuckAfter: 3 })
    assert.deepEqual(
      figures.map((each) => ({ ...each })),
      [
        { kind: 'operation.finish', waiting: 0, running: 1, stuck: 0, oldest: scene.now },
        { kind: 'repositories.drain', waiting: 2, running: 0, stuck: 1, oldest: scene.now - 7 },
      ],
    )
    assert.deepEqual(keys(await scene.store.jobs({ failed: 3, after: 0, limit: 10 })), ['stuck'])
    const [first] = await scene.store.jobs({ after: 0, limit: 1 })
    assert.equal(first?.key, 'stuck')
    assert.deepEqual(keys(await scene.store.jobs({ after: first?.id ?? 0, limit: 1 })), ['waits'])
  })

  it('a clock that was ahead puts no job off for longer than a job that failed waits', async (scene) => {
    const { store, now } = scene
    await job(scene, 'far', { runAfter: now + 1000 * longestBackOff })
    await job(scene, 'near', { runAfter: now + 10 })
    await store.clockJumped({ from: now + 1000 * longestBackOff, now, lease: 1, uploadLife: 1, signingLife: 1 })
    assert.deepEqual(
      (await all(scene)).map((each) => each.runAfter - now),
      [longestBackOff, 10],
    )
  })

  it('many workers at once claim each job once', async (scene) => {
    await Promise.all(Array.from({ length: 40 }, (_, each) => job(scene, `j${each}`)))
    const found: Job[] = []
    const work = async () => {
      for (let more = await claim(scene, 3); more.length > 0; more = await claim(scene, 3)) found.push(...more)
    }
    await Promise.all(Array.from({ length: 8 }, work))
    assert.equal(new Set(keys(found)).size, 40)
    assert.equal(found.length, 40)
  })
}
