import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { checksumBlock } from '#ports/blob-store.ts'
import { digestOf, locationOf, pushBlob, someBytes, startUpload } from '../world/content.ts'
import { type Answer, authorizationOf, errorCode, header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { type StoredBytes, storedBytes } from '../world/stored-bytes.ts'

let server: Server
before(async () => {
  server = await Server.start({ largestBlob: '8MiB', smallBlob: '0' })
})
after(() => server.stop())

const blobPath = (digest: string) => `/v2/b/blobs/${digest}`

/** Reads as a client does that wants to know how the answer ended. */
function pull(digest: string): Promise<{ status: number; bytes: number; whole: boolean; length: number }> {
  return new Promise((resolve, reject) => {
    const { host, port } = server.address
    const outgoing = request(
      { host, port, path: blobPath(digest), headers: authorizationOf(server, 'admin'), agent: false },
      (response) => {
        let bytes = 0
        response.on('data', (piece: Buffer) => (bytes += piece.length))
        response.on('error', () => {})
        response.on('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            bytes,
            whole: response.complete,
            length: Number(response.headers['content-length']),
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

test('ETag: If-None-Match answers 304 without a body, as a list, weakly, and with *', async () => {
  const digest = await pushBlob(server, 'b', someBytes(100))
  const tag = `"${digest}"`
  assert.equal(header(await send(server, 'GET', blobPath(digest)), 'etag'), tag)
  for (const value of [tag, `W/${tag}`, `"x", ${tag}`, '*'])
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(server, method, blobPath(digest), { headers: { 'if-none-match': value } })
      assert.deepEqual([answer.status, answer.body.length, header(answer, 'docker-content-digest')], [304, 0, digest], value)
    }
  for (const value of ['"x"', `"${digestOf('other')}"`])
    assert.equal((await send(server, 'GET', blobPath(digest), { headers: { 'if-none-match': value } })).status, 200)
  const missing = await send(server, 'GET', blobPath(digestOf('none')), { headers: { 'if-none-match': '*' } })
  assert.equal(missing.status, 404)
})

test('headers of a blob: cacheable for good, downloadable, never a page', async () => {
  const bytes = Buffer.from('<html><script>1</script>')
  const answer = await send(server, 'GET', blobPath(await pushBlob(server, 'b', bytes)))
  for (const [name, value] of [
    ['content-type', 'application/octet-stream'],
    ['content-disposition', 'attachment'],
    ['x-content-type-options', 'nosniff'],
    ['accept-ranges', 'bytes'],
    ['cache-control', 'private, max-age=31536000, immutable'],
    ['content-length', String(bytes.length)],
  ] as const)
    assert.equal(header(answer, name), value)
})

test('ranges over the edges of the blocks that the disk is read in', async () => {
  const block = checksumBlock
  const bytes = someBytes(3 * block + 17)
  const digest = await pushBlob(server, 'b', bytes)
  for (const [start, end] of [
    [0, 0],
    [0, block - 1],
    [block - 1, block],
    [block, block],
    [block, 2 * block],
    [1, 3 * block + 16],
    [3 * block, 3 * block + 16],
    [3 * block + 16, 3 * block + 16],
  ] as const) {
    const answer = await send(server, 'GET', blobPath(digest), { headers: { range: `bytes=${start}-${end}` } })
    assert.deepEqual([answer.status, header(answer, 'content-range')], [206, `bytes ${start}-${end}/${bytes.length}`])
    assert.ok(answer.body.equals(bytes.subarray(start, end + 1)), `${start}-${end}`)
  }
  assert.ok((await send(server, 'GET', blobPath(digest))).body.equals(bytes))
})

test('a blob without bytes has no range', async () => {
  const digest = await pushBlob(server, 'b', Buffer.alloc(0))
  const whole = await send(server, 'GET', blobPath(digest))
  assert.deepEqual([whole.status, header(whole, 'content-length')], [200, '0'])
  for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-1'])
    assert.equal((await send(server, 'GET', blobPath(digest), { headers: { range } })).status, 416, range)
})

for (const [where, at, times] of [
  ['the first block', 5, 0],
  ['a later block', 1024 * 1024 + 5, 0],
  ['the first block of what was read just now', 5, 2],
  ['a later block of what was read just now', 1024 * 1024 + 5, 2],
] as const)
  test(`wrong bytes where they lie, in ${where}: the answer never completes; then 404; a new push heals`, async () => {
    const bytes = someBytes(2 * 1024 * 1024)
    const digest = await pushBlob(server, 'b', bytes)
    for (let reading = 0; reading < times; reading++) assert.equal((await pull(digest)).whole, true)
    const stored = await storedBytes(server.dataDir, bytes)
    const damaged = Buffer.from(bytes)
    damaged[at] = (damaged[at] ?? 0) ^ 0x40
    await stored.write(damaged)
    const broken = await pull(digest)
    assert.equal(broken.whole, false, 'the client sees that it is not whole')
    assert.ok(broken.bytes <= at, 'no wrong byte went')
    for (const method of ['HEAD', 'GET']) assert.equal((await send(server, method, blobPath(digest))).status, 404, method)
    assert.equal(await pushBlob(server, 'b', bytes), digest)
    assert.ok((await send(server, 'GET', blobPath(digest))).body.equals(bytes))
  })

for (const [name, damage] of [
  ['shorter', (stored: StoredBytes, bytes: Buffer) => stored.write(bytes.subarray(0, 1000))],
  ['gone', (stored: StoredBytes) => stored.remove()],
] as const)
  test(`an object that is ${name}: no complete answer, then 404, and a new push heals`, async () => {
    const bytes = someBytes(150_000)
    const digest = await pushBlob(server, 'b', bytes)
    await damage(await storedBytes(server.dataDir, bytes), bytes)
    const first = await pull(digest)
    assert.ok(first.status === 404 || !first.whole)
    assert.equal((await send(server, 'HEAD', blobPath(digest))).status, 404)
    await pushBlob(server, 'b', bytes)
    assert.ok((await send(server, 'GET', blobPath(digest))).body.equals(bytes))
  })

test('a client that goes away in the middle of a download takes nothing down', async () => {
  const bytes = someBytes(6 * 1024 * 1024)
  const digest = await pushBlob(server, 'b', bytes)
  const { host, port } = server.address
  for (let i = 0; i < 20; i++)
    await new Promise<void>((resolve) => {
      const outgoing = request(
        { host, port, path: blobPath(digest), headers: authorizationOf(server, 'admin'), agent: false },
        (response) => {
          response.once('data', () => outgoing.destroy())
          response.on('error', () => {})
          response.on('close', resolve)
        },
      )
      outgoing.on('error', () => {})
      outgoing.end()
    })
  assert.ok((await send(server, 'GET', blobPath(digest))).body.equals(bytes))
})

test('the largest blob holds for a body in chunks too, which does not say its length', async () => {
  const piece = someBytes(1024 * 1024)
  async function* nine(): AsyncIterable<Uint8Array> {
    for (let i = 0; i < 9; i++) yield piece
  }
  const session = locationOf(await startUpload(server, 'b'))
  const answer: Answer = await send(server, 'PATCH', session, { body: nine() })
  assert.deepEqual([answer.status, errorCode(answer)], [413, 'SIZE_INVALID'])
})
