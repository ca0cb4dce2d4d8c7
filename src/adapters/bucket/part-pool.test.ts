import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Holder, type PartBuffer, PartPool } from './part-pool.ts'

const mebibyte = 1024 * 1024
const { signal } = new AbortController()

/** Holds a buffer, and gives it up when it is asked to rest. */
class Writer implements Holder {
  readonly #pool: PartPool
  buffer: PartBuffer | undefined
  isIdle = true
  rested = 0

  constructor(pool: PartPool) {
    this.#pool = pool
  }

  async take(bytes: number, patience = 1000): Promise<void> {
    this.buffer = await this.#pool.take(8 * mebibyte, this, signal, patience)
    await this.#pool.grow(this.buffer, bytes, this, signal)
    this.buffer.length = bytes
  }

  async rest(): Promise<void> {
    this.rested++
    this.give()
  }

  give(): void {
    if (this.buffer) this.#pool.give(this.buffer)
    this.buffer = undefined
    this.#pool.leave(this)
  }
}

const writersOf = (pool: PartPool, count: number) => Array.from({ length: count }, () => new Writer(pool))

test('a buffer is as large as what lies in it, up to four times', async () => {
  const pool = new PartPool(64 * mebibyte)
  const [writer] = writersOf(pool, 1) as [Writer]
  await writer.take(1)
  assert.equal(pool.taken, 256 * 1024)
  await pool.grow(writer.buffer as PartBuffer, mebibyte, writer, signal)
  assert.ok(pool.taken > mebibyte && pool.taken <= 4 * mebibyte)
  await pool.grow(writer.buffer as PartBuffer, 8 * mebibyte - 1, writer, signal)
  assert.equal(pool.taken, 8 * mebibyte)
  writer.give()
  assert.equal(pool.taken, 0)
})

test('what a buffer had is in the larger one', async () => {
  const pool = new PartPool(64 * mebibyte)
  const [writer] = writersOf(pool, 1) as [Writer]
  await writer.take(3)
  const buffer = writer.buffer as PartBuffer
  buffer.bytes.set([1, 2, 3])
  await pool.grow(buffer, 8 * mebibyte - 3, writer, signal)
  assert.deepEqual([...buffer.bytes.subarray(0, 3)], [1, 2, 3])
})

test('who needs a large one is given one that was given back, which counts whole; where none is there, what is written to counts', async () => {
  const pool = new PartPool(64 * mebibyte)
  const [one, two] = writersOf(pool, 2) as [Writer, Writer]
  await one.take(8 * mebibyte)
  const given = one.buffer?.bytes
  one.give()
  await one.take(mebibyte)
  assert.deepEqual([one.buffer?.bytes === given, pool.taken], [true, 8 * mebibyte])
  await two.take(mebibyte)
  assert.deepEqual([two.buffer?.bytes.length, pool.taken], [8 * mebibyte, 9 * mebibyte])
})

test('where there is no room, the longest untouched that nobody is at is put away', async () => {
  const pool = new PartPool(16 * mebibyte, 0)
  const [one, two, three] = writersOf(pool, 3) as [Writer, Writer, Writer]
  await one.take(8 * mebibyte)
  await two.take(8 * mebibyte)
  pool.touch(one)
  await three.take(8 * mebibyte)
  assert.deepEqual([one.rested, two.rested, three.rested], [0, 1, 0])
  assert.equal(pool.taken, 16 * mebibyte)
})

test('who is at work is not put away: another waits for it, and is told to come again when that takes too long', async () => {
  const pool = new PartPool(8 * mebibyte)
  const [busy, other] = writersOf(pool, 2) as [Writer, Writer]
  await busy.take(8 * mebibyte)
  busy.isIdle = false
  await assert.rejects(other.take(1, 50), { failure: 'overloaded' })
  const waiting = other.take(1)
  busy.give()
  await waiting
  assert.equal(busy.rested, 0)
})

test('who had bytes a moment ago is put away only for those who have waited', async () => {
  const pool = new PartPool(8 * mebibyte, 60_000)
  const [idle, other] = writersOf(pool, 2) as [Writer, Writer]
  await idle.take(8 * mebibyte)
  const waiting = other.take(1)
  await new Promise(setImmediate)
  assert.equal(idle.rested, 0)
  await waiting
  assert.equal(idle.rested, 1)
})

test('of those who grow while all are at work one goes beyond, and the others wait until its part was sent', async () => {
  const pool = new PartPool(2 * mebibyte)
  const writers = writersOf(pool, 4)
  for (const writer of writers) await writer.take(1)
  for (const writer of writers) writer.isIdle = false
  const grown: Writer[] = []
  const growing = writers.map(async (writer) => {
    await pool.grow(writer.buffer as PartBuffer, 8 * mebibyte - 1, writer, signal)
    grown.push(writer)
  })
  let most = 0
  for (let sent = 0; sent < writers.length; sent++) {
    await Promise.race(growing.slice(sent))
    while (grown.length === sent) await new Promise(setImmediate)
    assert.equal(grown.length, sent + 1)
    most = Math.max(most, pool.taken)
    grown[sent]?.give()
  }
  await Promise.all(growing)
  assert.ok(most > 2 * mebibyte && most <= 10 * mebibyte, `${most} bytes`)
  assert.equal(pool.taken, 0)
})

test('who waits to grow and gives up is told why', async () => {
  const pool = new PartPool(mebibyte)
  const [busy, other] = writersOf(pool, 2) as [Writer, Writer]
  for (const writer of [busy, other]) await writer.take(1)
  for (const writer of [busy, other]) writer.isIdle = false
  await pool.grow(busy.buffer as PartBuffer, 4 * mebibyte, busy, signal)
  const stop = new AbortController()
  const waiting = pool.grow(other.buffer as PartBuffer, 4 * mebibyte, other, stop.signal)
  stop.abort(new Error('gone'))
  await assert.rejects(waiting, /gone/)
})

test('who gives up while it waits is told why', async () => {
  const pool = new PartPool(mebibyte)
  const [busy, other] = writersOf(pool, 2) as [Writer, Writer]
  await busy.take(mebibyte)
  busy.isIdle = false
  const stop = new AbortController()
  const waiting = pool.take(mebibyte, other, stop.signal, 10_000)
  stop.abort(new Error('gone'))
  await assert.rejects(waiting, /gone/)
})
