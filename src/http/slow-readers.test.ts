import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { watchProgress } from './progress.ts'
import { SlowReaders } from './slow-readers.ts'

let now = 0
beforeEach(() => {
  now = 1000
  mock.method(performance, 'now', () => now)
})
afterEach(() => mock.restoreAll())

/** A client who is given bytes and takes some of them. */
class Client {
  bytesWritten = 0
  writableLength = 0
  _handle: { writeQueueSize: number } | null = { writeQueueSize: 0 }
  destroyed = false
  remoteAddress = '127.0.0.1'
  destroy(): void {
    this.destroyed = true
  }
  given(bytes: number): this {
    this.bytesWritten += bytes
    this.#waits(this.waiting + bytes)
    return this
  }
  takes(bytes: number): this {
    this.#waits(this.waiting - bytes)
    return this
  }
  get waiting(): number {
    return this._handle?.writeQueueSize || this.writableLength
  }
  #waits(bytes: number): void {
    if (this._handle) this._handle.writeQueueSize = bytes
    else this.writableLength = bytes
  }
}

const after = 10_000
/** Looks five times within the time that a client has. */
async function passes(readers: SlowReaders, client: Client, times: number, each: () => void = () => {}): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    now += after / 5
    each()
    await readers.look([client as unknown as Socket])
  }
}

for (const handle of [true, false])
  test(`who takes nothing for a while is cut, ${handle ? 'by what the handle holds' : 'by what Node holds'}`, async () => {
    const readers = new SlowReaders(after)
    const client = new Client()
    if (!handle) client._handle = null
    client.given(1_000_000)
    await passes(readers, client, 1)
    assert.equal(client.destroyed, false)
    await passes(readers, client, 4)
    assert.equal(client.destroyed, false, 'its time is not over')
    await passes(readers, client, 1)
    assert.equal(client.destroyed, true)
  })

test('who takes ten kibibytes in its time is not cut, who takes a little less is', async () => {
  for (const [rate, cut] of [
    [2560, false],
    [2559, true],
  ] as const) {
    const readers = new SlowReaders(after)
    const client = new Client().given(1_000_000)
    await passes(readers, client, 40, () => client.takes(rate))
    assert.equal(client.destroyed, cut, `${rate}`)
  }
})

test('who waits for us is not slow, for however long', async () => {
  const readers = new SlowReaders(after)
  const client = new Client().given(5000)
  await passes(readers, client, 3)
  client.takes(5000)
  await passes(readers, client, 20)
  client.given(5000)
  await passes(readers, client, 5)
  assert.equal(client.destroyed, false, 'its time begins anew')
})

test('who sends a body at less than a kibibyte a second is cut; only time in which it is waited for counts', () => {
  const run = (bytes: number, { waits = true, ends = false } = {}) => {
    mock.timers.enable({ apis: ['setInterval'] })
    const client = new Client()
    const watch = watchProgress(client as unknown as Socket, 1000)
    for (let turn = 0; turn < 30; turn++) {
      if (waits) watch.waiting()
      now += 100
      watch.got(bytes)
      if (ends && turn === 3) watch.end()
      mock.timers.tick(100)
    }
    watch.end()
    mock.timers.tick(100)
    mock.timers.reset()
    return client.destroyed
  }
  assert.deepEqual([run(50), run(103), run(0, { waits: false }), run(0, { ends: true })], [true, false, false, false])
  mock.timers.enable({ apis: ['setInterval'] })
  const silent = new Client()
  const watch = watchProgress(silent as unknown as Socket, 1000)
  watch.waiting()
  now += 999
  mock.timers.tick(100)
  assert.equal(silent.destroyed, false)
  now += 1
  mock.timers.tick(100)
  assert.equal(silent.destroyed, true, 'one wait that never ends')
  watch.end()
  mock.timers.reset()
})
