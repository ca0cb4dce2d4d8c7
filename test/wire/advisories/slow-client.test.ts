import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, createSecureContext } from 'node:tls'
import { after, before, mock, test } from 'node:test'
import { listen } from '#http/listener.ts'
import { eventually } from '../../conformance/client.ts'
import { digestOf, locationOf, mediaTypes, pushBlob, putManifest, someBytes, startUpload } from '../../world/content.ts'
import { type Door, openDoor } from '../../world/door.ts'
import { openRaw, type RawConnection, statusesOf } from '../../world/raw.ts'
import { authorizationOf, header, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

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
  for (const each of [trickler, manifest]) assert.notEqual(await each.ended(10_000), 'open')
  assert.equal(await walker.ended(0), 'open')
  walker.socket.write(bytes.subarray(100_000))
  assert.match(await walker.until(/\r\n\r\n/), /^HTTP\/1\.1 202 /)
  walker.socket.destroy()
  const closing = await send(door, 'PUT', `${steady}?digest=${digestOf(bytes)}`)
  assert.equal(closing.status, 201)
  const status = await send(door, 'GET', session)
  assert.deepEqual([status.status, header(status, 'range')], [204, '0-0'], 'the session of who was cut off stands')
})

test('G6 readers: who takes next to nothing of an answer is cut off, whatever the answer; who takes a little each time is not', async () => {
  const large = someBytes(32 * 1024 * 1024)
  const config = JSON.stringify({ fill: 'x'.repeat(3 * 1024 * 1024) })
  const server = await Server.start({ slowClient: '2s', https: '127.0.0.1:0', maxTransfers: '12' })
  try {
    const digest = await pushBlob(server, 'slow', large)
    const empty = await pushBlob(server, 'slow', Buffer.from('{}'))
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.image,
      config: { mediaType: mediaTypes.empty, digest: empty, size: 2 },
      layers: [],
      annotations: { config },
    }
    assert.equal((await putManifest(server, 'slow', 'large', manifest)).status, 201)
    const { authorization } = authorizationOf(server, 'admin')
    const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`
    const pull = ask(`/v2/slow/blobs/${digest}`)
    const open = async (text: string, secure = false): Promise<Reader> => {
      const port = (secure ? server.started.https?.port : server.address.port) ?? 0
      const socket = secure ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }) : connect({ port, host: '127.0.0.1' })
      const reader: Reader = { socket, taken: 0, closed: false }
      socket.on('error', () => {}).on('close', () => (reader.closed = true))
      await new Promise((resolve) => socket.once(secure ? 'secureConnect' : 'connect', resolve))
      socket.pause()
      socket.write(text)
      return reader
    }
    const read = (reader: Reader, most: number) => {
      reader.taken += reader.socket.read(Math.min(most, reader.socket.readableLength))?.length ?? 0
    }
    const idle = [
      await open(pull),
      await open(pull, true),
      await open(ask('/v2/slow/manifests/large').repeat(4)),
      await open(ask(`/v2/slow/blobs/${digest}`).repeat(3)),
    ]
    const trickling = await open(pull)
    const slow = [await open(pull), await open(pull, true)]
    const trickle = setInterval(() => read(trickling, 20), 100)
    const steadily = setInterval(() => {
      for (const each of slow) read(each, 40 * 1024)
    }, 100)
    const cut = [...idle, trickling]
    // Only who reads on sees that the other side has gone.
    await new Promise((resolve) => setTimeout(resolve, 5000))
    clearInterval(trickle)
    clearInterval(steadily)
    for (const { socket } of cut) socket.resume()
    assert.ok(await eventually(async () => cut.every(({ closed }) => closed)), cut.map(({ closed }) => closed).join())
    for (const reader of slow) {
      reader.socket.on('data', (piece: Buffer) => (reader.taken += piece.length)).resume()
      assert.ok(await eventually(async () => reader.taken > large.length), `${reader.taken} of ${large.length}`)
      assert.equal(reader.closed, false)
      reader.socket.destroy()
    }
  } finally {
    await server.stop()
  }
})

interface Reader {
  socket: Socket
  taken: number
  closed: boolean
}

test('G6 connections that ask nothing: the oldest makes room for who asks, on HTTP and before a handshake on HTTPS', async () => {
  const server = await Server.start({ https: '127.0.0.1:0', maxConnectionsPerAddress: '20' })
  try {
    const resting: RawConnection[] = []
    for (const { port } of [server.started.http, server.started.https] as { port: number }[])
      for (let i = 0; i < 40; i++) resting.push(await openRaw({ host: '127.0.0.1', port }))
    const { authorization } = authorizationOf(server, 'admin')
    const used = await openRaw(server.address)
    used.socket.write(`GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`)
    assert.match(await used.until(/\{\}$/), /^HTTP\/1\.1 200 /)
    const open = async () => (await Promise.all(resting.map((each) => each.ended(0)))).filter((state) => state === 'open').length
    assert.ok(await eventually(async () => (await open()) <= 20), `${await open()} rest`)
    const ca = readFileSync(server.started.caPath ?? '', 'utf8')
    assert.equal((await send(server, 'GET', '/v2/', { ca, port: server.started.https?.port ?? 0 })).status, 200)
    const busy = someBytes(1000)
    const sender = await openRaw(server.address)
    sender.socket.write(
      `POST /v2/busy/blobs/uploads/?digest=${digestOf(busy)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: 1000\r\n\r\n`,
    )
    for (let i = 0; i < 40; i++) resting.push(await openRaw(server.address))
    sender.socket.write(busy)
    assert.match(await sender.until(/\r\n\r\n/), /^HTTP\/1\.1 201 /, 'where something is under way nobody makes room')
    for (const { socket } of [...resting, used, sender]) socket.destroy()
  } finally {
    await server.stop()
  }
})

test('G6 a handshake that never ends is cut off', async () => {
  const server = await Server.start({ https: '127.0.0.1:0' })
  const [key, cert] = ['server.key', 'server.pem'].map((name) => readFileSync(join(server.dataDir, 'tls', name), 'utf8'))
  const listener = await listen({
    address: { host: '127.0.0.1', port: 0 },
    certificates: {
      fallback: () => ({ key: key ?? '', cert: cert ?? '' }),
      forName: () => createSecureContext({ key, cert }),
      onChange: () => {},
    },
    handle: (_request, response) => void response.end(),
    badRequest: () => '',
    limits: { headersTimeout: 500, connectionsCheckingInterval: 100 },
  })
  try {
    const silent = await openRaw(listener.address)
    const begun = await openRaw(listener.address)
    // The head of a record that is never whole.
    begun.socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
    for (const each of [silent, begun]) assert.notEqual(await each.ended(5000), 'open')
  } finally {
    await listener.close(0)
    await server.stop()
  }
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
