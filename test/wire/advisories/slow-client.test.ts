import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, mock, test } from 'node:test'
import { cutIdleReader } from '#http/listener.ts'
import { digestOf, locationOf, pushBlob, someBytes, startUpload } from '../content.ts'
import { type Door, openDoor } from '../door.ts'
import { openRaw, type RawConnection, statusesOf } from '../raw.ts'
import { authorizationOf, header, send } from '../send.ts'

// G6: the server's own times are a minute; here the clock of the watch is put forward instead of waited for.
let door: Door
let ahead = 0
const realNow = performance.now.bind(performance)

before(async () => {
  door = await openDoor({ limits: { headersTimeout: 600, connectionsCheckingInterval: 100 } })
  mock.method(performance, 'now', () => realNow() + ahead)
})
after(async () => {
  mock.restoreAll()
  await door.stop()
})

const head = (method: string, path: string, length: number) =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorizationOf(door, 'admin').authorization}\r\nContent-Length: ${length}\r\n\r\n`

test('G6 slowloris: headers that trickle are cut off, and others are served meanwhile', async () => {
  const slow: RawConnection[] = []
  for (let i = 0; i < 100; i++) {
    const connection = await openRaw(door.address)
    connection.socket.write('GET /v2/ HTTP/1.1\r\nHost: loc')
    slow.push(connection)
  }
  const trickle = setInterval(() => {
    for (const { socket } of slow) if (socket.writable) socket.write('a')
  }, 100)
  for (let i = 0; i < 50; i++) assert.equal((await send(door, 'GET', '/v2/')).status, 200)
  for (const connection of slow) {
    assert.notEqual(await connection.ended(5000), 'open')
    assert.ok(statusesOf(connection.text()).every((status) => status === 408))
    connection.socket.destroy()
  }
  clearInterval(trickle)
})

/** Long enough for the watch to look, after its minute is over. */
async function aMinuteLater(): Promise<void> {
  ahead += 61_000
  await new Promise((resolve) => setTimeout(resolve, 5_500))
}

test('G6 bodies: who trickles is cut off; who comes slowly but steadily, or is waited for, is not', async () => {
  const session = locationOf(await startUpload(door, 'slow'))
  const steady = locationOf(await startUpload(door, 'steady'))
  const [trickler, walker, manifest] = [await openRaw(door.address), await openRaw(door.address), await openRaw(door.address)]
  trickler.socket.write(head('PATCH', session, 1_000_000))
  trickler.socket.write('x')
  manifest.socket.write(head('PUT', '/v2/slow/manifests/v1', 1000))
  manifest.socket.write('{')
  const bytes = someBytes(200_000)
  walker.socket.write(head('PATCH', steady, bytes.length))
  walker.socket.write(bytes.subarray(0, 100_000))
  await new Promise((resolve) => setTimeout(resolve, 200))
  await aMinuteLater()
  for (const each of [trickler, manifest]) assert.notEqual(await each.ended(0), 'open')
  assert.equal(await walker.ended(0), 'open')
  walker.socket.write(bytes.subarray(100_000))
  assert.match(await walker.until(/\r\n\r\n/), /^HTTP\/1\.1 202 /)
  walker.socket.destroy()
  const closing = await send(door, 'PUT', `${steady}?digest=${digestOf(bytes)}`)
  assert.equal(closing.status, 201)
  const status = await send(door, 'GET', session)
  assert.deepEqual([status.status, header(status, 'range')], [204, '0-0'], 'the session of who was cut off stands')
})

test('G6 readers: who takes nothing is cut off; who takes a little each time is not', async () => {
  const size = 32 * 1024 * 1024
  const piece = Buffer.alloc(1024 * 1024)
  const server = createServer((_request, response) => {
    cutIdleReader(response, 400)
    response.writeHead(200, { 'Content-Length': size })
    const next = (left: number): void => {
      if (left === 0) response.end()
      else response.write(piece, (error) => !error && next(left - piece.length))
    }
    next(size)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const get = async (): Promise<Socket> => {
    const { socket } = await openRaw({ host: '127.0.0.1', port })
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    return socket
  }
  const idle = await get()
  idle.pause()
  const slow = await get()
  let taken = 0
  slow.on('data', (bytes: Buffer) => {
    taken += bytes.length
    slow.pause()
    setTimeout(() => slow.resume(), 1)
  })
  const gone = new Promise((resolve) => idle.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, 1200))
  idle.resume()
  await gone
  for (let tries = 0; tries < 500 && taken < size; tries++) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(taken >= size, `${taken} of ${size}`)
  slow.destroy()
  server.closeAllConnections()
  server.close()
})

test('a connection that pulls many blobs collects no listeners, and rests no longer than others', async () => {
  const digest = await pushBlob(door, 'many', someBytes(100))
  const warnings: Error[] = []
  const onWarning = (warning: Error) => warnings.push(warning)
  process.on('warning', onWarning)
  const connection = await openRaw(door.address)
  for (let i = 1; i <= 30; i++) {
    connection.socket.write(head('GET', `/v2/many/blobs/${digest}`, 0))
    for (let tries = 0; tries < 200 && statusesOf(connection.text()).length < i; tries++)
      await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.off('warning', onWarning)
  assert.equal(statusesOf(connection.text()).length, 30)
  assert.deepEqual(
    warnings.filter((each) => each.name === 'MaxListenersExceededWarning' && /timeout/.test(each.message)),
    [],
  )
  connection.socket.destroy()
})
