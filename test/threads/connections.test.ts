import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { test } from 'node:test'
import { Connections } from '#http/connections.ts'
import { connectionsMemory, releaseConnections } from '#http/open-connections.ts'
import { sharedWords } from '#core/seat.ts'
import { seatOf } from './threads.ts'

class Socket extends EventEmitter {
  destroyed = false
  readonly remoteAddress: string

  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

/** Two that share a memory, as two threads do. */
function scene(limits: { most: number; mostOfOne: number }) {
  const memory = connectionsMemory(limits.most, { columns: 2, seed: 7 })
  const bells = sharedWords(2)
  const at = [0, 1].map((column) => {
    const connections = new Connections(
      { ...limits, slowAfter: 60_000, isProxy: () => false },
      seatOf({ column, columns: 2, bells }),
      memory,
    )
    const server = new EventEmitter()
    connections.watch(server as Server)
    return { connections, server }
  })
  const connect = (column: number, from: string): Socket => {
    const socket = new Socket(from)
    at[column]?.server.emit('connection', socket)
    return socket
  }
  return { memory, connect, open: () => at.map(({ connections }) => connections.open) }
}

const heard = () => new Promise((resolve) => setTimeout(resolve, 20))

test('connections are counted at all threads; where none rests, another thread makes room for the next', async () => {
  for (const limits of [
    { most: 10, mostOfOne: 2 },
    { most: 2, mostOfOne: 2 },
  ]) {
    const { connect, open } = scene(limits)
    const first = [connect(0, '10.0.0.1'), connect(0, '10.0.0.1')]
    assert.deepEqual(open(), [2, 2])
    const refused = connect(1, '10.0.0.1')
    assert.equal(refused.destroyed, true)
    await heard()
    assert.deepEqual(
      first.map((each) => each.destroyed),
      [true, false],
    )
    const next = connect(1, '10.0.0.1')
    assert.equal(next.destroyed, false)
    assert.deepEqual(open(), [2, 2])
    for (const each of [...first, next]) if (!each.destroyed) each.destroy()
  }
})

test('what a dead thread had open counts no more', () => {
  const { memory, connect, open } = scene({ most: 2, mostOfOne: 2 })
  const lost = [connect(0, '10.0.0.1'), connect(0, '10.0.0.2')]
  releaseConnections(memory, 0)
  assert.deepEqual(open(), [0, 0])
  const next = [connect(1, '10.0.0.1'), connect(1, '10.0.0.1')]
  assert.deepEqual(
    next.map((each) => each.destroyed),
    [false, false],
  )
  for (const each of [...lost, ...next]) each.destroy()
})
