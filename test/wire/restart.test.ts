import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually, patchChunk } from '../conformance/client.ts'
import { ChildServer } from '../world/child.ts'
import { digestOf, locationOf, makeImage, pushBlob, pushImage, someBytes, startUpload, tokenFor } from '../world/content.ts'
import { openRaw, statusesOf } from '../world/raw.ts'
import { authorizationOf, header, json, send } from '../world/send.ts'

let server: ChildServer
before(async () => {
  server = await ChildServer.start({ LONGSHORE_SHUTDOWN_GRACE: '5s' })
})
after(() => server.stop())

test('killed between two chunks: the upload goes on where it was acknowledged', async () => {
  const bytes = someBytes(3_000_000)
  const session = await patchChunk(server, await startUpload(server, 'up'), bytes.subarray(0, 2_000_000), 0)
  assert.equal(session.status, 202)
  await server.end('SIGKILL')
  await server.up()
  const status = await send(server, 'GET', locationOf(session))
  assert.deepEqual([status.status, header(status, 'range')], [204, '0-1999999'])
  const last = await patchChunk(server, status, bytes.subarray(2_000_000), 2_000_000)
  assert.equal(last.status, 202)
  assert.equal((await send(server, 'PUT', locationOf(last, `digest=${digestOf(bytes)}`))).status, 201)
  assert.ok((await send(server, 'GET', `/v2/up/blobs/${digestOf(bytes)}`)).body.equals(bytes))
})

test('killed in the middle of a chunk: no acknowledged byte is lost and no other is kept', async () => {
  const bytes = someBytes(3_000_000)
  const session = await patchChunk(server, await startUpload(server, 'up'), bytes.subarray(0, 1_000_000), 0)
  const connection = await openRaw(server.address)
  connection.socket.write(
    `PATCH ${locationOf(session)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorizationOf(server, 'admin').authorization}\r\nContent-Length: 2000000\r\n\r\n`,
  )
  connection.socket.write(bytes.subarray(1_000_000, 2_500_000))
  await new Promise((resolve) => setTimeout(resolve, 100))
  connection.socket.on('error', () => {})
  await server.end('SIGKILL')
  connection.socket.destroy()
  await server.up()
  const status = await send(server, 'GET', locationOf(session))
  assert.deepEqual([status.status, header(status, 'range')], [204, '0-999999'])
  const put = await send(server, 'PUT', locationOf(session, `digest=${digestOf(bytes)}`), { body: bytes.subarray(1_000_000) })
  assert.equal(put.status, 201)
  assert.ok((await send(server, 'GET', `/v2/up/blobs/${digestOf(bytes)}`)).body.equals(bytes))
})

test('killed right after a push was answered: all of it is there, tokens too', async () => {
  const image = await pushImage(server, 'kept', 'v1')
  const token = await tokenFor(server, 'repository:kept:pull')
  await server.end('SIGKILL')
  await server.up()
  for (const reference of ['v1', image.digest])
    assert.ok((await send(server, 'GET', `/v2/kept/manifests/${reference}`, { as: token })).body.equals(image.manifest))
  for (const blob of [image.config, ...image.layers])
    assert.ok((await send(server, 'GET', `/v2/kept/blobs/${digestOf(blob)}`, { as: token })).body.equals(blob))
})

test('a graceful stop lets what runs end, takes nothing new, and leaves with 0', async () => {
  const bytes = someBytes(2_000_000)
  const connection = await openRaw(server.address)
  connection.socket.write(
    `POST /v2/drain/blobs/uploads/?digest=${digestOf(bytes)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorizationOf(server, 'admin').authorization}\r\nContent-Length: ${bytes.length}\r\nExpect: 100-continue\r\n\r\n`,
  )
  assert.deepEqual(statusesOf(await connection.until(/\r\n\r\n/)), [100], 'it is at work')
  connection.socket.write(bytes.subarray(0, 500_000))
  const { address } = server
  const ended = server.end('SIGTERM')
  const isRefused = async () => {
    const another = await openRaw(address).catch(() => undefined)
    another?.socket.destroy()
    return another === undefined
  }
  assert.ok(await eventually(isRefused), 'no new connection')
  connection.socket.write(bytes.subarray(500_000))
  assert.deepEqual(statusesOf(await connection.until(/ 201 [^]*\r\n\r\n/)), [100, 201])
  connection.socket.destroy()
  assert.deepEqual(await ended, { code: 0, signal: null })
  await server.up()
  assert.ok((await send(server, 'GET', `/v2/drain/blobs/${digestOf(bytes)}`)).body.equals(bytes))
})

test('H1 zot CVE-2025-48374: the log is one JSON line a request, and no secret is in it', async () => {
  const from = server.log.length
  const form = {
    grant_type: 'password',
    username: server.user,
    password: server.password,
    service: server.loginServer,
  }
  const granted = await send(server, 'POST', '/oauth2/token', {
    as: 'nobody',
    body: new URLSearchParams({ ...form, scope: 'repository:log:pull,push' }).toString(),
  })
  const { access_token: access } = json<{ access_token: string }>(granted)
  await pushImage(server, 'log', 'v1', makeImage(), { token: access })
  await send(server, 'GET', '/v2/', { as: { user: '00000000-0000-0000-0000-000000000000', password: access } })
  const guesses = ['hunter2-wrong-password', 'Bearer.token-that.is-bad']
  await send(server, 'GET', '/v2/', { as: { user: 'mallory', password: guesses[0] ?? '' } })
  await send(server, 'GET', '/v2/', { as: { token: guesses[1] ?? '' } })
  await send(server, 'GET', `/v2/log/tags/list?n=1&sig=query-signature&password=query-password`)
  await send(server, 'GET', `/oauth2/token?service=${server.loginServer}&password=query-password`)
  for (const path of ['/v2/a%0d%0a{"level":99}/manifests/x', '/v2/log/manifests/%1b[2J', '/v2/%22,%22x%22:%22/tags/list'])
    await send(server, 'GET', path)
  await send(server, 'GET', '/v2/', { headers: { 'user-agent': 'agent","level":99,"x":"', 'x-api-key': 'header-secret' } })
  await pushBlob(server, 'log', someBytes())
  await send(server, 'GET', '/v2/log/manifests/the-last-line')
  assert.ok(await eventually(async () => /the-last-line.*\n$/.test(server.log)))
  const log = server.log.slice(from)
  const lines = log.split('\n').filter((line) => line !== '')
  const requests = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.ok(requests.length > 12)
  assert.ok(requests.every((line) => typeof line.level === 'number' && line.level < 60))
  const refused = requests.find((line) => line.status === 401)
  assert.ok(refused?.correlationId && refused.failure === 'unauthorized')
  const pushed = requests.find((line) => line.method === 'PUT' && line.status === 201)
  assert.deepEqual([pushed?.repository, pushed?.principal, pushed?.path], ['log', server.user, '/v2/log/manifests/v1'])
  const basicText = Buffer.from(`${server.user}:${server.password}`).toString('base64')
  for (const secret of [
    server.password,
    basicText,
    access,
    access.split('.')[2],
    ...guesses,
    'query-signature',
    'query-password',
    'header-secret',
  ])
    assert.ok(secret && !server.log.includes(secret), `${secret?.slice(0, 12)}… stands in the log`)
})
