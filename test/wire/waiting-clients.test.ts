import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { eventually } from '../conformance/client.ts'
import { digestOf, locationOf, pushBlob, pushImage, someBytes, startUpload, tokenFor } from '../world/content.ts'
import { openRaw, type RawConnection, statusesOf } from '../world/raw.ts'
import { authorizationOf, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

// Who waits for a client keeps nobody else waiting. One request at work at a time shows each place that is held.
let server: Server
let opened: RawConnection[] = []
const layer = someBytes(24 * 1024 * 1024)
let layerDigest: string

before(async () => {
  server = await Server.start({ maxRequests: '1', maxWait: '400ms', admin: '127.0.0.1:0', maxTransfers: '12', trustedProxies: '127.0.0.1' })
  layerDigest = await pushBlob(server, 'busy', layer)
  await pushImage(server, 'busy', 'v1')
})
after(() => server.stop())

async function open(text: string): Promise<RawConnection> {
  const connection = await openRaw(server.address)
  opened.push(connection)
  connection.socket.write(text)
  return connection
}

async function closeAll(): Promise<void> {
  for (const { socket } of opened) socket.destroy()
  opened = []
  await new Promise((resolve) => setTimeout(resolve, 100))
}

const head = (method: string, path: string, more: string, as: 'admin' | 'nobody' = 'admin', from = '10.1.1.1') =>
  `${method} ${path} HTTP/1.1\r\nHost: ${server.address.host}:${server.address.port}\r\nX-Forwarded-For: ${from}\r\n` +
  `${as === 'admin' ? `Authorization: ${authorizationOf(server, 'admin').authorization}\r\n` : ''}${more}\r\n`

const readyz = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const { host, port } = server.started.admin ?? { host: '', port: 0 }
    request({ host, port, path: '/readyz', agent: false }, (response) => resolve(response.resume().statusCode ?? 0))
      .on('error', reject)
      .end()
  })

/** Another address signs in, pulls and pushes. */
async function assertServed(what: string): Promise<void> {
  const headers = { 'x-forwarded-for': '10.9.9.9' }
  assert.equal(await readyz(), 200, `${what}: ready`)
  assert.equal((await send(server, 'GET', '/v2/busy/manifests/v1', { headers })).status, 200, `${what}: a manifest`)
  const pulled = await send(server, 'GET', `/v2/busy/blobs/${layerDigest}`, { headers })
  assert.ok(pulled.status === 200 && pulled.body.equals(layer), `${what}: a layer`)
  const token = await send(server, 'GET', `/oauth2/token?service=${server.loginServer}&scope=repository:busy:pull`, { headers })
  assert.equal(token.status, 200, `${what}: a token`)
  const bytes = someBytes(100_000)
  const pushed = await send(server, 'POST', `/v2/busy/blobs/uploads/?digest=${digestOf(bytes)}`, { body: bytes, headers })
  assert.equal(pushed.status, 201, `${what}: a push`)
}

test('bodies that never come, of whatever request, hold no place', async () => {
  const session = locationOf(await startUpload(server, 'busy'))
  for (const [method, path, as] of [
    ['POST', '/oauth2/token', 'nobody'],
    ['POST', '/oauth2/exchange', 'nobody'],
    ['POST', '/common/oauth2/v2.0/token', 'nobody'],
    ['PATCH', session, 'admin'],
    ['PUT', '/v2/busy/manifests/v2', 'admin'],
    ['PATCH', '/acr/v1/busy', 'admin'],
    ['POST', `/v2/busy/blobs/uploads/?digest=${digestOf('x')}`, 'admin'],
  ] as const)
    await open(head(method, path, 'Content-Length: 100\r\n', as))
  await new Promise((resolve) => setTimeout(resolve, 100))
  await assertServed('bodies')
  await closeAll()
})

test('an upload that was refused holds no place while its rest is read away', async () => {
  for (const as of ['nobody', 'admin'] as const)
    for (let i = 0; i < 5; i++) await open(`${head('PUT', '/v2/busy/manifests/+', 'Content-Length: 1000000\r\n', as)}x`)
  assert.ok(await eventually(async () => opened.every((each) => statusesOf(each.text()).length === 1)))
  await assertServed('refused uploads')
  await closeAll()
})

test('answers that are not read hold no place, and one address does not take the places of all', async () => {
  // One after the other: who waits behind others is sent away as well, and how many those are is the machine's affair.
  for (let i = 0; i < 12; i++) {
    const reader = await open(head('GET', `/v2/busy/blobs/${layerDigest}`, ''))
    await reader.until(/\r\n\r\n/)
    reader.socket.pause()
  }
  await assertServed('readers')
  const statuses = opened.map((each) => statusesOf(each.text())[0])
  assert.deepEqual(statuses, [...Array(9).fill(200), ...Array(3).fill(503)], 'nine of twelve are for one address')
  const refused = opened.slice(9)
  for (const each of refused) assert.match(each.text(), /\r\nRetry-After: [1-9][\s\S]*"code":"UNAVAILABLE"/)
  await closeAll()
})

test('slow uploads of one address: another one pushes and pulls meanwhile', async () => {
  const sessions = []
  for (let i = 0; i < 14; i++) sessions.push(locationOf(await startUpload(server, 'busy')))
  for (const session of sessions) await open(`${head('PATCH', session, 'Content-Length: 100000\r\n')}some`)
  await new Promise((resolve) => setTimeout(resolve, 100))
  await assertServed('uploads')
  await closeAll()
})

test('an upload that waits for another one to give up its file holds no place', async () => {
  const narrow = await Server.start({ maxRequests: '1', maxOpenUploads: '1', maxWait: '1500ms' })
  try {
    const sessions = [locationOf(await startUpload(narrow, 'narrow')), locationOf(await startUpload(narrow, 'narrow'))]
    const { authorization } = authorizationOf(narrow, 'admin')
    const patches = await Promise.all(sessions.map(() => openRaw(narrow.address)))
    for (const [index, session] of sessions.entries()) {
      patches[index]?.socket.write(
        `PATCH ${session} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: 100000\r\n\r\nsome`,
      )
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.equal((await send(narrow, 'GET', '/v2/')).status, 200)
    assert.equal(patches[1]?.text(), '', 'it waits still')
    assert.match((await patches[1]?.until(/\r\n\r\n/)) ?? '', /^HTTP\/1\.1 503 /)
    patches[0]?.socket.write(Buffer.alloc(100_000 - 4))
    assert.match((await patches[0]?.until(/\r\n\r\n/)) ?? '', /^HTTP\/1\.1 202 /)
    const next = await send(narrow, 'PATCH', sessions[1] ?? '', { body: 'all' })
    assert.deepEqual([next.status, next.headers.range], [202, '0-2'], 'whose session stands, and whose file is free now')
    for (const each of patches) each.socket.destroy()
  } finally {
    await narrow.stop()
  }
})

test('requests in a row on one connection are answered in their order and take one turn at a time', async () => {
  const pulls = 40
  const connection = await open(head('GET', `/v2/busy/blobs/${layerDigest}`, '').repeat(pulls))
  connection.socket.pause()
  await new Promise((resolve) => setTimeout(resolve, 200))
  await assertServed('a row of pulls')
  await closeAll()
  const row = await open(
    Array.from({ length: 300 }, (_, index) =>
      head('GET', index % 3 === 0 ? '/v2/' : `/v2/busy/manifests/${index % 3 === 1 ? 'v1' : 'none'}`, ''),
    ).join(''),
  )
  assert.ok(await eventually(async () => statusesOf(row.text()).length === 300))
  assert.deepEqual(
    statusesOf(row.text()),
    Array.from({ length: 300 }, (_, index) => (index % 3 === 2 ? 404 : 200)),
  )
  const bytes = Buffer.from('in a row')
  const write = await open(
    `${head('POST', `/v2/row/blobs/uploads/?digest=${digestOf(bytes)}`, `Content-Length: ${bytes.length}\r\n`)}${bytes.toString()}` +
      head('GET', `/v2/row/blobs/${digestOf(bytes)}`, ''),
  )
  await write.until(/in a row$/)
  assert.deepEqual(statusesOf(write.text()), [201, 200], 'the second sees what the first did')
  await closeAll()
})

test('ready is told while there is room, and not while requests wait for it', async () => {
  assert.equal(await readyz(), 200)
  const full = await Server.start({ maxTransfers: '1', maxWait: '20s', admin: '127.0.0.1:0' })
  try {
    const digest = await pushBlob(full, 'full', layer)
    const pulls = await Promise.all([0, 1].map(() => openRaw(full.address)))
    const ask = `GET /v2/full/blobs/${digest} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorizationOf(full, 'admin').authorization}\r\n\r\n`
    const adminOf = async () => (await fetch(`http://${full.started.admin?.host}:${full.started.admin?.port}/readyz`)).status
    for (const { socket } of pulls) {
      socket.pause()
      socket.write(ask)
    }
    assert.ok(await eventually(async () => (await adminOf()) === 503), 'saturated')
    for (const { socket } of pulls) socket.destroy()
    assert.ok(await eventually(async () => (await adminOf()) === 200), 'and well again')
  } finally {
    await full.stop()
  }
})

for (const count of [520, 2000])
  test(`${count} strangers who announce a form and send none: the others are served, and the next ones too`, async () => {
    const usual = await Server.start({ maxWait: '500ms', admin: '127.0.0.1:0' })
    try {
      const image = await pushImage(usual, 'calm', 'v1')
      const sockets = await Promise.all(
        Array.from({ length: count }, async () => {
          const socket = connect(usual.address)
          socket.on('error', () => {})
          let text = ''
          socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')))
          await new Promise((resolve) => socket.once('connect', resolve))
          socket.write('POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n')
          return { socket, text: () => text }
        }),
      )
      const admin = usual.started.admin
      for (let round = 0; round < 5; round++) {
        assert.equal((await fetch(`http://${admin?.host}:${admin?.port}/readyz`)).status, 200)
        const as = await tokenFor(usual, 'repository:calm:pull')
        const pulled = await send(usual, 'GET', '/v2/calm/manifests/v1', { as })
        assert.ok(pulled.status === 200 && pulled.body.equals(image.manifest))
        const [layers] = image.layers
        const blob = await send(usual, 'GET', `/v2/calm/blobs/${digestOf(layers ?? '')}`, { as })
        assert.ok(blob.status === 200 && blob.body.equals(layers ?? Buffer.alloc(0)))
        const body = 'grant_type=password&service=localhost&username=a&password=b'
        const form = { 'content-type': 'application/x-www-form-urlencoded' }
        assert.equal(
          (await send(usual, 'POST', '/oauth2/token', { as: 'nobody', body, headers: form })).status,
          401,
          'a whole form is answered',
        )
      }
      const refused = () => sockets.filter(({ text }) => /^HTTP\/1\.1 503 [\s\S]*\r\nRetry-After: [1-9]/.test(text())).length
      assert.ok(await eventually(async () => refused() >= count - 256), `${refused()} of ${count} were sent away`)
      for (const { socket } of sockets) socket.destroy()
      assert.equal((await send(usual, 'GET', '/v2/')).status, 200)
    } finally {
      await usual.stop()
    }
  })

test('large manifests that do not come are few, and keep nobody from what is smaller', async () => {
  const large = 'Content-Length: 4000000\r\n'
  // An eighth of twelve transfers are two, one of which has three quarters of two.
  await open(head('PUT', '/v2/busy/manifests/large1', large, 'admin', '10.1.1.1'))
  await open(head('PUT', '/v2/busy/manifests/large2', 'Transfer-Encoding: chunked\r\n', 'admin', '10.1.1.1'))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const third = await open(head('PUT', '/v2/busy/manifests/large3', large, 'admin', '10.1.1.2'))
  assert.deepEqual(statusesOf(await third.until(/\r\n\r\n/)), [503])
  await assertServed('beside large manifests')
  await pushImage(server, 'busy', 'small')
  await closeAll()
  const fourth = await open(head('PUT', '/v2/busy/manifests/large4', large))
  fourth.socket.write('x'.repeat(4_000_000))
  assert.deepEqual(statusesOf(await fourth.until(/\r\n\r\n/)), [400])
  await closeAll()
})
