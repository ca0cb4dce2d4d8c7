import assert from 'node:assert/strict'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

type Buffered = InstanceType<typeof LineBuffer>
type Done = (error: NodeJS.ErrnoException | null, written: number) => void
/** The writes that the log asked for and nobody has answered yet. */
const asked: { bytes: Buffer; done: Done }[] = []
let text = ''
/** How many bytes the reader takes at a time, at the end of the process. */
let syncTakes: (bytes: Buffer) => number = (bytes) => bytes.length
fs.write = ((_: number, bytes: Buffer, done: Done) => asked.push({ bytes, done })) as unknown as typeof fs.write
fs.writeSync = ((_: number, bytes: Buffer) => {
  const taken = syncTakes(bytes)
  text += bytes.subarray(0, taken).toString()
  return taken
}) as unknown as typeof fs.writeSync
syncBuiltinESMExports()
const { LineBuffer } = await import('./line-buffer.ts')
const { releaseWriteTurn, WriteTurn, writeTurnMemory } = await import('./write-turn.ts')

beforeEach(() => {
  asked.length = 0
  text = ''
  syncTakes = (bytes) => bytes.length
})
const again = (code: string) => Object.assign(new Error(code), { code })
const large = 'x'.repeat(256 * 1024)

/** Takes so many bytes of the write that waits. */
function take(count = Number.POSITIVE_INFINITY): void {
  const next = asked.shift()
  assert.ok(next, 'a write waits')
  const bytes = next.bytes.subarray(0, count)
  text += bytes.toString()
  next.done(null, bytes.length)
}

test('one write at a time: what comes meanwhile waits, and goes on in order however little the reader takes', async () => {
  const buffer = new LineBuffer(1)
  buffer.write(large.slice(1))
  assert.equal(asked.length, 0, 'a little less is gathered')
  buffer.write('a')
  assert.equal(asked.length, 1)
  buffer.write('b')
  buffer.write(large)
  buffer.write('c')
  await pause(150)
  assert.equal(asked.length, 1, 'the reader is slow')
  take(10)
  assert.equal(asked.length, 1)
  take()
  assert.equal(asked.length, 1, 'what came meanwhile is much, and goes at once')
  take()
  assert.equal(text, `${large.slice(1)}ab${large}c`)
  assert.equal(asked.length, 0)
  buffer.write('d')
  await pause(150)
  take()
  assert.ok(text.endsWith('cd'))
})

test('a reader that cannot take anything now is asked again; one that is gone is not', async () => {
  const buffer = new LineBuffer(1)
  buffer.write(large)
  asked.shift()?.done(again('EAGAIN'), 0)
  assert.equal(asked.length, 0)
  await pause(50)
  take()
  assert.equal(text, large)
  buffer.write(large)
  asked.shift()?.done(again('EPIPE'), 0)
  buffer.write(large)
  await pause(150)
  assert.equal(asked.length, 0)
})

test('at the end all is written at once, what waits for the reader first', () => {
  const buffer = new LineBuffer(1)
  buffer.write(large)
  buffer.write('last')
  let tries = 0
  syncTakes = (bytes) => {
    if (++tries === 2) throw again('EAGAIN')
    return Math.min(bytes.length, 100_000)
  }
  buffer.flushSync()
  assert.equal(text, `${large}last`)
  const gone = new LineBuffer(1)
  gone.write('x')
  syncTakes = () => {
    throw again('EPIPE')
  }
  gone.flushSync()
})

test('one thread writes at a time, until all of its piece is out; a dead one has the turn no more', async () => {
  const memory = writeTurnMemory()
  const [one, other] = [0, 1].map((number) => new LineBuffer(1, new WriteTurn(memory, number))) as [Buffered, Buffered]
  one.write(large)
  other.write(large)
  other.write('behind')
  assert.equal(asked.length, 1)
  take(10)
  await pause(50)
  assert.equal(asked.length, 1)
  take()
  await pause(50)
  take()
  assert.equal(text, `${large}${large}behind`)
  one.write(large)
  other.write(large)
  releaseWriteTurn(memory, 1)
  await pause(50)
  assert.equal(asked.length, 1, 'it is not his who waits')
  releaseWriteTurn(memory, 0)
  await pause(50)
  assert.equal(asked.length, 2)
})

test('the end waits for the turn, a while', async () => {
  const memory = writeTurnMemory()
  const [one, other] = [0, 1].map((number) => new LineBuffer(1, new WriteTurn(memory, number))) as [Buffered, Buffered]
  one.write(large)
  other.write('last')
  other.flushSync()
  assert.equal(text, 'last', 'whoever has it does not get on')
  text = ''
  one.write('more')
  const closed = one.close()
  take()
  await pause(50)
  take()
  await closed
  assert.equal(text, `${large}more`)
  other.write('again')
  other.flushSync()
  other.write('again')
  other.flushSync()
  assert.ok(text.endsWith('againagain'))
})
