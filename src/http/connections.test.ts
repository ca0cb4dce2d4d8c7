import assert from 'node:assert/strict'
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
