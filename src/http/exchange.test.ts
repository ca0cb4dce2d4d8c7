import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { Exchange } from './exchange.ts'

const origin = { correlationId: 'c1', host: 'registry.example', scheme: 'http', address: '10.0.0.1' } as const
const server = createServer()
let client: Socket

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
after(() => server.close())

/** One request, whose answer has begun. */
async function begun(): Promise<Exchange> {
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: registry.example\r\n\r\n')
  const [request, response] = await once(server, 'request')
  const exchange = new Exchange(request, response, origin)
  exchange.begin(200, [['Content-Length', 30]])
  return exchange
}

test('a piece for a client that has just gone is over: whoever waits for it lets go of its file and its place', async () => {
  const exchange = await begun()
  const listeners = exchange.response.listenerCount('close')
  assert.equal(await exchange.write(Buffer.alloc(10)), true)
  assert.equal(exchange.response.listenerCount('close'), listeners)
  exchange.request.socket.destroy()
  assert.equal(exchange.response.destroyed, false, 'the response does not know yet')
  assert.equal(await exchange.write(Buffer.alloc(10)), false)
  assert.equal(exchange.sent, 10)
})

test('a piece that the connection did not take is over when the connection is', async () => {
  const exchange = await begun()
  exchange.request.socket.end()
  const written = exchange.write(Buffer.alloc(10))
  client.destroy()
  assert.equal(await written, false)
})
