import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type Algorithm, digestOf, locationOf, startUpload } from '../world/content.ts'
import { type Answer, errorCode, header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { assertBlob, assertPullable, patchChunk, postPut } from './client.ts'

let server: Server
before(async () => {
  server = await Server.start()
})
after(() => server.stop())

const repository = 'conformance/blobs'
const elsewhere = 'conformance/elsewhere'

type Push = (bytes: Buffer, algorithm: Algorithm, digest: string) => Promise<Answer>

const begin = (algorithm: Algorithm) =>
  send(server, 'POST', `/v2/${repository}/blobs/uploads/${algorithm === 'sha256' ? '' : `?digest-algorithm=${algorithm}`}`)

async function* inPieces(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
}

const closing = (session: Answer, digest: string) => send(server, 'PUT', locationOf(session, `digest=${digest}`))

/** Each way in which the specification lets a blob be pushed. */
const ways: Readonly<Record<string, Push>> = {
  'post only': (bytes, _algorithm, digest) =>
    send(server, 'POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
      body: bytes,
      headers: { 'content-type': 'application/octet-stream' },
    }),
  'post+put': (bytes, algorithm, digest) => postPut(server, repository, bytes, algorithm, digest),
  'chunked single': async (bytes, algorithm, digest) => {
    const patched = await patchChunk(server, await begin(algorithm), bytes, 0)
    assert.equal(patched.status, 202)
    assert.equal(header(patched, 'range'), `0-${bytes.length - 1}`)
    return closing(patched, digest)
  },
  'chunked multi': async (bytes, algorithm, digest) => {
    let session = await begin(algorithm)
    for (let at = 0; at < bytes.length; at += 1000) {
      session = await patchChunk(server, session, bytes.subarray(at, at + 1000), at)
      assert.equal(session.status, 202)
      assert.equal(header(session, 'range'), `0-${Math.min(bytes.length, at + 1000) - 1}`)
    }
    return closing(session, digest)
  },
  'chunked multi and put chunk': async (bytes, algorithm, digest) => {
    const session = await patchChunk(server, await begin(algorithm), bytes.subarray(0, 1000), 0)
    assert.equal(session.status, 202)
    return send(server, 'PUT', locationOf(session, `digest=${digest}`), {
      body: bytes.subarray(1000),
      headers: { 'content-range': `1000-${bytes.length - 1}` },
    })
  },
  'chunked out-of-order': async (bytes, algorithm, digest) => {
    let session = await begin(algorithm)
    const [first, second] = [bytes.subarray(0, 1000), bytes.subarray(1000)]
    assert.equal((await patchChunk(server, session, second, 1000)).status, 416, 'the first chunk begins with 0')
    session = await patchChunk(server, session, first, 0)
    assert.equal(session.status, 202)
    assert.equal((await patchChunk(server, session, second, 1500)).status, 416, 'no gap')
    const status = await send(server, 'GET', locationOf(session))
    assert.equal(status.status, 204)
    assert.equal(header(status, 'range'), '0-999')
    assert.ok(header(status, 'location'))
    session = await patchChunk(server, status, second, 1000)
    assert.equal(session.status, 202)
    return closing(session, digest)
  },
  'chunked out-of-order and put chunk': async (bytes, algorithm, digest) => {
    const session = await patchChunk(server, await begin(algorithm), bytes.subarray(0, 1000), 0)
    const last = bytes.subarray(1000)
    const put = (start: number) =>
      send(server, 'PUT', locationOf(session, `digest=${digest}`), {
        body: last,
        headers: { 'content-range': `${start}-${start + last.length - 1}` },
      })
    assert.equal((await put(1500)).status, 416)
    return put(1000)
  },
  stream: async (bytes, algorithm, digest) => {
    const patched = await send(server, 'PATCH', locationOf(await begin(algorithm)), { body: inPieces(bytes) })
    assert.equal(patched.status, 202)
    assert.equal(header(patched, 'range'), `0-${bytes.length - 1}`)
    return closing(patched, digest)
  },
}

async function assertPushed(answer: Answer, bytes: Buffer, digest: string): Promise<void> {
  assert.equal(answer.status, 201, answer.body.toString())
  assert.equal(header(answer, 'docker-content-digest'), digest)
  await assertPullable(server, answer, bytes)
}

/** DELETE answers 202, and from then on nothing is there. */
async function assertDeletable(name: string, digest: string): Promise<void> {
  assert.equal((await send(server, 'DELETE', `/v2/${name}/blobs/${digest}`)).status, 202)
  for (const method of ['HEAD', 'GET', 'DELETE'])
    assert.equal((await send(server, method, `/v2/${name}/blobs/${digest}`)).status, 404, `${method} after DELETE`)
}

for (const algorithm of ['sha256', 'sha512'] as const)
  describe(`${algorithm} blobs`, () => {
    test('missing: get, head and delete', async () => {
      const digest = digestOf(randomBytes(9), algorithm)
      for (const method of ['HEAD', 'GET', 'DELETE'])
        assert.equal((await send(server, method, `/v2/${repository}/blobs/${digest}`)).status, 404, method)
    })

    for (const [name, push] of Object.entries(ways))
      test(`${name}: push, head, get, delete`, async () => {
        const bytes = randomBytes(2048)
        const digest = digestOf(bytes, algorithm)
        await assertPushed(await push(bytes, algorithm, digest), bytes, digest)
        await assertBlob(server, repository, bytes, algorithm)
        await assertDeletable(repository, digest)
      })

    for (const name of ['post only', 'post+put', 'chunked multi', 'chunked multi and put chunk', 'stream'])
      test(`${name} with a wrong digest is refused and leaves nothing`, async () => {
        const bytes = randomBytes(2048)
        const digest = digestOf(randomBytes(5), algorithm)
        const answer = await (ways[name] as Push)(bytes, algorithm, digest)
        assert.equal(answer.status, 400)
        assert.equal(errorCode(answer), 'DIGEST_INVALID')
        for (const each of [digest, digestOf(bytes, algorithm)])
          assert.equal((await send(server, 'HEAD', `/v2/${repository}/blobs/${each}`)).status, 404)
      })

    test('mount: a blob of another repository', async () => {
      const bytes = randomBytes(500)
      const digest = digestOf(bytes, algorithm)
      assert.equal((await postPut(server, elsewhere, bytes, algorithm)).status, 201)
      const mounted = await send(server, 'POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${elsewhere}`)
      await assertPushed(mounted, bytes, digest)
      await assertDeletable(elsewhere, digest)
      await assertBlob(server, repository, bytes, algorithm)
      await assertDeletable(repository, digest)
    })

    test('mount anonymous: without a source, whichever repository has it', async () => {
      const bytes = randomBytes(500)
      const digest = digestOf(bytes, algorithm)
      assert.equal((await postPut(server, elsewhere, bytes, algorithm)).status, 201)
      await assertPushed(await send(server, 'POST', `/v2/${repository}/blobs/uploads/?mount=${digest}`), bytes, digest)
      await assertBlob(server, repository, bytes, algorithm)
      await assertDeletable(repository, digest)
      await assertDeletable(elsewhere, digest)
    })

    test('mount missing: becomes an upload', async () => {
      const bytes = randomBytes(500)
      const digest = digestOf(bytes, algorithm)
      const session = await send(server, 'POST', `/v2/${repository}/blobs/uploads/?mount=${digest}&from=${elsewhere}`)
      assert.equal(session.status, 202)
      const put = await send(server, 'PUT', locationOf(session, `digest=${digest}`), { body: bytes })
      await assertPushed(put, bytes, digest)
      await assertBlob(server, repository, bytes, algorithm)
      await assertDeletable(repository, digest)
    })

    test('cancel: the session ends, and only once', async () => {
      const session = await startUpload(server, repository)
      assert.equal((await send(server, 'DELETE', locationOf(session))).status, 204)
      assert.equal((await send(server, 'GET', locationOf(session))).status, 404)
      assert.equal((await send(server, 'DELETE', locationOf(session))).status, 404)
      const digest = digestOf(Buffer.alloc(1), algorithm)
      assert.equal((await send(server, 'PUT', locationOf(session, `digest=${digest}`), { body: Buffer.alloc(1) })).status, 404)
    })

    for (const [name, bytes] of [
      ['empty', Buffer.alloc(0)],
      ['empty JSON', Buffer.from('{}')],
    ] as const)
      test(`${name} blob: push, head, get, delete`, async () => {
        const digest = digestOf(bytes, algorithm)
        await assertPushed(await postPut(server, repository, bytes, algorithm), bytes, digest)
        await assertBlob(server, repository, bytes, algorithm)
        await assertDeletable(repository, digest)
      })

    test('ranges: from, from-to, last, beyond the end, backwards', async () => {
      const bytes = randomBytes(4096)
      const digest = digestOf(bytes, algorithm)
      assert.equal((await postPut(server, repository, bytes, algorithm)).status, 201)
      for (const [range, start, end] of [
        ['bytes=500-1499', 500, 1499],
        ['bytes=500-', 500, 4095],
        ['bytes=-500', 3596, 4095],
        ['bytes=2000-5000', 2000, 4095],
      ] as const) {
        const answer = await send(server, 'GET', `/v2/${repository}/blobs/${digest}`, { headers: { range } })
        assert.equal(answer.status, 206, range)
        assert.equal(header(answer, 'content-range'), `bytes ${start}-${end}/4096`, range)
        assert.ok(answer.body.equals(bytes.subarray(start, end + 1)), range)
      }
      // RFC 9110 §14.1.1, §14.2: a range that is no range may be ignored or refused; one beyond the end is refused.
      const backwards = await send(server, 'GET', `/v2/${repository}/blobs/${digest}`, { headers: { range: 'bytes=500-0' } })
      assert.ok([200, 416].includes(backwards.status))
      const beyond = await send(server, 'GET', `/v2/${repository}/blobs/${digest}`, { headers: { range: 'bytes=5000-10000' } })
      assert.equal(beyond.status, 416)
      await assertDeletable(repository, digest)
    })
  })
