import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Registry } from '#ports/metadata-store.ts'
import { FailedLogins, RateLimits } from './rate-limits.ts'

const second = 1000
const minute = 60 * second
const clock = () => {
  const time = { at: 0 }
  return { time, clock: { now: () => time.at, elapsed: () => time.at } }
}
const paused = (work: () => void): number => {
  try {
    work()
    return 0
  } catch (error) {
    const { failure, detail } = error as { failure?: string; detail?: { retryAfter?: number } }
    assert.equal(failure, 'too-many-requests')
    return detail?.retryAfter ?? -1
  }
}
const fail = (logins: FailedLogins, times: number, address: string, username: string) => {
  for (let each = 0; each < times; each++) logins.failed(address, username)
}

test('twenty failures are free; each further one doubles the pause, up to a quarter of an hour', () => {
  const { time, clock: fake } = clock()
  const logins = new FailedLogins(fake)
  fail(logins, 20, '10.0.0.1', 'admin')
  assert.equal(
    paused(() => logins.check('10.0.0.1', 'admin')),
    0,
  )
  const pauses: number[] = []
  for (let each = 0; each < 14; each++) {
    logins.failed('10.0.0.1', 'admin')
    const pause = paused(() => logins.check('10.0.0.1', 'admin'))
    pauses.push(pause)
    time.at += pause * second
    assert.equal(
      paused(() => logins.check('10.0.0.1', 'admin')),
      0,
      'the pause ends',
    )
  }
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900])
})

test('a minute without a failure forgets them, counted from the end of the pause', () => {
  const { time, clock: fake } = clock()
  const logins = new FailedLogins(fake)
  fail(logins, 22, '10.0.0.1', 'admin')
  time.at += 4 * second + minute - 1
  logins.failed('10.0.0.1', 'admin')
  assert.equal(
    paused(() => logins.check('10.0.0.1', 'admin')),
    8,
  )
  time.at += 8 * second + minute
  logins.failed('10.0.0.1', 'admin')
  assert.equal(
    paused(() => logins.check('10.0.0.1', 'admin')),
    0,
  )
})

test('a success forgets them at once', () => {
  const logins = new FailedLogins(clock().clock)
  fail(logins, 20, '10.0.0.1', 'admin')
  logins.succeeded('10.0.0.1', 'admin')
  logins.failed('10.0.0.1', 'admin')
  assert.equal(
    paused(() => logins.check('10.0.0.1', 'admin')),
    0,
  )
})

test('the owner of a name is not locked out from elsewhere, nor another name from here', () => {
  const logins = new FailedLogins(clock().clock)
  fail(logins, 30, '10.0.0.1', 'admin')
  assert.ok(paused(() => logins.check('10.0.0.1', 'ADMIN')) > 0, 'names have no case')
  assert.equal(
    paused(() => logins.check('10.0.0.2', 'admin')),
    0,
  )
  assert.equal(
    paused(() => logins.check('10.0.0.1', 'other')),
    0,
  )
})

for (const [one, other] of [
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff::1'],
  ['2001:db8:1:2::1', '2001:db8:1:2:8000::'],
  ['2001:db8::1', '2001:db8::2'],
  ['2001:db8::a:b:c:d', '2001:db8::e:b:c:d'],
  ['2001:db8:1::5', '2001:db8:1::6'],
] as const)
  test(`${one} and ${other} are one customer of IPv6`, () => {
    const logins = new FailedLogins(clock().clock)
    fail(logins, 15, one, 'admin')
    fail(logins, 15, other, 'admin')
    assert.ok(paused(() => logins.check(one, 'admin')) > 0)
    assert.ok(paused(() => logins.check(other, 'admin')) > 0)
  })

test('two customers of IPv6 are two', () => {
  const logins = new FailedLogins(clock().clock)
  fail(logins, 30, '2001:db8:1:2::1', 'admin')
  assert.equal(
    paused(() => logins.check('2001:db8:1:3::1', 'admin')),
    0,
  )
  assert.equal(
    paused(() => logins.check('2001:db8:1::1', 'admin')),
    0,
  )
})

const registry = (more: Partial<Registry> = {}): Registry => ({
  id: 1,
  name: 'first',
  seq: 0,
  adminEnabled: true,
  anonymousPull: false,
  resourceKey: null,
  network: { publicAccess: true, defaultAction: 'Allow', allowed: [] },
  armAudience: true,
  dataLocation: null,
  sku: 'Basic',
  rateLimits: 'tier',
  indexChildren: 'kept',
  ...more,
})

test('an identity has its share of the tier, the registry the whole; both fill again', () => {
  const { time, clock: fake } = clock()
  const limits = new RateLimits(fake)
  const use = (identity: string, times: number): number => {
    for (let each = 0; each < times; each++) {
      const wait = paused(() => limits.count(registry(), identity, 'write'))
      if (wait > 0) return each
    }
    return times
  }
  assert.equal(use('alice', 2000), 1000)
  assert.equal(use('bob', 2000) <= 1000, true)
  assert.equal(use('carol', 10), 0, 'the registry has no more')
  time.at += minute
  assert.equal(use('alice', 500), 500)
})

test('registries, and kinds of request, are counted apart; a registry without limits has none', () => {
  const limits = new RateLimits(clock().clock)
  const exhausted = () => paused(() => limits.count(registry(), 'alice', 'delete')) > 0
  for (let each = 0; each < 500; each++) assert.equal(exhausted(), false)
  assert.equal(exhausted(), true)
  assert.equal(
    paused(() => limits.count(registry(), 'alice', 'write')),
    0,
  )
  assert.equal(
    paused(() => limits.count(registry({ id: 2 }), 'alice', 'delete')),
    0,
  )
  for (let each = 0; each < 5000; each++)
    assert.equal(
      paused(() => limits.count(registry({ id: 3, rateLimits: 'off' }), 'alice', 'delete')),
      0,
    )
})

test('referrers count as reads too', () => {
  const limits = new RateLimits(clock().clock)
  for (let each = 0; each < 250; each++) limits.count(registry(), 'alice', 'referrers')
  let reads = 0
  while (paused(() => limits.count(registry(), 'alice', 'read')) === 0) reads++
  assert.equal(reads, 5000 - 250)
})
