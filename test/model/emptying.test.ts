import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { Emptying } from '#app/maintenance/emptying.ts'

/** A store whose steps take as long as they are told to, on a clock that nothing else moves. */
function slowStore(rows: number[]) {
  let elapsed = 0
  const inside: (() => void)[] = []
  const deps = {
    clock: { now: () => 0, elapsed: () => elapsed },
    store: { drainRepositories: () => new Promise<number>((resolve) => inside.push(() => resolve(rows.shift() ?? 0))) },
  } as never
  const end = (took: number) => {
    elapsed += took
    inside.shift()?.()
  }
  return { emptying: new Emptying(deps), inside, end }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

test('of two that empty deleted repositories one waits for the other, and for as long again as its step took', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const { emptying, inside, end } = slowStore([200, 0])
    const now = () => 1
    const steps = [emptying.step(now), emptying.step(now)]
    await settled()
    assert.equal(inside.length, 1)
    end(40)
    await settled()
    mock.timers.tick(39)
    await settled()
    assert.equal(inside.length, 0)
    mock.timers.tick(1)
    await settled()
    assert.equal(inside.length, 1)
    end(40)
    assert.deepEqual(await Promise.all(steps), [200, 0])
  } finally {
    mock.timers.reset()
  }
})

test('a step that fails keeps nobody from the next, and who was told to stop takes none', async () => {
  const stopped = new AbortController()
  stopped.abort()
  let asked = 0
  const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve(0)]
  const store = { drainRepositories: () => (answers[asked++] as () => Promise<number>)() }
  const emptying = new Emptying({ store, clock: { now: () => 0, elapsed: () => 0 } } as never)
  const steps = [emptying.step(() => 1), emptying.step(() => 1, stopped.signal), emptying.step(() => 1)]
  await assert.rejects(steps[0] as Promise<number>, /away/)
  assert.deepEqual(await Promise.all(steps.slice(1)), [0, 0])
  assert.equal(asked, 2)
})
