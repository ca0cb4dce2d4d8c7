import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Collected, Explained, UsageReport } from '#core/maintenance.ts'
import { runCli } from '../world/cli-run.ts'
import {
  describeBytes,
  type Descriptor,
  digestOf,
  makeImage,
  mediaTypes,
  pushBlob,
  pushImage,
  putManifest,
  someBytes,
} from '../world/content.ts'
import { errorCode, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

const docker = 'application/vnd.docker.distribution.manifest.v2+json'
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json'
const artifactTypes = ['application/vnd.oci.artifact.manifest.v1+json', 'application/vnd.cncf.oras.artifact.manifest.v1+json']
const cacheConfig = 'application/vnd.buildkit.cacheconfig.v0'

/** What a descriptor may call what it names. */
const types = [
  mediaTypes.layer,
  mediaTypes.config,
  mediaTypes.empty,
  mediaTypes.image,
  mediaTypes.index,
  docker,
  dockerList,
  cacheConfig,
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'application/octet-stream',
  'text/plain',
  ...artifactTypes,
]

/** Each shape of a manifest around two descriptors. */
const shapes: Record<string, (one: Descriptor, other: Descriptor) => object> = {
  [mediaTypes.image]: (one, other) => ({ schemaVersion: 2, mediaType: mediaTypes.image, config: one, layers: [other] }),
  [docker]: (one, other) => ({ schemaVersion: 2, mediaType: docker, config: one, layers: [other, other] }),
  [mediaTypes.index]: (one, other) => ({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [one, other] }),
  [dockerList]: (one, other) => ({ schemaVersion: 2, mediaType: dockerList, manifests: [one, other] }),
  ...Object.fromEntries(
    artifactTypes.map((type) => [type, (one: Descriptor, other: Descriptor) => ({ mediaType: type, blobs: [one, other] })]),
  ),
}
const indexes = [mediaTypes.index, dockerList]

let server: Server
before(async () => {
  server = await Server.start({ sparse: 'off', gcInterval: '1h', gcLease: '0s', gcDelay: '0s' })
})
after(() => server.stop())

const cli = async <Shape>(...words: string[]): Promise<Shape> => {
  const { code, out, problem } = await runCli([...words, '--data-dir', server.dataDir, '--output', 'json'])
  assert.equal(code, 0, problem)
  return JSON.parse(out) as Shape
}
const explain = (digest: string) => cli<Explained>('gc', '--explain', digest)
const usage = async () => {
  const { used, unreferenced } = await cli<UsageReport>('usage')
  return { used, unreferenced }
}
const get = async (path: string) => {
  const answer = await send(server, 'GET', `/v2/${path}`)
  return answer.status === 200 ? answer.body : answer.status
}
const put = async (repository: string, body: object, type: string, status = 201) => {
  const bytes = Buffer.from(JSON.stringify(body))
  const answer = await putManifest(server, repository, digestOf(bytes), bytes, { mediaType: type })
  assert.equal(answer.status, status, `${type}: ${answer.body}`)
  return { digest: digestOf(bytes), bytes, descriptor: describeBytes(type, bytes) }
}
const index = (...manifests: Descriptor[]) => ({ schemaVersion: 2, mediaType: mediaTypes.index, manifests })
const remove = async (repository: string, digest: string, status = 202) =>
  assert.equal((await send(server, 'DELETE', `/v2/${repository}/manifests/${digest}`)).status, status)
/** Leases and delays are nothing here: what is not held goes at once. */
const collect = async () => {
  await cli<Collected>('gc')
  await cli<Collected>('gc')
}

test('every shape of manifest holds the blobs that it names, whatever their media type, and lets them go', async () => {
  const kept: { repository: string; type: string; manifest: Awaited<ReturnType<typeof put>>; blobs: Buffer[] }[] = []
  let named = 0
  for (const [shape, form] of Object.entries(shapes))
    for (const [number, type] of types.entries()) {
      const repository = `kept/${Object.keys(shapes).indexOf(shape)}-${number}`
      const blobs = [someBytes(100), someBytes(200)]
      for (const blob of blobs) await pushBlob(server, repository, blob)
      const [one, other] = blobs.map((blob) => describeBytes(type, blob)) as [Descriptor, Descriptor]
      const manifest = await put(repository, form(one, other), shape)
      kept.push({ repository, type, manifest, blobs })
      named += 300 + manifest.bytes.length
    }
  assert.deepEqual(await usage(), { used: named, unreferenced: 0 })
  await collect()
  assert.deepEqual(await usage(), { used: named, unreferenced: 0 })
  for (const { repository, type, manifest, blobs } of kept) {
    assert.deepEqual(await get(`${repository}/manifests/${manifest.digest}`), manifest.bytes, `${repository} ${type}`)
    for (const blob of blobs) assert.deepEqual(await get(`${repository}/blobs/${digestOf(blob)}`), blob, `${repository} ${type}`)
  }
  for (const { repository, manifest, blobs } of kept) {
    const blob = digestOf(blobs[0] ?? '')
    assert.equal((await send(server, 'DELETE', `/v2/${repository}/blobs/${blob}`)).status, 405)
    if (kept.findIndex((each) => each.repository === repository) % 13 !== 0) continue
    const { held, links, manifests } = await explain(blob)
    assert.deepEqual([held, links.map((link) => link.named)], [true, [true]])
    assert.deepEqual(manifests, [{ repository, manifest: manifest.digest, kind: 'blob' }])
  }
  for (const { repository, manifest } of kept) await remove(repository, manifest.digest)
  assert.deepEqual(await usage(), { used: 0, unreferenced: kept.length * 300 })
  const free = await explain(digestOf(kept[0]?.blobs[0] ?? ''))
  assert.deepEqual([free.held, free.manifests], [false, []])
  await collect()
  assert.deepEqual(await usage(), { used: 0, unreferenced: 0 })
  for (const { repository, blobs } of kept) for (const blob of blobs) assert.equal(await get(`${repository}/blobs/${digestOf(blob)}`), 404)
})

test('BuildKit’s cache in index form is kept', async () => {
  const [layer, config] = [someBytes(300), someBytes(100)]
  for (const blob of [layer, config]) await pushBlob(server, 'cache', blob)
  const body = index(describeBytes(mediaTypes.layer, layer), describeBytes(cacheConfig, config))
  const bytes = Buffer.from(JSON.stringify(body))
  assert.equal((await putManifest(server, 'cache', 'latest', bytes, { mediaType: mediaTypes.index })).status, 201)
  assert.deepEqual(await usage(), { used: 400 + bytes.length, unreferenced: 0 })
  await collect()
  for (const blob of [layer, config]) assert.deepEqual(await get(`cache/blobs/${digestOf(blob)}`), blob)
  const { manifests } = json<{ manifests: { imageSize: number }[] }>(await send(server, 'GET', '/acr/v1/cache/_manifests'))
  assert.deepEqual(
    manifests.map((each) => each.imageSize),
    [400],
  )
  await remove('cache', digestOf(bytes))
  await collect()
})

test('what is not here: sparse off refuses it in every shape, and says which', async () => {
  const repository = 'absent'
  const here = someBytes(50)
  await pushBlob(server, repository, here)
  // In another repository only: that is not here.
  const elsewhere = someBytes(60)
  await pushBlob(server, 'elsewhere', elsewhere)
  for (const [shape, form] of Object.entries(shapes))
    for (const type of [mediaTypes.layer, mediaTypes.image, cacheConfig]) {
      const body = form(describeBytes(type, here), describeBytes(type, elsewhere))
      const answer = await putManifest(server, repository, 'v1', body, { mediaType: shape })
      assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_BLOB_UNKNOWN'], shape)
      assert.ok(answer.body.includes(digestOf(elsewhere)) && !answer.body.includes(digestOf(here)))
    }
  for (const shape of indexes) {
    const wrong = { ...describeBytes(mediaTypes.layer, here), size: 51 }
    const answer = await putManifest(server, repository, 'v1', { ...index(wrong), mediaType: shape }, { mediaType: shape })
    assert.deepEqual([answer.status, errorCode(answer)], [400, 'SIZE_INVALID'])
  }
  await collect()
})

test('an index that came first holds what comes later, as a blob, as a manifest, by a mount, as both', async () => {
  await server.change(async () => {}, { sparse: 'index' })
  const [pushed, mounted, never] = [someBytes(70), someBytes(80), someBytes(90)]
  const image = makeImage({}, [30])
  const first = await put(
    'later',
    index(
      describeBytes(mediaTypes.layer, pushed),
      // Whatever the descriptor calls it, what comes decides.
      describeBytes(mediaTypes.image, mounted),
      describeBytes(mediaTypes.layer, never),
      describeBytes('application/octet-stream', image.manifest),
    ),
    mediaTypes.index,
  )
  for (const blob of [pushed, mounted, never]) assert.equal(await get(`later/blobs/${digestOf(blob)}`), 404)
  const absent = await explain(digestOf(never))
  assert.deepEqual([absent.held, absent.manifests.map((each) => each.kind)], [false, ['blob']])
  assert.deepEqual(await usage(), { used: first.bytes.length, unreferenced: 0 })

  await pushBlob(server, 'later', pushed)
  assert.deepEqual(await usage(), { used: first.bytes.length + 70, unreferenced: 0 })
  await pushBlob(server, 'source', mounted)
  assert.deepEqual(await usage(), { used: first.bytes.length + 70, unreferenced: 80 })
  const mount = await send(server, 'POST', `/v2/later/blobs/uploads/?mount=${digestOf(mounted)}&from=source`)
  assert.equal(mount.status, 201)
  await pushImage(server, 'later', 'child', image)
  // The bytes of the child as a blob too.
  await pushBlob(server, 'later', image.manifest)
  const used = first.bytes.length + 150 + image.manifest.length * 2 + image.config.length + 30
  assert.deepEqual(await usage(), { used, unreferenced: 0 })
  const both = await explain(image.digest)
  assert.deepEqual(both.manifests.map((each) => [each.manifest, each.kind]).sort(), [
    [first.digest, 'blob'],
    [first.digest, 'manifest'],
  ])
  assert.deepEqual(
    (await explain(digestOf(mounted))).manifests.map((each) => each.kind),
    ['blob'],
  )
  await collect()
  assert.deepEqual(await usage(), { used, unreferenced: 0 })
  for (const blob of [pushed, mounted, image.manifest]) assert.deepEqual(await get(`later/blobs/${digestOf(blob)}`), blob)
  assert.deepEqual(await get(`later/manifests/${image.digest}`), image.manifest)
  assert.equal(await get(`source/blobs/${digestOf(mounted)}`), 404)
  // A push again of what names them changes nothing.
  await put('later', JSON.parse(first.bytes.toString()) as object, mediaTypes.index)
  assert.deepEqual(await usage(), { used, unreferenced: 0 })
  await remove('later', first.digest)
  await collect()
  for (const blob of [pushed, mounted, image.manifest]) assert.equal(await get(`later/blobs/${digestOf(blob)}`), 404)
  assert.deepEqual(await get(`later/manifests/${image.digest}`), image.manifest)
  await remove('later', image.digest)
  await collect()
  assert.deepEqual(await usage(), { used: 0, unreferenced: 0 })
})

test('a child that was both and is deleted as a manifest stays as the blob that it is', async () => {
  const image = await pushImage(server, 'both', 'v1')
  await pushBlob(server, 'both', image.manifest)
  const parent = await put('both', index(image.descriptor), mediaTypes.index)
  await send(server, 'DELETE', '/v2/both/manifests/v1')
  await remove('both', image.digest)
  await collect()
  assert.equal(await get(`both/manifests/${image.digest}`), 404)
  assert.deepEqual(await get(`both/blobs/${image.digest}`), image.manifest)
  assert.deepEqual(await usage(), { used: image.manifest.length + parent.bytes.length, unreferenced: 0 })
  assert.deepEqual((await explain(image.digest)).manifests, [{ repository: 'both', manifest: parent.digest, kind: 'blob' }])
  await remove('both', parent.digest)
  await collect()
  assert.deepEqual(await usage(), { used: 0, unreferenced: 0 })
})

test('a blob that one repository names and another only has: each is held by itself', async () => {
  const blob = someBytes(40)
  await pushBlob(server, 'one', blob)
  const parent = await put('one', index(describeBytes(mediaTypes.layer, blob)), mediaTypes.index)
  await pushBlob(server, 'other', blob)
  const { held, links } = await explain(digestOf(blob))
  assert.deepEqual(
    [held, links.map((link) => [link.repository, link.named])],
    [
      true,
      [
        ['one', true],
        ['other', false],
      ],
    ],
  )
  await collect()
  assert.deepEqual(await get(`one/blobs/${digestOf(blob)}`), blob)
  assert.equal(await get(`other/blobs/${digestOf(blob)}`), 404)
  // Named where it is not: that holds nothing of another repository.
  const dangling = await put('dangling', index(describeBytes(mediaTypes.layer, blob)), mediaTypes.index)
  await remove('one', parent.digest)
  const free = await explain(digestOf(blob))
  assert.deepEqual([free.held, free.manifests.map((each) => each.repository)], [false, ['dangling']])
  await collect()
  const text = (await runCli(['gc', '--explain', digestOf(blob), '--data-dir', server.dataDir])).out
  assert.match(text, new RegExp(`^Registry local does not have ${digestOf(blob)}; a manifest names it\\.\nManifest ${dangling.digest}`))
  await remove('dangling', dangling.digest)
})

test('a deleted repository lets go of what its indexes named', async () => {
  const blob = someBytes(45)
  await pushBlob(server, 'gone', blob)
  await put('gone', index(describeBytes(mediaTypes.layer, blob)), mediaTypes.index)
  assert.equal((await send(server, 'DELETE', '/acr/v1/gone')).status, 202)
  await collect()
  assert.deepEqual(await usage(), { used: 0, unreferenced: 0 })
})
