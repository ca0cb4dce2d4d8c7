import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { patchChunk } from '../conformance/client.ts'
import { digestOf, locationOf, pushImage, someBytes, startUpload, tokenFor } from '../world/content.ts'
import { openRaw, statusesOf } from '../world/raw.ts'
import { type Answer, authorizationOf, errorCode, header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { uploadsAt } from './upload-scene.ts'

let server: Server
before(async () => {
  server = await Server.start({ largestBlob: '8MiB' })
})
after(() => server.stop())
const { finish, statusOf, assertStored } = uploadsAt(() => server)

for (const method of ['PATCH', 'PUT'])
  test(`a ${method} that was taken and not answered in time is sent again: it is told what came of the first`, async () => {
    for (const [index, size] of [8000, 2_000_000, 2_000_000, 2_000_000].entries()) {
      const bytes = someBytes(size)
      const session = locationOf(await startUpload(server, 'up'))
      const url = method === 'PUT' ? `${session}&digest=${digestOf(bytes)}` : session
      const first = send(server, method, url, { body: bytes })
      await new Promise((resolve) => setTimeout(resolve, index * 4))
      const again = await send(server, method, url, { body: bytes })
      const both = [(await first).status, again.status]
      const good = method === 'PUT' ? 201 : 202
      // While the first one's bytes still come the second one is out of order.
      assert.ok(both.includes(good) && both.every((status) => status === good || status === 416), both.join())
      if (method === 'PATCH') assert.equal((await finish(session.replace('?offset=0', ''), bytes)).status, 201)
      await assertStored(bytes)
    }
  })

test('an exact repeat of the last chunk succeeds and adds nothing', async () => {
  const bytes = someBytes(3000)
  let session: Answer = await startUpload(server, 'up')
  session = await patchChunk(server, session, bytes.subarray(0, 1000), 0)
  session = await patchChunk(server, session, bytes.subarray(1000, 2000), 1000)
  for (let i = 0; i < 2; i++) {
    const again = await patchChunk(server, session, bytes.subarray(1000, 2000), 1000)
    assert.deepEqual([again.status, header(again, 'range')], [202, '0-1999'])
  }
  assert.equal((await patchChunk(server, session, bytes.subarray(0, 1000), 0)).status, 416, 'an older one is out of order')
  assert.equal((await finish(locationOf(session), bytes, bytes.subarray(2000))).status, 201)
  await assertStored(bytes)
})

/** A PATCH as docker sends it: chunked, and nothing that says where it belongs but its URL. */
const stream = (url: string, body: string): Promise<Answer> =>
  send(server, 'PATCH', url, {
    body: (async function* () {
      yield Buffer.from(body)
    })(),
  })

for (const kind of ['with its length', 'in chunks'] as const) {
  const patch = (url: string, body: string) => (kind === 'in chunks' ? stream(url, body) : send(server, 'PATCH', url, { body }))

  test(`a streamed PATCH that is sent again ${kind} adds nothing, whenever it is repeated`, async () => {
    const bytes = Buffer.from('abcdefgh')
    const first = await startUpload(server, 'again')
    const one = await patch(locationOf(first), 'abcd')
    assert.deepEqual([one.status, header(one, 'range')], [202, '0-3'])
    const again = await patch(locationOf(first), 'abcd')
    assert.deepEqual([again.status, header(again, 'range'), locationOf(again)], [202, '0-3', locationOf(one)])
    for (const other of ['abc', 'abcde', 'abcx', '']) {
      const answer = await patch(locationOf(first), other)
      assert.deepEqual([answer.status, errorCode(answer), header(answer, 'range')], [416, 'BLOB_UPLOAD_INVALID', '0-3'], other)
    }
    const two = await patch(locationOf(one), 'efgh')
    assert.deepEqual([two.status, header(two, 'range')], [202, '0-7'])
    const older = await patch(locationOf(first), 'abcd')
    assert.deepEqual([older.status, header(older, 'range')], [416, '0-7'], 'a chunk before the last one')
    assert.equal((await patch(locationOf(one), 'efgh')).status, 202)
    assert.equal((await send(server, 'PUT', locationOf(two, `digest=${digestOf(bytes)}`))).status, 201)
    await assertStored(bytes, 'again')
  })
}

test('a client that stays with its first URL: ranges say where, a closing PUT does not look at the offset', async () => {
  const bytes = Buffer.from('abcdefgh')
  const close = (url: string, body = '') => send(server, 'PUT', url, { body })
  const ranged = await startUpload(server, 'stays')
  for (const start of [0, 4]) assert.equal((await patchChunk(server, ranged, bytes.subarray(start, start + 4), start)).status, 202)
  assert.equal((await close(locationOf(ranged, `digest=${digestOf(bytes)}`))).status, 201)
  const streamed = await startUpload(server, 'stays')
  assert.equal((await stream(locationOf(streamed), 'abcd')).status, 202)
  const other = await stream(locationOf(streamed), 'efgh')
  assert.deepEqual([other.status, header(other, 'range')], [416, '0-3'], 'other bytes at an old URL are no repeat')
  assert.equal((await close(locationOf(streamed, `digest=${digestOf(bytes)}`), 'efgh')).status, 201, 'the session stood')
  await assertStored(bytes, 'stays')
})

test('a URL made of the session alone goes on where the session is; one that was never given out names none', async () => {
  const bytes = Buffer.from('abcdabcd')
  const started = await startUpload(server, 'bare')
  const bare = `/v2/bare/blobs/uploads/${header(started, 'docker-upload-uuid')}`
  for (const range of ['0-3', '0-7']) {
    const answer = await stream(bare, 'abcd')
    assert.deepEqual([answer.status, header(answer, 'range')], [202, range])
  }
  for (const offset of ['', 'x', '-1', '00', '1e3', '9'.repeat(20)])
    for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
      const answer = await send(server, method, `${bare}?offset=${offset}&digest=${digestOf(bytes)}`)
      assert.deepEqual([answer.status, errorCode(answer)], [404, 'BLOB_UPLOAD_UNKNOWN'], `${method} ${offset}`)
    }
  const beyond = await stream(`${bare}?offset=9`, 'x')
  assert.deepEqual([beyond.status, header(beyond, 'range')], [416, '0-7'])
  for (const body of ['', 'x']) {
    const closing = await send(server, 'PUT', `${bare}?offset=9&digest=${digestOf(bytes)}`, { body })
    assert.deepEqual([closing.status, header(closing, 'range')], [416, '0-7'])
  }
  for (const url of [`${locationOf(started)}?digest=${digestOf(bytes)}`, locationOf(started, `digest=${digestOf(bytes)}`)])
    assert.equal((await send(server, 'PUT', url)).status, 201, 'scripts add a digest with ? or with &')
  await assertStored(bytes, 'bare')
})

test('a repeat of the finished PUT is answered as the first; with another digest the session is unknown', async () => {
  const bytes = someBytes(500)
  const session = locationOf(await startUpload(server, 'up'))
  for (let i = 0; i < 3; i++) {
    const put = await finish(session, bytes, bytes)
    assert.deepEqual([put.status, header(put, 'docker-content-digest')], [201, digestOf(bytes)])
  }
  assert.equal((await finish(session, someBytes(1))).status, 404)
  assert.equal((await send(server, 'PATCH', session, { body: 'x' })).status, 404)
  await assertStored(bytes)
})

test('out of order: 416 with the Range that the session has, which stands', async () => {
  const bytes = someBytes(2000)
  const first = await patchChunk(server, await startUpload(server, 'up'), bytes.subarray(0, 1000), 0)
  for (const [start, length] of [
    [1001, 10],
    [999, 10],
    [500, 500],
    [5000, 10],
    [0, 1001],
  ] as const) {
    const answer = await patchChunk(server, first, bytes.subarray(0, length), start)
    assert.deepEqual([answer.status, errorCode(answer), header(answer, 'range')], [416, 'BLOB_UPLOAD_INVALID', '0-999'], `${start}`)
  }
  assert.equal(await statusOf(locationOf(first)), '204 0-999')
  assert.equal((await finish(locationOf(first), bytes, bytes.subarray(1000))).status, 201)
  await assertStored(bytes)
})

test('two writers on one session: one of them wins each time, and the bytes are right', async () => {
  for (let round = 0; round < 10; round++) {
    const bytes = someBytes(400_000)
    const session = await startUpload(server, 'up')
    const both = await Promise.all([patchChunk(server, session, bytes, 0), patchChunk(server, session, bytes, 0)])
    const statuses = both.map((each) => each.status).sort()
    assert.ok(statuses.every((status) => status === 202 || status === 416) && statuses.includes(202), statuses.join())
    assert.equal((await finish(locationOf(session), bytes)).status, 201)
    await assertStored(bytes)
  }
})

test('a chunk that is shorter or longer than it says is refused, and the session stands', async () => {
  const bytes = someBytes(1000)
  const session = locationOf(await startUpload(server, 'up'))
  for (const range of ['0-9', '0-1000', '0-99999']) {
    const answer = await send(server, 'PATCH', session, { body: bytes, headers: { 'content-range': range } })
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'SIZE_INVALID'], range)
  }
  assert.equal((await finish(session, bytes, bytes)).status, 201)
})

test('a wrong digest ends the session', async () => {
  const session = locationOf(await startUpload(server, 'up'))
  const answer = await send(server, 'PUT', `${session}?digest=${digestOf('other')}`, { body: 'this' })
  assert.deepEqual([answer.status, errorCode(answer)], [400, 'DIGEST_INVALID'])
  assert.equal((await send(server, 'GET', session)).status, 404)
})

test('cancel: the session is gone for each request', async () => {
  const first = await patchChunk(server, await startUpload(server, 'up'), someBytes(100), 0)
  assert.equal((await send(server, 'DELETE', locationOf(first))).status, 204)
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const answer = await send(server, method, locationOf(first))
    assert.deepEqual([answer.status, errorCode(answer)], [404, 'BLOB_UPLOAD_UNKNOWN'], method)
  }
})

test('a session belongs to its repository; an id that is none is unknown', async () => {
  const path = locationOf(await startUpload(server, 'up'))
  await pushImage(server, 'elsewhere', 'v1')
  for (const other of [
    path.replace('/up/', '/elsewhere/'),
    path.replace('/up/', '/none/'),
    path.slice(0, -1),
    `${path}0`,
    path.replace(/[^/]+$/, 'x'),
    path.replace(/[^/]+$/, '..%2f..'),
  ])
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const answer = await send(server, method, other)
      assert.equal(answer.status, 404, `${method} ${other}`)
    }
  const another = await tokenFor(server, 'repository:up:pull,push')
  assert.equal((await send(server, 'GET', path, { as: another })).status, 204, 'the same principal by another token')
})

test('a blob beyond the largest is refused, by its length or when it gets there', async () => {
  const announced = await send(server, 'POST', `/v2/up/blobs/uploads/?digest=${digestOf('x')}`, { body: Buffer.alloc(9 * 1024 * 1024) })
  assert.deepEqual([announced.status, errorCode(announced)], [413, 'SIZE_INVALID'])
  const session = locationOf(await startUpload(server, 'up'))
  const beyond = await send(server, 'PATCH', session, { body: 'x', headers: { 'content-range': `0-${9 * 1024 * 1024}` } })
  assert.ok([400, 413].includes(beyond.status))
})

test('requests one after the other on one connection keep their order and their bodies apart', async () => {
  const connection = await openRaw(server.address)
  const { authorization } = authorizationOf(server, 'admin')
  const one = (method: string, path: string, body: string) =>
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const bodies = ['first', 'second', 'third']
  connection.socket.write(bodies.map((body) => one('POST', `/v2/pipe/blobs/uploads/?digest=${digestOf(body)}`, body)).join(''))
  for (let tries = 0; tries < 300 && statusesOf(connection.text()).length < 3; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(statusesOf(connection.text()), [201, 201, 201])
  connection.socket.destroy()
})
