import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { type FakeSocket, fakeListener } from './connection-scene.contract.ts'
import { Connections } from './connections.ts'

function scene(limits: { most: number; mostOfOne: number }) {
  const connections = new Connections({ ...limits, slowAfter: 60_000, isProxy: (address) => address === '10.0.0.9' })
  const sockets: FakeSocket[] = []
  const comes = fakeListener(connections)
  const connect = (from: string): FakeSocket => {
    const socket = comes(from)
    sockets.push(socket)
    return socket
  }
  const end = () => sockets.filter((each) => !each.destroyed).forEach((each) => each.destroy())
  return { connections, connect, end }
}

test('of one address so many connections stay: the oldest at rest makes room, and others’ are left alone', () => {
  const { connections, connect, end } = scene({ most: 10, mostOfOne: 2 })
  const other = connect('10.0.0.2')
  const three = [connect('10.0.0.1'), connect('10.0.0.1'), connect('10.0.0.1')]
  assert.deepEqual(
    [other, ...three].map((each) => each.destroyed),
    [false, true, false, false],
  )
  assert.equal(connections.open, 3)
  end()
  assert.equal(connections.open, 0)
})

test('what comes through a proxy counts for the whole only; beyond that who has most makes room', () => {
  const { connections, connect, end } = scene({ most: 4, mostOfOne: 2 })
  const alone = connect('10.0.0.1')
  const through = [connect('10.0.0.9'), connect('10.0.0.9'), connect('10.0.0.9')]
  assert.equal(connections.open, 4)
  const late = connect('10.0.0.2')
  assert.deepEqual(
    [alone, ...through, late].map((each) => each.destroyed),
    [false, true, false, false, false],
  )
  assert.equal(connections.open, 4)
  end()
})

test('of requests that wait behind others there are so many at all connections; beyond that who sent many at once is cut off', () => {
  const { connections, connect, end } = scene({ most: 3000, mostOfOne: 3000 })
  let handled: ServerResponse[] = []
  const handle = connections.inTurn((_, response) => void handled.push(response))
  const ask = (socket: FakeSocket, count: number) => {
    for (let each = 0; each < count && !socket.destroyed; each++) {
      const response = Object.assign(new EventEmitter(), { writableFinished: false, destroyed: false })
      handle({ socket, method: 'GET', headers: {} } as unknown as IncomingMessage, response as unknown as ServerResponse)
    }
  }
  const many = connect('10.0.0.1')
  ask(many, 8000)
  assert.equal(many.destroyed, false, 'one alone may send what one read brings')
  const late = connect('10.0.0.2')
  ask(late, 1000)
  assert.equal(late.destroyed, true)
  const usual = connect('10.0.0.3')
  ask(usual, 10)
  assert.equal(usual.destroyed, false, 'a few are never too many')
  // What is answered, or gone with its connection, waits no more.
  const answered = handled
  handled = []
  for (const response of answered) Object.assign(response, { writableFinished: true }).emit('close')
  assert.equal(handled.length, 2)
  many.destroy()
  const next = connect('10.0.0.2')
  ask(next, 1000)
  assert.equal(next.destroyed, false)
  end()
})
