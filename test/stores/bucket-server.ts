// A server whose blobs lie in a bucket: what clients do with it, and what is left when it is killed.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { patchChunk } from '../conformance/client.ts'
import { ChildServer } from '../world/child.ts'
import { runCli } from '../world/cli-run.ts'
import { digestOf, locationOf, pushBlob, pushImage, someBytes, startUpload } from '../world/content.ts'
import { header, send } from '../world/send.ts'
import { behind, type ObjectStoreServer } from './object-store.ts'
import { startTlsFront } from './tls-front.ts'

/** What clients do with a server whose blobs lie in a bucket. */
export function bucketServerTests(starting: Promise<ObjectStoreServer>): void {
  const servers: ChildServer[] = []
  after(async () => {
    for (const server of servers) await server.stop()
    const { secret, stop } = await starting
    stop()
    for (const { log } of servers) assert.ok(!log.includes(secret), 'the log has the secret')
  })

  const mebibyte = 1024 * 1024

  const objectsIn = async (bucket: string) => (await (await starting).keys(bucket)).filter((key) => key.includes('objects/'))

  async function serverOn(environment: Record<string, string> = {}) {
    const store = await starting
    const bucket = await store.make()
    const server = await ChildServer.start({
      LONGSHORE_BLOBS: store.url(bucket, { prefix: 'registry' }),
      ...store.environment,
      ...environment,
    })
    servers.push(server)
    return { server, keys: () => objectsIn(bucket), bucket }
  }

  for (const threads of ['1', '3'])
    test(`pushed in chunks, killed, gone on with, finished, pulled, whole and in ranges: ${threads} serving threads`, async () => {
      const { server, keys } = await serverOn({ LONGSHORE_SERVERS: threads })
      const bytes = someBytes(21 * mebibyte + 12_345)
      const digest = digestOf(bytes)
      const ends = [3 * mebibyte, 11 * mebibyte + 7, 20 * mebibyte, bytes.length]
      let session = await startUpload(server, 'app')
      for (const [index, end] of ends.entries()) {
        const start = ends[index - 1] ?? 0
        session = await patchChunk(server, session, bytes.subarray(start, end), start)
        assert.equal(session.status, 202, session.body.toString())
        // Another connection may come to another thread.
        server.agent.destroy()
        server.agent = new Agent({ keepAlive: true })
        if (index !== 1) continue
        await server.end('SIGKILL')
        await server.up()
        const status = await send(server, 'GET', locationOf(session))
        assert.deepEqual([status.status, header(status, 'range')], [204, `0-${end - 1}`])
      }
      const put = await send(server, 'PUT', locationOf(session, `digest=${digest}`))
      assert.equal(put.status, 201, put.body.toString())
      const whole = await send(server, 'GET', `/v2/app/blobs/${digest}`)
      assert.ok(whole.body.equals(bytes))
      for (const [first, last] of [
        [0, 0],
        [8 * mebibyte - 1, 8 * mebibyte],
        [bytes.length - 5, bytes.length - 1],
      ] as const) {
        const part = await send(server, 'GET', `/v2/app/blobs/${digest}`, { headers: { range: `bytes=${first}-${last}` } })
        assert.equal(part.status, 206)
        assert.ok(part.body.equals(bytes.subarray(first, last + 1)))
      }
      const image = await pushImage(server, 'app', 'v1')
      await server.end('SIGKILL')
      await server.up()
      for (const blob of [image.config, ...image.layers])
        assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(blob)}`)).body.equals(blob))
      assert.ok((await send(server, 'GET', `/v2/app/manifests/v1`)).body.equals(image.manifest))
      assert.equal(
        (await keys()).filter((key) => /^registry\/objects\/[0-9a-f]{2}\/[0-9a-f-]{36}$/.test(key)).length,
        1,
        'the rest is small',
      )
    })

  test('a blob of one request is one object, and nothing is left beside it', async () => {
    const { server, keys } = await serverOn()
    const blobs = [someBytes(100_000), someBytes(8 * mebibyte), someBytes(9 * mebibyte)]
    for (const blob of blobs) await pushBlob(server, 'app', blob)
    assert.equal((await keys()).length, blobs.length)
    for (const blob of blobs) assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(blob)}`)).body.equals(blob))
  })

  test('a server that had its blobs in files goes on with a bucket, and still gives what it had', async () => {
    const store = await starting
    const server = await ChildServer.start()
    servers.push(server)
    const [before, later] = [someBytes(50_000), someBytes(50_000)]
    await pushBlob(server, 'app', before)
    const session = await patchChunk(server, await startUpload(server, 'app'), later.subarray(0, 20_000), 0)
    await server.end('SIGTERM')
    const bucket = await store.make()
    await server.up({ LONGSHORE_BLOBS: store.url(bucket), ...store.environment })
    const put = await send(server, 'PUT', locationOf(session, `digest=${digestOf(later)}`), { body: later.subarray(20_000) })
    assert.equal(put.status, 201, put.body.toString())
    const now = someBytes(60_000)
    await pushBlob(server, 'app', now)
    for (const blob of [before, later, now]) assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(blob)}`)).body.equals(blob))
    assert.equal((await objectsIn(bucket)).length, 1)
  })

  test('a backup has the facts and what lies in files; restored before the same bucket, all is there', async () => {
    const { server } = await serverOn()
    const blob = someBytes(70_000)
    await pushBlob(server, 'app', blob)
    const image = await pushImage(server, 'app', 'v1')
    const to = join(dirname(server.dataDir), 'backup')
    const backup = await runCli(['backup', to, '--data-dir', server.dataDir, '--output', 'json'])
    assert.equal(backup.code, 0, backup.problem)
    const { objects, missing } = JSON.parse(backup.out) as { objects: number; missing: string[] }
    assert.deepEqual([objects, missing], [0, []])
    await server.end('SIGTERM')
    rmSync(server.dataDir, { recursive: true })
    const restored = await runCli(['restore', to, '--data-dir', server.dataDir])
    assert.equal(restored.code, 0, restored.problem)
    await server.up()
    assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(blob)}`)).body.equals(blob))
    assert.ok((await send(server, 'GET', '/v2/app/manifests/v1')).body.equals(image.manifest))
  })

  test('what stands where folders would be is nobody’s file: consoles make it, and accounts with a hierarchical namespace', async () => {
    const store = await starting
    const { server, bucket } = await serverOn()
    await pushBlob(server, 'app', someBytes(70_000))
    const marks = store.kind === 's3' ? ['', 'objects/', 'objects/00/'] : ['objects', 'objects/00']
    const stray = 'objects/00/left'
    Object.assign(process.env, store.environment)
    await behind(store.url(bucket, { prefix: 'registry' }), async (client) => {
      for (const name of marks) await client.put(name, Buffer.alloc(0), undefined)
      await client.put(stray, Buffer.from('left'), undefined)
    })
    const found = await runCli(['scrub', '--data-dir', server.dataDir, '--output', 'json'])
    assert.equal(found.code, 0, found.problem)
    assert.deepEqual((JSON.parse(found.out) as { strangers: string[] }).strangers, ['00/left'])
  })

  test('what an upload left beside a blob that is whole goes with a scrub, and the blob stays', async () => {
    const store = await starting
    const { server, bucket } = await serverOn()
    const blob = someBytes(70_000)
    await pushBlob(server, 'app', blob)
    Object.assign(process.env, store.environment)
    await behind(store.url(bucket, { prefix: 'registry' }), async (client) => {
      const [whole] = await Array.fromAsync(client.list('objects/'))
      assert.ok(whole)
      await client.put(`${whole.key}.tail.1`, Buffer.from('left'), undefined)
      if (store.kind === 's3') await client.sendPart(whole.key, await client.begin(whole.key), 1, someBytes(1000))
      const found = await runCli(['scrub', '--data-dir', server.dataDir, '--output', 'json'])
      assert.equal(found.code, 0, found.problem)
      assert.deepEqual((JSON.parse(found.out) as { strangers: string[] }).strangers, [])
      assert.deepEqual(await Array.fromAsync(client.list('objects/')), [whole])
      assert.deepEqual(await Array.fromAsync(client.unfinished('objects/')), [])
    })
    assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(blob)}`)).body.equals(blob))
  })

  for (const downloads of ['served', 'signed'])
    test(`an object that somebody cut short is told to who asks whether it is there, and a push brings it back: ${downloads}`, async () => {
      const store = await starting
      const { server, bucket, keys } = await serverOn({ LONGSHORE_BLOB_DOWNLOADS: downloads })
      const bytes = someBytes(100_000)
      const path = `/v2/app/blobs/${await pushBlob(server, 'app', bytes)}`
      assert.equal((await send(server, 'HEAD', path)).status, 200)
      await store.change(bucket, (await keys())[0] ?? '', (found) => found.subarray(0, 50_000))
      assert.equal((await send(server, 'HEAD', path)).status, 404)
      await pushBlob(server, 'app', bytes)
      assert.equal((await send(server, 'HEAD', path)).status, 200)
      if (downloads === 'served') assert.ok((await send(server, 'GET', path)).body.equals(bytes))
    })

  test('another bucket is not taken for the one that the blobs lie in: they are there again when it is', async () => {
    const store = await starting
    const { server } = await serverOn()
    const blob = someBytes(50_000)
    await pushBlob(server, 'app', blob)
    const get = () => send(server, 'GET', `/v2/app/blobs/${digestOf(blob)}`)
    await server.end('SIGTERM')
    await server.up({ LONGSHORE_BLOBS: store.url(await store.make()) })
    assert.equal((await get()).status, 503)
    await server.end('SIGTERM')
    await server.up()
    assert.ok((await get()).body.equals(blob))
  })

  test('a bucket that is not there, and keys that are wrong, end the start with what is wrong', async () => {
    const store = await starting
    const start = (environment: Record<string, string>) => ChildServer.start(environment).then((server) => void servers.push(server))
    const missing = { LONGSHORE_BLOBS: store.url('no-such-bucket'), ...store.environment }
    await assert.rejects(start(missing), /no such bucket/)
    const wrong = Object.fromEntries(
      Object.keys(store.environment).map((name) => [name, Buffer.from('something else entirely').toString('base64')]),
    )
    const refused = { LONGSHORE_BLOBS: store.url(await store.make()), ...store.environment, ...wrong }
    await assert.rejects(start(refused), /refuses the credentials/)
  })

  test('a store over TLS, by an authority of its own: in one request, in parts and in chunks; and refused where nobody trusts that', async () => {
    const store = await starting
    const front = await startTlsFront(store.endpoint)
    try {
      const blobs = store.url(await store.make(), { endpoint: front.endpoint })
      const known = { LONGSHORE_BLOBS: blobs, ...store.environment, NODE_EXTRA_CA_CERTS: front.authority }
      await assert.rejects(
        ChildServer.start({ ...known, NODE_EXTRA_CA_CERTS: '' }).then((server) => void servers.push(server)),
        /certificate/,
      )
      const server = await ChildServer.start(known)
      servers.push(server)
      const [small, large] = [someBytes(100_000), someBytes(21 * mebibyte)]
      for (const blob of [small, large]) await pushBlob(server, 'app', blob)
      const chunked = someBytes(12 * mebibyte)
      let session = await patchChunk(server, await startUpload(server, 'app'), chunked.subarray(0, 5_000_000), 0)
      await server.end('SIGKILL')
      await server.up()
      session = await patchChunk(server, session, chunked.subarray(5_000_000), 5_000_000)
      assert.equal((await send(server, 'PUT', locationOf(session, `digest=${digestOf(chunked)}`))).status, 201)
      for (const blob of [small, large, chunked])
        assert.ok((await send(server, 'GET', `/v2/app/blobs/${digestOf(blob)}`)).body.equals(blob))
    } finally {
      front.stop()
    }
  })

  test('where downloads are signed a GET is sent to the bucket, whole and in ranges, and a HEAD is not', async () => {
    const { server } = await serverOn({ LONGSHORE_BLOB_DOWNLOADS: 'signed:local' })
    const bytes = someBytes(3 * mebibyte)
    const path = `/v2/app/blobs/${await pushBlob(server, 'app', bytes)}`
    const sent = await send(server, 'GET', path)
    const location = new URL(header(sent, 'location') ?? '')
    assert.deepEqual([sent.status, header(sent, 'cache-control'), sent.body.length], [307, 'no-store', 0])
    assert.equal(location.origin, (await starting).endpoint)
    assert.equal(header(sent, 'docker-content-digest'), digestOf(bytes))
    const whole = await fetch(location)
    assert.deepEqual([whole.status, whole.headers.get('content-type')], [200, 'application/octet-stream'])
    assert.equal(digestOf(Buffer.from(await whole.arrayBuffer())), digestOf(bytes))
    const part = await fetch(location, { headers: { range: 'bytes=10-19' } })
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20)))
    const until = location.searchParams.has('se') ? 'se' : 'X-Amz-Expires'
    location.searchParams.set(until, until === 'se' ? '2099-01-01T00:00:00Z' : '99999')
    assert.equal((await fetch(location)).status, 403, 'the store signed what it gives')
    const head = await send(server, 'HEAD', path)
    assert.deepEqual([head.status, header(head, 'content-length')], [200, String(bytes.length)])
    const known = await send(server, 'GET', path, { headers: { 'if-none-match': `"${digestOf(bytes)}"` } })
    assert.equal(known.status, 304)
    const small = someBytes(100)
    const served = await send(server, 'GET', `/v2/app/blobs/${await pushBlob(server, 'app', small)}`)
    assert.ok(served.status === 200 && served.body.equals(small), 'what lies in its row has no link')
  })

  test('downloads of other registries than those that are named are served, and a data folder signs none', async () => {
    const { server } = await serverOn({ LONGSHORE_BLOB_DOWNLOADS: 'signed:other' })
    const bytes = someBytes(mebibyte)
    assert.equal((await send(server, 'GET', `/v2/app/blobs/${await pushBlob(server, 'app', bytes)}`)).status, 200)
    await assert.rejects(ChildServer.start({ LONGSHORE_BLOB_DOWNLOADS: 'signed' }), /signs no links/)
  })
}
