import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { type FakeSocket, fakeListener } from '#http/connection-scene.contract.ts'
import { Connections } from '#http/connections.ts'
import { listen } from '#http/listener.ts'
import { connectionsMemory, releaseConnections } from '#http/open-connections.ts'
import { hasTooMany } from '#http/balance.ts'
import { onlySeat } from '#core/seat.ts'
import { sharedWords } from '#core/shared-words.ts'
import { eventually } from '../conformance/client.ts'
import { seatOf } from './threads.ts'

/** Some that share a memory, as threads do. */
function scene(limits: { most: number; mostOfOne: number }, columns = 2) {
  const memory = connectionsMemory(limits.most, { columns, seed: 7 })
  const bells = sharedWords(columns)
  const at = Array.from({ length: columns }, (_, column) => {
    const seat = columns === 1 ? onlySeat : seatOf({ column, columns, bells })
    const connections = new Connections({ ...limits, slowAfter: 60_000, isProxy: () => false }, seat, memory)
    return { connections, comes: fakeListener(connections) }
  })
  const connect = (column: number, from: string): FakeSocket => (at[column] ?? assert.fail('no such thread')).comes(from)
  const threads = at.map(({ connections }) => connections)
  /** Whether the answer of its request is out. */
  const rest = (socket: FakeSocket, rests: boolean) => {
    const response = answerOf.get(socket) ?? Object.assign(new EventEmitter(), { writableFinished: rests, destroyed: false })
    answerOf.set(socket, Object.assign(response, { writableFinished: rests }))
    const request = { method: 'GET', headers: {}, socket } as never as IncomingMessage
    threads[0]?.inTurn(() => {})(request, response as never as ServerResponse)
  }
  return { memory, connect, rest, open: () => threads.map((each) => each.open), threads }
}

const answerOf = new WeakMap<FakeSocket, EventEmitter & { writableFinished: boolean }>()

type Asked = { method?: string; headers?: Record<string, string>; answered?: boolean }

/** A request at a thread; whether its answer says that the connection ends. */
function isEndedBy(thread: Connections, socket: FakeSocket, { method = 'GET', headers = {}, answered = true }: Asked = {}): boolean {
  const response = Object.assign(new EventEmitter(), { shouldKeepAlive: true, writableFinished: false, destroyed: false })
  thread.inTurn(() => {
    response.writableFinished = answered
  })({ method, headers, socket } as never as IncomingMessage, response as never as ServerResponse)
  return !response.shouldKeepAlive
}

test('connections are counted at all threads; where none rests, a new one waits until another thread has made room', async () => {
  for (const limits of [
    { most: 10, mostOfOne: 2 },
    { most: 2, mostOfOne: 2 },
  ]) {
    const { connect, open } = scene(limits)
    const first = [connect(0, '10.0.0.1'), connect(0, '10.0.0.1')]
    assert.deepEqual(open(), [2, 2])
    const next = connect(1, '10.0.0.1')
    assert.deepEqual([next.destroyed, next.served], [false, 0])
    assert.ok(await eventually(async () => next.served === 1))
    assert.deepEqual(
      first.map((each) => each.destroyed),
      [true, false],
    )
    assert.deepEqual(open(), [2, 2])
    for (const each of [...first, next]) if (!each.destroyed) each.destroy()
    assert.deepEqual(open(), [0, 0])
  }
})

test('who waits for room is closed in the end where none comes, and goes on at the thread that has some', async () => {
  const { connect, open, rest } = scene({ most: 10, mostOfOne: 2 }, 3)
  const busy = connect(0, '10.0.0.1')
  rest(busy, false)
  const [resting, guest] = [connect(1, '10.0.0.1'), connect(2, '10.0.0.1')]
  assert.ok(await eventually(async () => guest.served === 1))
  assert.deepEqual([busy.destroyed, resting.destroyed], [false, true])
  rest(guest, false)
  const refused = connect(1, '10.0.0.1')
  assert.ok(await eventually(async () => refused.destroyed))
  assert.deepEqual([refused.served, ...open()], [0, 2, 2, 2])
  rest(busy, true)
  const late = connect(1, '10.0.0.1')
  assert.ok(await eventually(async () => late.served === 1))
  for (const each of [guest, late]) each.destroy()
  assert.deepEqual(open(), [0, 0, 0])
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

test('too many is half as many again as the mean, and two more than it', () => {
  const shares: [own: number, others: number, threads: number, tooMany: boolean][] = [
    [4, 0, 2, true],
    [3, 1, 2, false],
    [3, 0, 2, false],
    [6, 2, 2, false],
    [7, 2, 2, true],
    [0, 4, 2, false],
    [4, 0, 3, true],
    [3, 1, 3, false],
    [48, 16, 2, false],
    [49, 15, 2, true],
    [64, 0, 1, false],
  ]
  for (const [own, others, threads, tooMany] of shares)
    assert.equal(hasTooMany(own, own + others, threads), tooMany, `${own} of ${own + others}`)
})

const roomy = { most: 100, mostOfOne: 100 }

test('a thread with too many connections in use ends one of them, with an answer to who sends nothing, and looks again', () => {
  const { connect, threads } = scene(roomy)
  const [first, second] = threads as [Connections, Connections]
  const look = () => threads.forEach((each) => each.balance())
  const sockets = [0, 0, 0, 0].map((column) => connect(column, '10.0.0.1'))
  const all = (asked?: Asked) => sockets.map((socket) => isEndedBy(first, socket, asked))
  look()
  assert.deepEqual(all(), [false, false, false, false], 'nobody knew how many are in use')
  look()
  for (const asked of [
    { method: 'PATCH', headers: { 'content-length': '1' } },
    { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } },
    { method: 'POST' },
    { headers: { 'content-length': '1' } },
  ])
    assert.deepEqual(all(asked), [false, false, false, false])
  assert.deepEqual(all(), [true, false, false, false], 'one until the next look')
  look()
  assert.deepEqual(all({ method: 'HEAD' }), [true, false, false, false])
  const others = [1, 1].map((column) => connect(column, '10.0.0.1'))
  others.forEach((socket) => isEndedBy(second, socket))
  threads.toReversed().forEach((each) => each.balance())
  assert.deepEqual(all(), [false, false, false, false], 'four and two are as the kernel deals them')
  for (const socket of [...sockets, ...others]) socket.destroy()
})

test('what rests is not in use, what is still answered is; a thread that died has none in use', () => {
  const { connect, threads, memory } = scene(roomy)
  const [first, second] = threads as [Connections, Connections]
  const look = () => threads.forEach((each) => each.balance())
  const resting = Array.from({ length: 13 }, () => connect(0, '10.0.0.1'))
  const asking = connect(0, '10.0.0.1')
  const answered = [1, 1, 1, 1].map((column) => connect(column, '10.0.0.1'))
  for (const socket of resting) isEndedBy(first, socket)
  for (const socket of answered) isEndedBy(second, socket, { answered: false })
  look()
  look()
  assert.equal(isEndedBy(first, asking), false)
  const another = connect(1, '10.0.0.1')
  assert.equal(isEndedBy(second, another), true)
  releaseConnections(memory, 1)
  for (const socket of resting) isEndedBy(first, socket)
  first.balance()
  assert.equal(isEndedBy(first, asking), true)
  for (const socket of [...resting, asking, ...answered, another]) socket.destroy()
})

test('one thread alone ends none', () => {
  const { connect, threads } = scene(roomy, 1)
  const [only] = threads as [Connections]
  const sockets = [0, 0, 0, 0, 0, 0].map((column) => connect(column, '10.0.0.1'))
  for (let round = 0; round < 3; round++) {
    only.balance()
    for (const socket of sockets) assert.equal(isEndedBy(only, socket), false)
  }
  for (const socket of sockets) socket.destroy()
})

test('the client of an ended connection has its answer, is told, and comes back by another one', async () => {
  const seat = seatOf({ column: 0, columns: 2, bells: sharedWords(2) })
  const connections = new Connections(
    { ...roomy, slowAfter: 60_000, isProxy: () => false },
    seat,
    connectionsMemory(100, { columns: 2, seed: 7 }),
  )
  const listener = await listen({
    address: { host: '127.0.0.1', port: 0 },
    connections,
    handle: (_request, response) => void response.writeHead(200, ['Content-Length', 2]).end('ok'),
    badRequest: () => '',
  })
  const agents = [0, 0, 0, 0].map(() => new Agent({ keepAlive: true, maxSockets: 1 }))
  const ask = (agent: Agent) =>
    new Promise<string>((resolve, reject) => {
      get({ ...listener.address, agent }, async (response) => {
        let body = ''
        for await (const piece of response) body += String(piece)
        resolve(`${body} ${response.headers.connection}`)
      }).once('error', reject)
    })
  const askAll = () => Promise.all(agents.map(ask))
  try {
    assert.deepEqual(await askAll(), Array(4).fill('ok keep-alive'))
    connections.balance()
    const answers = await askAll()
    assert.ok(answers.includes('ok close'), answers.join())
    assert.ok((await askAll()).every((answer) => answer.startsWith('ok ')))
  } finally {
    for (const agent of agents) agent.destroy()
    await listener.close(0)
  }
})
