import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { patchChunk } from '../conformance/client.ts'
import { digestOf, locationOf, someBytes, startUpload } from '../world/content.ts'
import { openRaw } from '../world/raw.ts'
import { type Answer, authorizationOf, header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { uploadsAt } from './upload-scene.ts'

// A request whose connection is lost before its body has come: what came of it, and how its client goes on.
let server: Server
before(async () => {
  server = await Server.start()
})
after(() => server.stop())
const { finish, assertStored } = uploadsAt(() => server)

/** Sends the head and some of the body of a request, then tears the connection. */
async function tear(method: string, path: string, length: number, some: Uint8Array, reset: boolean, headers = ''): Promise<void> {
  const connection = await openRaw(server.address)
  const { authorization } = authorizationOf(server, 'admin')
  connection.socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n${headers}Content-Length: ${length}\r\n\r\n`,
  )
  if (some.length > 0) await new Promise((resolve) => connection.socket.write(some, resolve))
  await new Promise((resolve) => setTimeout(resolve, 15))
  if (reset) connection.socket.resetAndDestroy()
  else connection.socket.destroy()
}

/** What the session has once the torn request is settled; another request meanwhile is out of order. */
async function settled(session: string): Promise<number> {
  let before = -1
  for (let tries = 0; tries < 200; tries++) {
    const answer = await send(server, 'GET', session)
    assert.equal(answer.status, 204)
    const now = Number(header(answer, 'range').split('-')[1])
    if (now === before && tries > 3) return now
    before = now
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return before
}

/** As a client that is told that the torn request is not settled yet: it asks again where the session is, and goes on there. */
async function goingOn(attempt: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await attempt()
    if (answer.status !== 416 || tries === 20) return answer
  }
}

test('a lost connection: the client asks how far it came and goes on there', async () => {
  const bytes = someBytes(300_000)
  const session = locationOf(await startUpload(server, 'up'))
  assert.equal((await patchChunk(server, { ...(await send(server, 'GET', session)) }, bytes.subarray(0, 100_000), 0)).status, 202)
  await tear('PATCH', session, 200_000, bytes.subarray(100_000, 150_000), false)
  const put = await goingOn(async () => {
    const last = await settled(session)
    assert.ok(last === 99_999 || (last > 99_999 && last < 150_000), String(last))
    return finish(session, bytes, bytes.subarray(last + 1), { 'content-range': `${last + 1}-${bytes.length - 1}` })
  })
  assert.equal(put.status, 201, put.body.toString())
  await assertStored(bytes)
})

test('a lost connection: the client may also send the whole chunk again', async () => {
  const bytes = someBytes(300_000)
  const session = locationOf(await startUpload(server, 'up'))
  const first = await patchChunk(server, await send(server, 'GET', session), bytes.subarray(0, 100_000), 0)
  assert.equal(first.status, 202)
  await tear('PATCH', session, 200_000, bytes.subarray(100_000, 250_000), true, 'Content-Range: 100000-299999\r\n')
  const again = await goingOn(async () => {
    await settled(session)
    return patchChunk(server, first, bytes.subarray(100_000), 100_000)
  })
  assert.equal(again.status, 202, again.body.toString())
  assert.equal((await finish(session, bytes)).status, 201)
  await assertStored(bytes)
})

for (const method of ['PATCH', 'PUT'])
  test(`${method} torn at many places: never a wrong byte, and the session goes on`, async () => {
    const bytes = someBytes(200_000)
    for (const [index, at] of [0, 1, 2, 511, 512, 4095, 4096, 4097, 65_535, 65_536, 65_537, 131_072, 199_999].entries()) {
      const session = locationOf(await startUpload(server, 'up'))
      const path = method === 'PUT' ? `${session}?digest=${digestOf(bytes)}` : session
      await tear(method, path, bytes.length, bytes.subarray(0, at), index % 2 === 0)
      const put = await goingOn(async () => {
        const last = await settled(session)
        // "0-0" is nothing or one byte; a chunk that says where it starts finds out.
        const have = last === 0 ? 0 : last + 1
        assert.ok(have <= at, `${at}: ${have}`)
        return finish(session, bytes, bytes.subarray(have), { 'content-range': `${have}-${bytes.length - 1}` })
      })
      assert.equal(put.status, 201, `${at}: ${put.status} ${put.body.toString()}`)
      await assertStored(bytes)
      assert.equal((await send(server, 'DELETE', `/v2/up/blobs/${digestOf(bytes)}`)).status, 202)
    }
  })

test('a PUT of the whole blob that broke off is sent again as it was, at the URL that it had', async () => {
  for (const size of [3000, 200_000])
    for (const at of [1, size / 2, size - 1]) {
      const bytes = someBytes(size)
      const url = locationOf(await startUpload(server, 'up'), `digest=${digestOf(bytes)}`)
      await tear('PUT', url, size, bytes.subarray(0, at), at === 1)
      await settled(url)
      const again = await goingOn(() => send(server, 'PUT', url, { body: bytes }))
      assert.equal(again.status, 201, again.body.toString())
      await assertStored(bytes)
    }
})

test('a PUT that broke off and is read after what was sent later does not spoil that', async () => {
  for (const size of [300, 2_000_000]) {
    const bytes = someBytes(size)
    const session = locationOf(await startUpload(server, 'up'))
    const taken = await send(server, 'PATCH', session, { body: bytes, headers: { 'content-range': `0-${size - 1}` } })
    assert.equal(taken.status, 202)
    await tear('PUT', `${session}&digest=${digestOf(bytes)}`, size, bytes.subarray(0, size / 2), false)
    assert.ok((await settled(session)) >= size - 1)
    assert.equal((await finish(session, bytes)).status, 201)
    await assertStored(bytes)
  }
})

test('a PUT of the last bytes that broke off is sent again as it was, at the URL that it had', async () => {
  const bytes = someBytes(200_000)
  const first = await send(server, 'PATCH', locationOf(await startUpload(server, 'up')), { body: bytes.subarray(0, 50_000) })
  const url = locationOf(first, `digest=${digestOf(bytes)}`)
  await tear('PUT', url, 150_000, bytes.subarray(50_000, 120_000), false)
  await settled(url)
  const again = await goingOn(() => send(server, 'PUT', url, { body: bytes.subarray(50_000) }))
  assert.equal(again.status, 201, again.body.toString())
  await assertStored(bytes)
})

test('a small blob torn at many places: it is pushed again in the same session, in one piece or in several', async () => {
  for (const [index, at] of [0, 1, 100, 1499, 2999].entries()) {
    const bytes = someBytes(3000)
    const session = locationOf(await startUpload(server, 'up'))
    await tear('PUT', `${session}?digest=${digestOf(bytes)}`, bytes.length, bytes.subarray(0, at), index % 2 === 0)
    await settled(session)
    if (index % 2 === 1)
      assert.equal((await patchChunk(server, await send(server, 'GET', session), bytes.subarray(0, 1000), 0)).status, 202)
    const put = await finish(session, bytes, index % 2 === 1 ? bytes.subarray(1000) : bytes)
    assert.equal(put.status, 201, put.body.toString())
    await assertStored(bytes)
  }
})

test('a streamed PATCH that broke off is sent again as a whole, at the URL that it had', async () => {
  const bytes = someBytes(200_000)
  const first = locationOf(await startUpload(server, 'again'))
  await tear('PATCH', first, bytes.length, bytes.subarray(0, 150_000), true)
  const again = await goingOn(async () => {
    await settled(first)
    return send(server, 'PATCH', first, { body: bytes })
  })
  assert.deepEqual([again.status, header(again, 'range')], [202, '0-199999'])
  assert.equal((await send(server, 'PUT', locationOf(again, `digest=${digestOf(bytes)}`))).status, 201)
  await assertStored(bytes, 'again')
})
