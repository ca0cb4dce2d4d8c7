import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mock, test } from 'node:test'
import { Gate } from './gate.ts'

const hour = 3_600_000
// Nobody waits for an hour here, and no timer keeps the process.
mock.timers.enable({ apis: ['setTimeout'] })
const gateOf = (most: number, more: Partial<ConstructorParameters<typeof Gate>[0]> = {}) =>
  new Gate({ most, longestLine: 10, longestWait: hour, ...more })
const told = async (promise: Promise<unknown>): Promise<unknown> =>
  Promise.race([promise, new Promise((resolve) => setImmediate(resolve, 'waits'))])

test('so many are inside at once; who leaves makes room', () => {
  const gate = gateOf(2)
  assert.deepEqual([gate.tryEnter('a'), gate.tryEnter('b'), gate.tryEnter('c')], [true, true, false])
  assert.equal(gate.inside, 2)
  gate.leave('a')
  assert.deepEqual([gate.inside, gate.tryEnter('c'), gate.tryEnter('d')], [1, true, false])
})

test('so many of one address', () => {
  const gate = gateOf(3, { mostOfOne: 1 })
  assert.deepEqual([gate.tryEnter('a'), gate.tryEnter('a'), gate.tryEnter('b')], [true, false, true])
  gate.leave('a')
  assert.equal(gate.tryEnter('a'), true)
})

test('who waits goes in when somebody leaves, the first of each address by turns', async () => {
  const gate = gateOf(1)
  gate.tryEnter('x')
  const order: string[] = []
  for (const address of ['a', 'a', 'b']) void gate.enter(address).then(() => order.push(address))
  assert.equal(gate.waiting, 3)
  for (const leaving of ['x', 'a', 'b']) {
    gate.leave(leaving)
    await told(Promise.resolve())
  }
  assert.deepEqual(order, ['a', 'b', 'a'])
  assert.deepEqual([gate.waiting, gate.inside], [0, 1])
})

test('who has its share waits while another address goes in', async () => {
  const gate = gateOf(2, { mostOfOne: 1 })
  gate.tryEnter('a')
  gate.tryEnter('b')
  const [second, third] = [gate.enter('a'), gate.enter('c')]
  gate.leave('b')
  assert.equal(await told(third), true)
  assert.equal(await told(second), 'waits')
  gate.leave('a')
  assert.equal(await told(second), true)
})

test('a full line sends away, and one address does not fill it for the others', async () => {
  const gate = gateOf(1, { longestLine: 4 })
  gate.tryEnter('x')
  const waiting = ['a', 'a', 'a', 'b', 'b', 'c'].map((address) => gate.enter(address))
  assert.deepEqual(await Promise.all(waiting.map(told)), ['waits', 'waits', false, 'waits', 'waits', false])
})

test('a wait that is too long ends, and so does that of a client who has gone', async () => {
  const gate = gateOf(1, { longestWait: 1 })
  gate.tryEnter('x')
  const waiting = gate.enter('a')
  assert.equal(await told(waiting), 'waits')
  mock.timers.tick(1)
  assert.equal(await told(waiting), false)
  const client = new EventEmitter()
  const patient = gateOf(1)
  patient.tryEnter('x')
  const left = patient.enter('a', client)
  client.emit('close')
  assert.equal(await told(left), false)
  assert.equal(patient.waiting, 0)
  patient.leave('x')
  assert.equal(patient.tryEnter('b'), true)
  assert.equal(client.listenerCount('close'), 0)
})

test('who comes back goes before all who wait, and is not sent away', async () => {
  const gate = gateOf(1, { longestLine: 1 })
  gate.tryEnter('x')
  const waiting = gate.enter('a')
  const back = gate.comeBack('b')
  assert.equal(gate.waiting, 2)
  gate.leave('x')
  assert.equal(await told(back), undefined)
  assert.equal(await told(waiting), 'waits')
  gate.leave('b')
  assert.equal(await told(waiting), true)
  await gateOf(1).comeBack('a')
})

test('it is saturated when all places are taken and somebody has waited for one so long', async () => {
  const gate = gateOf(1)
  assert.equal(gate.isSaturated(0), false)
  gate.tryEnter('x')
  assert.equal(gate.isSaturated(0), false)
  void gate.enter('a')
  assert.deepEqual([gate.isSaturated(0), gate.isSaturated(hour)], [true, false])
  const other = gateOf(1)
  other.tryEnter('x')
  void other.comeBack('b')
  assert.deepEqual([other.isSaturated(0), other.isSaturated(hour)], [true, false])
})
