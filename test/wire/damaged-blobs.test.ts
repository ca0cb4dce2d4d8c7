import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually } from '../conformance/client.ts'
import { ChildServer } from '../world/child.ts'
import { pushBlob, someBytes } from '../world/content.ts'
import { errorCode, send } from '../world/send.ts'
import { type StoredBytes, storedBytes } from '../world/stored-bytes.ts'

// Whoever runs the registry is told by its log what the disk has done to a blob.
let server: ChildServer
before(async () => {
  server = await ChildServer.start()
})
after(() => server.stop())

const stored = (bytes: Buffer) => storedBytes(server.dataDir, bytes)

/** The line of an answer, as soon as it is there. */
async function lineOf(digest: string, status: number, method = 'GET'): Promise<Record<string, unknown>> {
  const find = () => server.lines().find((line) => line.method === method && line.digest === digest && line.status === status)
  assert.ok(await eventually(async () => find() !== undefined))
  return find() ?? {}
}

test('bytes that are wrong are an error in the log, with the object and the digest', async () => {
  const bytes = someBytes(150_000)
  const digest = await pushBlob(server, 'b', bytes)
  const { name, write } = await stored(bytes)
  await write(someBytes(150_000))
  await assert.rejects(send(server, 'GET', `/v2/b/blobs/${digest}`))
  const { level, failure, error, brokenOff } = await lineOf(digest, 200)
  assert.deepEqual([level, failure, brokenOff], [50, 'corrupt-blob', true])
  assert.ok(String(error).includes(name.slice(-39)), String(error))
  const { status } = await send(server, 'GET', `/v2/b/blobs/${digest}`)
  assert.deepEqual([status, (await lineOf(digest, 404)).level], [404, 30], 'told once')
})

test('an object that is gone is one too, and the answer says what heals it', async () => {
  const bytes = someBytes(150_000)
  const digest = await pushBlob(server, 'b', bytes)
  await (await stored(bytes)).remove()
  const answer = await send(server, 'GET', `/v2/b/blobs/${digest}`)
  assert.deepEqual([answer.status, errorCode(answer)], [404, 'BLOB_UNKNOWN'])
  assert.match(answer.body.toString(), /is lost where this server keeps its bytes: push it again/)
  const { level, failure } = await lineOf(digest, 404)
  assert.deepEqual([level, failure], [50, 'blob-lost'])
  const next = await send(server, 'GET', `/v2/b/blobs/${digest}`)
  assert.doesNotMatch(next.body.toString(), /lost/)
  await pushBlob(server, 'b', bytes)
  assert.ok((await send(server, 'GET', `/v2/b/blobs/${digest}`)).body.equals(bytes))
})

for (const [what, damage] of [
  ['gone', (of: StoredBytes) => of.remove()],
  ['cut short', (of: StoredBytes, bytes: Buffer) => of.write(bytes.subarray(0, 149_000))],
  ['empty', (of: StoredBytes) => of.write(Buffer.alloc(0))],
] as const)
  test(`of an object that is ${what} nobody is told that it is there, so the push that asks heals it`, async () => {
    const bytes = someBytes(150_000)
    const digest = await pushBlob(server, 'b', bytes)
    await damage(await stored(bytes), bytes)
    const asked = await send(server, 'HEAD', `/v2/b/blobs/${digest}`)
    assert.equal(asked.status, 404)
    const { level, failure } = await lineOf(digest, 404, 'HEAD')
    assert.deepEqual([level, failure], [50, 'blob-lost'])
    await pushBlob(server, 'b', bytes)
    assert.equal((await send(server, 'HEAD', `/v2/b/blobs/${digest}`)).status, 200)
    assert.ok((await send(server, 'GET', `/v2/b/blobs/${digest}`)).body.equals(bytes))
  })

test('an object that became longer still has the bytes', async () => {
  const bytes = someBytes(150_000)
  const digest = await pushBlob(server, 'b', bytes)
  await (await stored(bytes)).write(Buffer.concat([bytes, Buffer.from('more')]))
  assert.equal((await send(server, 'HEAD', `/v2/b/blobs/${digest}`)).status, 200)
  assert.ok((await send(server, 'GET', `/v2/b/blobs/${digest}`)).body.equals(bytes))
})
