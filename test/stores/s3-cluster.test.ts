import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import { S3Client } from '#adapters/s3/client.ts'
import { startCluster } from '../world/cluster.ts'
import { digestOf, pushBlob, someBytes } from '../world/content.ts'
import { send } from '../world/send.ts'
import { bucketClusterTests } from './bucket-cluster.ts'
import { startPostgres } from './postgres-server.ts'
import { startRadosgw } from './radosgw.ts'

const starting = startRadosgw()
bucketClusterTests(starting)

test('servers that begin together with a bucket that obeys no condition know it by the same id', async () => {
  const [store, postgres] = [await starting, await startPostgres()]
  after(() => postgres.stop())
  Object.assign(process.env, store.environment)
  const { put, get } = S3Client.prototype
  const [bothLooked, firstRead] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let [looks, puts] = [0, 0]
  // The worst order there is: both find none, and whoever writes second does so when the other has read its own.
  mock.method(S3Client.prototype, 'get', async function (this: S3Client, ...asked: Parameters<typeof get>) {
    if (asked[0] !== 'store-id') return get.apply(this, asked)
    const found = await get.apply(this, asked)
    if (++looks === 2) bothLooked.resolve()
    await bothLooked.promise
    if (puts > 0 && found) firstRead.resolve()
    return found
  })
  mock.method(S3Client.prototype, 'put', async function (this: S3Client, ...[key, body, , signal]: Parameters<typeof put>) {
    if (key === 'store-id' && ++puts > 1) await firstRead.promise
    return put.call(this, key, body, undefined, signal)
  })
  const cluster = await startCluster(await postgres.database(), 2, { blobs: store.url(await store.make()) })
  try {
    const [one, other] = cluster.servers
    assert.ok(one && other)
    const bytes = someBytes(100_000)
    await pushBlob(one, 'app', bytes)
    const found = await send(other, 'GET', `/v2/app/blobs/${digestOf(bytes)}`)
    assert.ok(found.body.equals(bytes), found.body.toString().slice(0, 200))
    assert.equal(puts, 1)
  } finally {
    await cluster.stop()
    mock.restoreAll()
  }
})
