import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Registry } from '#ports/registries.ts'
import { FailedLogins, type Guess, RateLimits } from './rate-limits.ts'

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
const stranger = (address: string, name = 'alice'): Guess => ({ address, name, familiar: false })
const atHome = (address: string, name = 'alice'): Guess => ({ address, name, familiar: true })
const fail = (logins: FailedLogins, times: number, guess: Guess) => {
  for (let each = 0; each < times; each++) logins.wrong(guess)
}
const pauseOf = (logins: FailedLogins, guess: Guess) => paused(() => logins.check(guess))

test('twenty failures are free; each further one doubles the pause, up to a quarter of an hour', () => {
  const { time, clock: fake } = clock()
  const logins = new FailedLogins(fake)
  fail(logins, 20, stranger('10.0.0.1'))
  assert.equal(pauseOf(logins, stranger('10.0.0.1')), 0)
  const pauses: number[] = []
  for (let each = 0; each < 14; each++) {
    fail(logins, 1, stranger('10.0.0.1'))
    const pause = pauseOf(logins, stranger('10.0.0.1'))
    pauses.push(pause)
    time.at += pause * second
    assert.equal(pauseOf(logins, stranger('10.0.0.1')), 0, 'the pause ends')
  }
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900])
})

test('a minute without a failure forgets them, counted from the end of the pause', () => {
  const { time, clock: fake } = clock()
  const logins = new FailedLogins(fake)
  fail(logins, 22, stranger('10.0.0.1'))
  time.at += 4 * second + minute - 1
  fail(logins, 1, stranger('10.0.0.1'))
  assert.equal(pauseOf(logins, stranger('10.0.0.1')), 8)
  time.at += 8 * second + minute
  fail(logins, 1, stranger('10.0.0.1'))
  assert.equal(pauseOf(logins, stranger('10.0.0.1')), 0)
})

test('an address is counted over all names, a name over all addresses', () => {
  const logins = new FailedLogins(clock().clock)
  for (let each = 0; each < 21; each++) fail(logins, 1, stranger('10.0.0.1', `name-${each}`))
  assert.ok(pauseOf(logins, stranger('10.0.0.1', 'another')) > 0)
  assert.equal(pauseOf(logins, stranger('10.0.0.2', 'another')), 0)
  for (let each = 0; each < 101; each++) fail(logins, 1, stranger(`10.0.1.${each}`, 'alice'))
  assert.ok(pauseOf(logins, stranger('10.0.2.1', 'ALICE')) > 0, 'names have no case')
  assert.equal(pauseOf(logins, stranger('10.0.2.1', 'bob')), 0)
})

test('who is at home at an address is held up by neither, only by failures of the same name there, and for a minute at most', () => {
  const { time, clock: fake } = clock()
  const logins = new FailedLogins(fake)
  fail(logins, 50, stranger('10.0.0.1'))
  for (let each = 0; each < 120; each++) fail(logins, 1, stranger(`10.0.1.${each}`))
  fail(logins, 100, atHome('10.0.0.1'))
  assert.equal(pauseOf(logins, atHome('10.0.0.1')), 0)
  fail(logins, 20, atHome('10.0.0.1'))
  assert.equal(pauseOf(logins, atHome('10.0.0.1')), 60)
  assert.equal(pauseOf(logins, atHome('10.0.0.1', 'bob')), 0)
  time.at += minute
  logins.right(atHome('10.0.0.1'))
  fail(logins, 100, atHome('10.0.0.1'))
  assert.equal(pauseOf(logins, atHome('10.0.0.1')), 0, 'a success forgets them')
  logins.right(stranger('10.0.0.1', 'mallory'))
  assert.ok(pauseOf(logins, stranger('10.0.0.1')) > 0, 'a right password of one’s own does not reset an address')
})

test('what was tried of secrets that we make is counted apart, by address', () => {
  const logins = new FailedLogins(clock().clock)
  for (let each = 0; each < 21; each++) logins.tried('10.0.0.1')
  assert.ok(paused(() => logins.tried('10.0.0.1')) > 0)
  assert.equal(
    paused(() => logins.tried('10.0.0.2')),
    0,
  )
  assert.equal(pauseOf(logins, stranger('10.0.0.1')), 0)
})

test('a flood of addresses and names leaves the pauses that stand', () => {
  const logins = new FailedLogins(clock().clock)
  fail(logins, 30, stranger('10.0.0.1'))
  for (let each = 0; each < 120_000; each++) logins.failedPair('10.9.9.9', `flood-${each}`)
  assert.ok(pauseOf(logins, stranger('10.0.0.1')) > 0)
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
    fail(logins, 15, stranger(one))
    fail(logins, 15, stranger(other))
    assert.ok(pauseOf(logins, stranger(one)) > 0)
    assert.ok(pauseOf(logins, stranger(other)) > 0)
  })

test('two customers of IPv6 are two', () => {
  const logins = new FailedLogins(clock().clock)
  fail(logins, 30, stranger('2001:db8:1:2::1'))
  assert.equal(pauseOf(logins, stranger('2001:db8:1:3::1')), 0)
  assert.equal(pauseOf(logins, stranger('2001:db8:1::1')), 0)
})

const registry = (more: Partial<Registry> = {}): Registry => ({
  id: 1,
  name: 'first',
  seq: 0,
  adminEnabled: true,
  anonymousPull: false,
  resourceKey: '/registries/first',
  network: { publicAccess: true, defaultAction: 'Allow', allowed: [] },
  armAudience: true,
  dataLocation: null,
  sku: 'Basic',
  rateLimits: 'tier',
  indexChildren: 'kept',
  keepDeleted: false,
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

test('token requests without a proof use up what is theirs, an address a part of it, and nothing of who proves himself', () => {
  const limits = new RateLimits(clock().clock)
  const asked = (address: string) => paused(() => limits.countUnproven(registry(), address))
  for (let each = 0; each < 1000; each++) assert.equal(asked('10.0.0.1'), 0)
  assert.ok(asked('10.0.0.1') > 0)
  assert.equal(asked('10.0.0.2'), 0)
  for (let each = 0; each < 12_000; each++) asked(`10.1.${each >> 8}.${each & 255}`)
  assert.ok(asked('10.0.0.3') > 0)
  for (let each = 0; each < 10_000; each++)
    assert.equal(
      paused(() => limits.count(registry(), 'alice', 'oauth')),
      0,
    )
})

test('an identity that asks too much uses up nothing of the others', () => {
  const limits = new RateLimits(clock().clock)
  for (let each = 0; each < 5000; each++) paused(() => limits.count(registry(), 'alice', 'delete'))
  for (let each = 0; each < 500; each++)
    assert.equal(
      paused(() => limits.count(registry(), 'bob', 'delete')),
      0,
    )
})
