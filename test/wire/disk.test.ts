import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf, locationOf, makeImage, pushBlob, pushImage, putManifest, someBytes, startUpload } from '../world/content.ts'
import { testOfFiles } from '../world/database.ts'
import { type Answer, errorCode, header, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

function assertUnavailable(answer: Answer, what: string): void {
  assert.deepEqual([answer.status, errorCode(answer)], [503, 'UNAVAILABLE'], `${what}: ${answer.body.toString()}`)
  assert.ok(Number(header(answer, 'retry-after')) >= 1, what)
  assert.match(header(answer, 'content-type'), /^application\/json/)
}

for (const effect of ['ENOSPC', 'EIO'])
  testOfFiles(`${effect} while bytes are written: 503 as OCI JSON; reads and deletes go on; with room again so do pushes`, async () => {
    const server = await Server.start({ smallBlob: '0' })
    try {
      const image = await pushImage(server, 'disk', 'v1')
      await server.change(async () => {}, { failpoint: `upload.write.block=${effect}` })
      const bytes = someBytes(3 * 1024 * 1024)
      const digest = digestOf(bytes)
      assertUnavailable(await send(server, 'POST', `/v2/disk/blobs/uploads/?digest=${digest}`, { body: bytes }), 'POST')
      const session = locationOf(await startUpload(server, 'disk'))
      assertUnavailable(await send(server, 'PATCH', session, { body: bytes }), 'PATCH')
      assert.equal((await send(server, 'HEAD', `/v2/disk/blobs/${digest}`)).status, 404)
      assert.equal((await send(server, 'GET', '/v2/disk/manifests/v1')).status, 200)
      assert.ok((await send(server, 'GET', `/v2/disk/blobs/${digestOf(image.layers[0] ?? '')}`)).body.length > 0)
      assert.equal((await send(server, 'DELETE', '/v2/disk/manifests/v1')).status, 202)
      await server.change(async () => {}, { failpoint: '' })
      const put = await send(server, 'PUT', `${session}?digest=${digest}`, { body: bytes })
      assert.ok(put.status === 201 || put.status === 404, `the session goes on or is gone: ${put.status}`)
      await pushBlob(server, 'disk', bytes)
      assert.ok((await send(server, 'GET', `/v2/disk/blobs/${digest}`)).body.equals(bytes))
    } finally {
      await server.stop()
    }
  })

/** More than lies in a row: it has a file, which is synced. */
const large = someBytes(100_000)

for (const [name, request, asked] of [
  ['upload.start.before-commit', (server: Server) => send(server, 'POST', '/v2/disk/blobs/uploads/'), test],
  [
    'upload.finish.in-transaction',
    (server: Server) => send(server, 'POST', `/v2/disk/blobs/uploads/?digest=${digestOf(large)}`, { body: large }),
    test,
  ],
  [
    'upload.seal.before-sync',
    (server: Server) => send(server, 'POST', `/v2/disk/blobs/uploads/?digest=${digestOf(large)}`, { body: large }),
    testOfFiles,
  ],
  ['manifest.put.in-transaction', (server: Server) => putManifest(server, 'disk', 'v2', makeImage().manifest), test],
  ['tag.delete.in-transaction', (server: Server) => send(server, 'DELETE', '/v2/disk/manifests/v1'), test],
] as const)
  asked(`a disk that fails at ${name}: 503, nothing of it happened, and reads go on`, async () => {
    const server = await Server.start({ smallBlob: '0' })
    try {
      await pushImage(server, 'disk', 'v1')
      await server.change(async () => {}, { failpoint: `${name}=ENOSPC` })
      assertUnavailable(await request(server), name)
      assert.equal((await send(server, 'GET', '/v2/disk/manifests/v1')).status, 200)
      assert.equal((await send(server, 'GET', '/v2/disk/manifests/v2')).status, 404)
      assert.equal((await send(server, 'HEAD', `/v2/disk/blobs/${digestOf(large)}`)).status, 404)
    } finally {
      await server.stop()
    }
  })

test('beyond the registry’s limit: 405 with the limit named, and reads go on', async () => {
  const server = await Server.start({ smallBlob: '0' })
  try {
    const bytes = someBytes(100)
    await pushBlob(server, 'disk', bytes)
    await server.change(({ store }) => putRegistry(store, 'local', { limit: 1024 }))
    const refused = await send(server, 'POST', `/v2/disk/blobs/uploads/?digest=${digestOf('x')}`, { body: Buffer.alloc(2000) })
    assert.deepEqual([refused.status, errorCode(refused)], [405, 'REGISTRY_DISALLOWED_OPERATION'])
    assert.match(refused.body.toString(), /1024/)
    assert.equal((await send(server, 'GET', `/v2/disk/blobs/${digestOf(bytes)}`)).status, 200)
  } finally {
    await server.stop()
  }
})
