import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openRaw, statusesOf } from '../world/raw.ts'
import { send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start()
})
after(() => server.stop())

const many = (count: number, last = '') => {
  const head = `Host: ${server.address.host}:${server.address.port}\r\n`
  return `GET /v2/ HTTP/1.1\r\n${head}\r\n`.repeat(count - 1) + `GET /v2/ HTTP/1.1\r\n${head}${last}\r\n`
}

test('requests that are sent at once are answered one after the other', async () => {
  const connection = await openRaw(server.address)
  connection.socket.write(many(60, 'Connection: close\r\n'))
  assert.equal(await connection.ended(10_000), 'end')
  assert.deepEqual(
    statusesOf(connection.text()),
    Array.from({ length: 60 }, () => 401),
  )
})

test('who sends a thousand at once is cut off, and nothing is kept of them', async () => {
  const connection = await openRaw(server.address)
  connection.socket.write(many(1000))
  assert.notEqual(await connection.ended(10_000), 'open')
  const answered = statusesOf(connection.text()).length
  assert.ok(answered < 900, `${answered} are answered`)
  assert.equal((await send(server, 'GET', '/v2/')).status, 200)
})
