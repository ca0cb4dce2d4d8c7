import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucketsMemory, SharedBuckets } from './shared-buckets.ts'

const bucketOf = (perMinute: number) => {
  const buckets = new SharedBuckets(bucketsMemory(64, 1))
  return { take: (now: number) => buckets.take('one', perMinute, now), left: (now: number) => buckets.left('one', perMinute, now) }
}

test('a bucket gives a minute of tokens at once, then tells when the next one is there', () => {
  const bucket = bucketOf(60)
  for (let taken = 0; taken < 60; taken++) assert.equal(bucket.take(0), 0)
  const wait = bucket.take(0)
  assert.ok(wait >= 1)
  assert.equal(bucket.take(wait * 1000), 0)
})

test('no stretch of time gives more than its share and one bucket full', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.nat(5_000), { maxLength: 200 }), (perMinute, steps) => {
      const bucket = bucketOf(perMinute)
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

test('a clock that is behind at another thread gives nothing away', () => {
  const bucket = bucketOf(1)
  assert.equal(bucket.take(1_000_000), 0)
  assert.ok(bucket.take(999_000) > 0)
})

test('what is left grows evenly and never beyond a minute', () => {
  const bucket = bucketOf(60)
  for (let taken = 0; taken < 60; taken++) bucket.take(0)
  assert.equal(bucket.left(0), 0)
  assert.equal(bucket.left(10_000), 10)
  assert.equal(bucket.take(10_000), 0)
  assert.equal(bucket.left(10_000), 9)
  assert.equal(bucket.left(600_000), 60)
})

test('a wait is told in whole seconds, never shorter than it takes', () => {
  const bucket = bucketOf(6)
  for (let taken = 0; taken < 6; taken++) bucket.take(0)
  assert.equal(bucket.take(0), 10)
  assert.equal(bucket.take(500), 10)
  assert.equal(bucket.take(9_500), 1)
})

test('weeks later, when the moments have come around again and again, a bucket is as full as ever', () => {
  const bucket = bucketOf(60)
  const hour = 3_600_000
  for (let now = 0; now < 60 * 24 * hour; now += 7 * hour) {
    assert.equal(bucket.left(now), 60)
    for (let taken = 0; taken < 60; taken++) assert.equal(bucket.take(now), 0)
    assert.ok(bucket.take(now) > 0)
  }
})

test('where too many names have the places, the fullest bucket is forgotten and an empty one stays', () => {
  const buckets = new SharedBuckets(bucketsMemory(8, 1))
  for (let taken = 0; taken < 10; taken++) assert.equal(buckets.take('busy', 10, 0), 0)
  for (let name = 0; name < 100; name++) assert.equal(buckets.take(`name ${name}`, 10, 0), 0)
  assert.ok(buckets.take('busy', 10, 0) > 0)
})
