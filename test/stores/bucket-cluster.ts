import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { patchChunk } from '../conformance/client.ts'
import { startCluster } from '../world/cluster.ts'
import { digestOf, locationOf, pushImage, someBytes, startUpload } from '../world/content.ts'
import { send, type Target } from '../world/send.ts'
import { startPostgres } from './postgres-server.ts'
import type { ObjectStoreServer } from './object-store.ts'

/** What servers do that share a PostgreSQL and a bucket, and nothing else. */
export function bucketClusterTests(store: Promise<ObjectStoreServer>): void {
  const starting = Promise.all([startPostgres(), store])
  after(async () => {
    for (const server of await starting) server.stop()
  })

  const mebibyte = 1024 * 1024

  test('each request of a push may come to another server, and a pull too', async () => {
    const [postgres, store] = await starting
    Object.assign(process.env, store.environment)
    const bucket = await store.make()
    const cluster = await startCluster(await postgres.database(), 2, { blobs: store.url(bucket) })
    const [one, other] = cluster.servers
    assert.ok(one && other)
    const both: readonly Target[] = [one, other]
    try {
      // As docker pushes: one body, and an end without one.
      for (const size of [1_000_000, 20 * mebibyte + 5]) {
        const bytes = someBytes(size)
        const session = await patchChunk(other, await startUpload(one, 'app'), bytes, 0)
        const put = await send(one, 'PUT', locationOf(session, `digest=${digestOf(bytes)}`))
        assert.equal(put.status, 201, put.body.toString())
        for (const each of both) assert.ok((await send(each, 'GET', `/v2/app/blobs/${digestOf(bytes)}`)).body.equals(bytes))
      }
      // In chunks, each at another server.
      const bytes = someBytes(26 * mebibyte)
      let session = await startUpload(one, 'app')
      for (let at = 0, chunk = 0; at < bytes.length; at += 6 * mebibyte, chunk++) {
        session = await patchChunk(chunk % 2 === 0 ? one : other, session, bytes.subarray(at, at + 6 * mebibyte), at)
        assert.equal(session.status, 202, session.body.toString())
      }
      const put = await send(one, 'PUT', locationOf(session, `digest=${digestOf(bytes)}`))
      assert.equal(put.status, 201, put.body.toString())
      assert.ok((await send(other, 'GET', `/v2/app/blobs/${digestOf(bytes)}`)).body.equals(bytes))
      const image = await pushImage(one, 'app', 'v1')
      assert.ok((await send(other, 'GET', '/v2/app/manifests/v1')).body.equals(image.manifest))
      const names = (await store.keys(bucket)).filter((key) => key.startsWith('objects/'))
      assert.equal(names.filter((key) => !key.includes('.tail.')).length, 3)
    } finally {
      await cluster.stop()
    }
  })
}
