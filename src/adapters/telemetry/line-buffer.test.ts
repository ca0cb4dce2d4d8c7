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
fs.write = ((_: number, bytes: Buffer, done: Done) => asked.push({ bytes, done })) as unknown as typeof fs.write
syncBuiltinESMExports()
const { LineBuffer } = await import('./line-buffer.ts')
const { lostLines, releaseWriteTurn, WriteTurn, writeTurnMemory } = await import('./write-turn.ts')

beforeEach(() => {
  asked.length = 0
  text = ''
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

test('whatever a line has and however long it is, it is written as it came and where it came', async () => {
  const buffer = new LineBuffer(1)
  const lines = ['ä€😀\n', `${'€'.repeat(90_000)}\n`, 'x\n', `${'y'.repeat(200_000)}\n`, 'z\n']
  for (const line of lines) buffer.write(line)
  await pause(150)
  while (asked.length > 0) take()
  await pause(150)
  while (asked.length > 0) take()
  assert.equal(text, lines.join(''))
  // The piece that is being written is not written over.
  buffer.write(`${'1'.repeat(300_000)}\n`)
  buffer.write(large)
  buffer.write('2')
  take()
  take()
  assert.equal(text, `${lines.join('')}${'1'.repeat(300_000)}\n${large}2`)
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

test('the end waits until all is written, and not for a reader that is gone or takes nothing', async () => {
  const buffer = new LineBuffer(1)
  buffer.write(large)
  buffer.write('last')
  let isClosed = false
  const closed = buffer.close().then(() => (isClosed = true))
  take(100_000)
  asked.shift()?.done(again('EAGAIN'), 0)
  await pause(50)
  take()
  await pause(50)
  assert.equal(isClosed, false)
  take()
  await closed
  assert.equal(text, `${large}last`)
  const gone = new LineBuffer(1)
  gone.write('x')
  const over = gone.close()
  asked.shift()?.done(again('EPIPE'), 0)
  await over
  const stuck = new LineBuffer(1)
  stuck.write('x')
  await stuck.close()
})

test('what comes while a piece is written, and no more after it, is written too', async () => {
  const buffer = new LineBuffer(1)
  buffer.write(large)
  buffer.write('last')
  await pause(150)
  take()
  await pause(150)
  take()
  assert.equal(text, `${large}last`)
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

const line = `${'l'.repeat(1023)}\n`
const isTold = (each: string) => each.startsWith('{"level":40,')

test('a reader that stalls: what waits has a bound, what is behind it is counted and told where it would have stood', async () => {
  const memory = writeTurnMemory()
  const buffer = new LineBuffer(1, new WriteTurn(memory), 1024 * 1024)
  buffer.write(large)
  for (let each = 0; each < 3000; each++) buffer.write(`${each} ${line}`)
  assert.equal(asked.length, 1)
  const lost = lostLines(memory)
  assert.ok(lost > 1500 && lost < 2000, `${lost} are lost of 3,000 KiB, of which one MiB and a piece may wait`)
  take()
  buffer.write(`early ${line}`)
  assert.equal(lostLines(memory), lost + 1, 'until all that waited is taken')
  while (asked.length > 0) take()
  await pause(150)
  while (asked.length > 0) take()
  buffer.write(`later ${line}`)
  await pause(150)
  take()
  const lines = text.slice(large.length).split('\n').slice(0, -1)
  const kept = 3000 - lost
  assert.deepEqual(
    lines.map((each) => (isTold(each) ? each : each.split(' ')[0])),
    [...Array.from({ length: kept }, (_, each) => String(each)), lines[kept], 'later'],
  )
  const { time, ...told } = JSON.parse(lines[kept] ?? '') as Record<string, unknown>
  assert.ok(!Number.isNaN(Date.parse(String(time))))
  assert.deepEqual(told, { level: 40, lines: lost + 1, msg: 'lines of the log are lost: its reader took none' })
  assert.equal(lostLines(memory), lost + 1)
})

test('a line that is larger than all that may wait is written where nothing does', async () => {
  const memory = writeTurnMemory()
  const buffer = new LineBuffer(1, new WriteTurn(memory), 1000)
  buffer.write(large.repeat(3))
  buffer.write('next')
  while (asked.length > 0) take()
  await pause(150)
  while (asked.length > 0) take()
  assert.ok(text.startsWith(large.repeat(3)))
  buffer.write('last')
  await pause(150)
  take()
  assert.ok(text.endsWith('last'))
})

test('of a reader that takes nothing until the end nothing is asked after it', async () => {
  const buffer = new LineBuffer(1)
  for (let each = 0; each < 3; each++) buffer.write(large)
  const closed = buffer.close()
  asked.shift()?.done(again('EAGAIN'), 0)
  await closed
  asked.shift()?.done(again('EAGAIN'), 0)
  buffer.write('late')
  await pause(150)
  assert.equal(asked.length, 0)
})

test('who had not the turn before its end asks once for what waits, and is not kept by a reader that takes nothing', async () => {
  const memory = writeTurnMemory()
  const [first, second] = [0, 1].map((number) => new LineBuffer(1, new WriteTurn(memory, number))) as [Buffered, Buffered]
  first.write(large)
  second.write(large)
  assert.equal(asked.length, 1)
  await Promise.all([first.close(), second.close()])
  for (const _ of [first, second]) {
    while (asked[0] === undefined) await pause(5)
    asked.shift()?.done(again('EAGAIN'), 0)
  }
  await pause(50)
  assert.deepEqual(asked, [])
  assert.ok(new WriteTurn(memory, 2).take(), 'the turn is free')
})

test('of a reader that is gone nothing is kept, and what it does not take is not lost lines', async () => {
  const memory = writeTurnMemory()
  const buffer = new LineBuffer(1, new WriteTurn(memory), 1000)
  buffer.write(large)
  buffer.write(large)
  asked.shift()?.done(again('EPIPE'), 0)
  for (let each = 0; each < 10; each++) buffer.write(line)
  await buffer.close()
  assert.deepEqual([asked.length, lostLines(memory)], [0, 0])
})
