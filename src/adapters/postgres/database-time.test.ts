import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseTime } from './database-time.ts'

test('the database’s time is our own until it was told, and then what was told', () => {
  let own = 1_000_000
  const time = new DatabaseTime(() => own)
  assert.equal(time.now(), own)
  time.learn({ asked: own, database: own + 300_010, answered: own + 20 })
  assert.equal(time.now(), own + 300_000)
  own += 5000
  assert.equal(time.now(), 1_305_000)
})

test('a slow answer that allows what is known changes nothing; one that does not moves it no further than it must', () => {
  const own = 1_000_000
  const time = new DatabaseTime(() => own)
  time.learn({ asked: own, database: own + 100, answered: own })
  time.learn({ asked: own, database: own + 900, answered: own + 4000 })
  assert.equal(time.now(), own + 100)
  // One of the clocks was set.
  time.learn({ asked: own, database: own + 60_000, answered: own + 10 })
  assert.equal(time.now(), own + 59_990)
  time.learn({ asked: own, database: own - 60_000, answered: own + 10 })
  assert.equal(time.now(), own - 60_000)
})
