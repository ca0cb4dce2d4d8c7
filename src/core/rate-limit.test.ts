import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TokenBucket } from './rate-limit.ts'

test('a bucket gives a minute of tokens at once, then tells when the next one is there', () => {
  const bucket = new TokenBucket(60, 0)
  for (let taken = 0; taken < 60; taken++) assert.equal(bucket.take(0), 0)
  const wait = bucket.take(0)
  assert.ok(wait >= 1)
  assert.equal(bucket.take(wait * 1000), 0)
})

test('no stretch of time gives more than its share and one bucket full', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.nat(5_000), { maxLength: 200 }), (perMinute, steps) => {
      const bucket = new TokenBucket(perMinute, 0)
      let now = 0
      let taken = 0
      for (const step of steps) {
        now += step
        for (let tries = 0; tries < 5; tries++) if (bucket.take(now) === 0) taken++
      }
      assert.ok(taken <= perMinute + (now / 60_000) * perMinute + 1e-6)
    }),
  )
})

test('a clock that goes back gives nothing away', () => {
  const bucket = new TokenBucket(1, 1_000_000)
  assert.equal(bucket.take(1_000_000), 0)
  assert.ok(bucket.take(0) > 0)
})

test('what is left grows evenly and never beyond a minute', () => {
  const bucket = new TokenBucket(60, 0)
  for (let taken = 0; taken < 60; taken++) bucket.take(0)
  assert.equal(bucket.left(0), 0)
  assert.equal(bucket.left(10_000), 10)
  assert.equal(bucket.take(10_000), 0)
  assert.equal(bucket.left(10_000), 9)
  assert.equal(bucket.left(600_000), 60)
})

test('a wait is told in whole seconds, never shorter than it takes', () => {
  const bucket = new TokenBucket(6, 0)
  for (let taken = 0; taken < 6; taken++) bucket.take(0)
  assert.equal(bucket.take(0), 10)
  assert.equal(bucket.take(500), 10)
  assert.equal(bucket.take(9_500), 1)
})
