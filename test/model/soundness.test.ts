// What is looked at: scrub, what holds a digest, the clock; what each asks, where it stops, and what it tells.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { explain } from '#app/maintenance/explain.ts'
import { findRegistry } from '#app/maintenance/find-registry.ts'
import { scrub } from '#app/maintenance/scrub.ts'
import { RegistryError } from '#core/registry-error.ts'
import { reportUsage } from '#app/maintenance/usage.ts'
import { WallClock } from '#app/maintenance/wall-clock.ts'
import { scripted } from './scripted.ts'

const now = 1_800_000_000_000
const hour = 3_600_000
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const many = <Each>(count: number, each: (index: number) => Each) => Array.from({ length: count }, (_, index) => each(index))
const lease = { length: 24 * hour, renewBelow: 12 * hour, promise: hour, skew: 0 }

test('a scrub compares each object and each body, and marks what is bad unless it went meanwhile or cannot be read', async () => {
  const row = (index: number, change: object = {}) => ({
    objectId: `o${index}`,
    storageKey: `k${index}`,
    backend: 'b',
    digest: digestOf(`${index}`),
    size: 1,
    bytes: null,
    ...change,
  })
  const found: Record<string, object> = {
    k0: { digest: digestOf('0'), size: 1 },
    k1: { digest: digestOf('0'), size: 1 },
    k2: { digest: digestOf('2'), size: 2 },
  }
  const states: Record<string, object | undefined> = {
    k1: { state: 'ready' },
    k2: { state: 'ready' },
    k3: { state: 'ready' },
    k4: { state: 'condemned' },
    known: {},
  }
  const rows = [...many(5, (index) => row(index)), row(7), row(5, { bytes: Buffer.from('5') }), row(6, { bytes: Buffer.from('x') })]
  const script = scripted({ manifestBodies: [[{ registryId: 1, digest: digestOf('m'), bytes: null }]], readyObjects: [rows] })
  const deps = {
    store: new Proxy(script.store as object, {
      get: (target, verb) =>
        verb === 'objectByKey'
          ? async (key: string) => states[key] ?? (key === 'k6' ? { state: 'ready' } : undefined)
          : Reflect.get(target, verb),
    }),
    blobs: {
      at: () => ({
        digest: async (key: string) => {
          if (key === 'k7') throw new RegistryError('storage-failed', 'the disk refused (EIO)')
          return found[key]
        },
      }),
      keys: async function* () {
        yield* ['known', 'stranger']
      },
    },
    clock: { now: () => now },
    facts: { check: async () => ['page 3'] },
  }
  const told = await scrub(deps as never)
  const bad = (digest: string, problem: string, objectId: string | null) => ({ digest: digestOf(digest), problem, objectId })
  assert.deepEqual(told, {
    objects: 8,
    manifests: 1,
    bytes: 1 + 1 + 2 + 1 + 1,
    bad: [
      bad('m', 'missing', null),
      bad('1', 'corrupt', 'o1'),
      bad('2', 'corrupt', 'o2'),
      bad('3', 'missing', 'o3'),
      bad('7', 'corrupt', 'o7'),
      bad('6', 'corrupt', 'o6'),
    ],
    damage: ['page 3'],
    strangers: ['stranger'],
  })
  assert.deepEqual(
    script.of('quarantineObject').map(({ objectId }) => objectId),
    ['o1', 'o2', 'o3', 'o6'],
  )
  assert.deepEqual(script.of('verifiedObjects'), [{ objectIds: ['o0', 'o5'], now }])
  const interrupted = scripted({ manifestBodies: [[]], readyObjects: [rows] })
  const signal = { aborted: false, n: 0 }
  const late = {
    get aborted() {
      return ++signal.n > 1
    },
  } as unknown as AbortSignal
  await assert.rejects(scrub({ ...deps, store: interrupted.store } as never, late), { reason: 'interrupted' })
  const full = many(200, (index) => row(index, { bytes: Buffer.from(`${index}`) }))
  const pages = scripted({ manifestBodies: [[]], readyObjects: [full, []] })
  assert.equal((await scrub({ ...deps, store: pages.store, blobs: { keys: async function* () {} } } as never)).objects, 200)
  assert.deepEqual(
    pages.of('readyObjects').map(({ after }) => after),
    ['', 'o199'],
  )
})

test('what holds a digest: a name, a lease, a manifest; and when that ends', async () => {
  const link = { repository: 'a', leaseUntil: now, reviewAfter: null as number | null, named: false }
  const of = (answer: object) =>
    explain(
      {
        store: scripted({ explain: [{ objects: [], links: [], manifests: [], stored: [], ...answer }] }).store,
        clock: { now: () => now },
        settings: { collectionDelay: 5 },
      } as never,
      { id: 1, name: 'r' } as never,
      'd' as never,
    )
  assert.equal((await of({})).held, false)
  for (const [change, held, leaseOver] of [
    [{}, false, true],
    [{ leaseUntil: now + 1 }, true, false],
    [{ named: true }, true, true],
  ] as const) {
    const told = await of({ links: [{ ...link, ...change }] })
    assert.deepEqual([told.held, told.links[0]?.leaseOver, told.links[0]?.reviewAfter], [held, leaseOver, null])
  }
  assert.equal((await of({ stored: ['x'] })).held, true)
  const iso = (time: number) => new Date(time).toISOString()
  const { objects } = await of({
    objects: [
      { objectId: 'o', condemnedAt: now },
      { objectId: 'p', condemnedAt: null },
    ],
  })
  assert.deepEqual(
    objects.map((each) => [each.condemnedAt, each.deletedAfter]),
    [
      [iso(now), iso(now + 5)],
      [null, null],
    ],
  )
})

test('a registry is found in any case of its name, or those that there are are told; its use with the disk’s', async () => {
  const store = {
    registry: async (name: string) => (name === 'one' ? { id: 1 } : undefined),
    registries: async () => [{ name: 'one' }, { name: 'two' }],
  } as never
  assert.deepEqual(await findRegistry(store, 'ONE'), { id: 1 })
  await assert.rejects(findRegistry(store, 'x'), { reason: 'registry-unknown', detail: { name: 'x', known: 'one, two' } })
  const usage = (blobs: object) =>
    reportUsage({ store: scripted({ usage: [{ used: 1 }], counts: [{ tags: 2 }] }).store, blobs } as never, { id: 1, name: 'r' } as never)
  assert.deepEqual(await usage({ space: async () => ({ free: 9 }) }), { registry: 'r', used: 1, tags: 2, diskFree: 9 })
  assert.equal((await usage({})).diskFree, null)
})

test('the clock: what passed is told from a jump, in this process and over a restart, and each jump rests for a lease', async () => {
  const times = { wall: now, uptime: 1000, boot: 'b' as string | null }
  const jumps: object[] = []
  const watch = (mark?: object) => {
    const script = scripted({ timeMark: [mark] })
    const uptime = {
      now: () => times.uptime,
      get boot() {
        return times.boot
      },
    }
    const deps = {
      store: new Proxy(script.store as object, {
        get: (target, verb) => (verb === 'timeMark' ? async () => mark : Reflect.get(target, verb)),
      }),
      clock: { now: () => times.wall },
      uptime,
      settings: { lease, uploadLife: 6 },
    }
    return { ...script, clock: new WallClock(deps as never, (jump) => jumps.push(jump)) }
  }
  const move = (wall: number, uptime: number) => {
    times.wall += wall
    times.uptime += uptime
  }
  const { clock, of } = watch()
  assert.equal(await clock.look(), now, 'the first look knows of no jump')
  move(hour, hour)
  assert.equal(await clock.look(), now + hour)
  move(10 * 60_000 + 5, 5)
  assert.equal(await clock.look(), times.wall, 'ten minutes are let pass')
  move(10 * 60_000 + 6, 5)
  assert.equal(await clock.look(), undefined)
  assert.equal(jumps.length, 1)
  assert.deepEqual(of('clockJumped')[0], {
    from: times.wall - 10 * 60_000 - 6,
    now: times.wall,
    lease: lease.length,
    uploadLife: 6,
    signingLife: 31 * 24 * hour,
  })
  move(lease.length - 1, lease.length - 1)
  assert.equal(await clock.look(), undefined)
  move(1, 1)
  assert.equal(await clock.look(), times.wall, 'a lease later it goes on')
  move(-hour, 0)
  assert.equal(await clock.look(), undefined, 'backward, too')
  const restarted = async (wall: number, uptime: number, boot: string | null, restLeft = 0, before: string | null = 'b') => {
    Object.assign(times, { wall: now + wall, uptime, boot })
    jumps.length = 0
    const { clock: next } = watch({ wall: now, uptime: 1000, boot: before, restLeft })
    const looked = await next.look()
    return [looked !== undefined, jumps.length]
  }
  assert.deepEqual(await restarted(hour, 1000 + hour, 'b'), [true, 0])
  assert.deepEqual(await restarted(hour, 1000, 'b'), [false, 1])
  assert.deepEqual(await restarted(hour, 0, 'c'), [false, 1], 'over a start of the machine any gap is a jump')
  assert.deepEqual(await restarted(60_000, 0, 'c'), [true, 0])
  assert.deepEqual(await restarted(hour, 1000 + hour, null), [true, 0])
  assert.deepEqual(await restarted(hour, 1000, null), [false, 1])
  assert.deepEqual(await restarted(hour, 999, null, 0, null), [false, 1])
  assert.deepEqual(await restarted(hour, 1000 + hour, 'c'), [false, 1], 'another start of the machine, whatever its count is')
  const restAfter = async (boot: string) => {
    Object.assign(times, { wall: now + hour, uptime: 1000, boot })
    const { clock: next, of: asked } = watch({ wall: now, uptime: 1000, boot: 'b', restLeft: 5 })
    await next.look()
    return (asked('putTimeMark')[0] as { restLeft: number }).restLeft
  }
  assert.equal(await restAfter('b'), lease.length, 'a jump that is known for one begins the rest anew')
  assert.equal(await restAfter('c'), 5, 'a gap over a start of the machine never makes it longer')
  const going = watch()
  await going.clock.look()
  going.clock.rest()
  assert.equal(await going.clock.look(), undefined, 'leases could not be written')
})
