import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { describeBytes, digestOf, type Image, mediaTypes, pushBlob, pushImage, putManifest } from '../../world/content.ts'
import { errorCode, header, json, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

let server: Server
/** Its blobs are there; the hostile manifests name them. */
let image: Image
let fields: { config: object; layers: object[] }

before(async () => {
  server = await Server.start()
  image = await pushImage(server, 'd', 'good')
  const { config, layers } = JSON.parse(image.manifest.toString()) as typeof fields
  fields = { config, layers }
})
after(() => server.stop())

async function refused(body: object | string | Uint8Array, why: string, mediaType: string = mediaTypes.image): Promise<void> {
  const answer = await putManifest(server, 'd', 'hostile', body, { mediaType })
  assert.equal(answer.status, 400, `${why}: ${answer.status} ${answer.body.toString()}`)
  assert.ok(['MANIFEST_INVALID', 'UNSUPPORTED'].includes(errorCode(answer)), why)
  assert.equal((await send(server, 'HEAD', '/v2/d/manifests/hostile')).status, 404, why)
}

test('D1 CVE-2021-41190: no document that reads as two kinds is stored', async () => {
  const base = { schemaVersion: 2, mediaType: mediaTypes.image }
  const manifests = [image.descriptor]
  await refused({ ...base, ...fields, manifests }, 'layers and manifests')
  await refused({ ...base, config: fields.config, manifests }, 'config and manifests')
  await refused({ schemaVersion: 2, ...fields, manifests }, 'no mediaType, both kinds')
  await refused(
    { schemaVersion: 2, mediaType: mediaTypes.index, manifests, layers: fields.layers },
    'an index with layers',
    mediaTypes.index,
  )
  await refused(
    { schemaVersion: 2, mediaType: mediaTypes.index, manifests, config: fields.config },
    'an index with a config',
    mediaTypes.index,
  )
  await refused({ ...base, ...fields }, 'mediaType differs from Content-Type', mediaTypes.index)
  await refused({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, 'an index as an image')
  await refused({ schemaVersion: 2, manifests }, 'an index without mediaType as an image')
  for (const schemaVersion of [1, 3, '2', 2.5, null, undefined])
    await refused({ ...base, ...fields, schemaVersion }, `schemaVersion ${schemaVersion}`)
  for (const mediaType of [2, null, '', 'text/html', 'application/json', [mediaTypes.image]])
    await refused({ ...base, ...fields, mediaType }, `mediaType ${String(mediaType)}`)
})

test('D1 what was pushed is what is pulled, whatever Accept says', async () => {
  for (const accept of [undefined, '*/*', mediaTypes.image, `text/html, ${mediaTypes.image};q=0.1`]) {
    const answer = await send(server, 'GET', '/v2/d/manifests/good', accept === undefined ? {} : { headers: { accept } })
    assert.equal(answer.status, 200)
    assert.equal(header(answer, 'content-type'), mediaTypes.image)
    assert.ok(answer.body.equals(image.manifest))
  }
  assert.equal((await send(server, 'GET', '/v2/d/manifests/good', { headers: { accept: mediaTypes.index } })).status, 404)
})

test('D2 a document that Go and JavaScript read differently is refused', async () => {
  const [config, layers] = [JSON.stringify(fields.config), JSON.stringify(fields.layers)]
  const evil = JSON.stringify([describeBytes(mediaTypes.layer, Buffer.from('evil'))])
  const start = `{"schemaVersion":2,"mediaType":"${mediaTypes.image}","config":${config}`
  const text = `${start},"layers":${layers}}`
  assert.equal((await putManifest(server, 'd', 'd2-good', text)).status, 201)
  for (const [why, body] of [
    ['another case', `${start},"layers":${layers},"Layers":${evil}}`],
    ['another case alone', `${start},"LAYERS":${layers}}`],
    ['twice', `${start},"layers":${layers},"layers":${evil}}`],
    ['config twice', `${start},"config":{"size":3},"layers":${layers}}`],
    ['long s', `${start},"layerſ":${evil},"layers":${layers}}`],
    [
      'Kelvin sign',
      `${start},"layers":${layers},"subject":null,"bloKs":1,"\u212Aind":1}`.replace('"bloKs":1,"\u212Aind":1', '"annotationſ":{}'),
    ],
    ['escaped key', `${start},"\\u006cayers":${evil},"layers":${layers}}`],
    ['NUL in a key', `${start},"layers\\u0000":${evil},"layers":${layers}}`],
    ['something behind it', `${text}x`],
    ['two documents', `${text}${text}`],
    ['a byte order mark', `\ufeff${text}`],
    ['NaN', `${start},"layers":${layers},"x":NaN}`],
    ['a comment', `${start},"layers":${layers}/* */}`],
    ['a comma too many', `${start},"layers":${layers},}`],
    ['single quotes', text.replaceAll('"', "'")],
    ['inside a descriptor', `${start},"layers":[{"Digest":"${digestOf('x')}",${JSON.stringify(fields.layers[0]).slice(1)}]}`],
    ['nothing', ''],
    ['an array', `[${text}]`],
    ['a number', '2'],
  ] as const)
    await refused(body, why)
  await refused(
    Buffer.concat([Buffer.from(`${start},"x":"`), Buffer.from([0xff, 0xfe]), Buffer.from(`","layers":${layers}}`)]),
    'not UTF-8',
  )
  await refused(`${start},"layers":${layers},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'nested deeply')
})

test('D3 sizes: whole, in range, and those of the stored blob', async () => {
  const layer = fields.layers[0] as { size: number }
  const start = `{"schemaVersion":2,"mediaType":"${mediaTypes.image}","config":${JSON.stringify(fields.config)},"layers":[`
  for (const size of ['-1', '1.5', '1e3', '9007199254740993', '9223372036854775808', '"1"', 'null', 'true', '00', '1E400'])
    await refused(`${start}${JSON.stringify(layer).replace(/"size":\d+/, `"size":${size}`)}]}`, `size ${size}`)
  await refused(`${start}${JSON.stringify({ ...layer, size: undefined })}]}`, 'no size')
  const wrong = await putManifest(server, 'd', 'hostile', {
    schemaVersion: 2,
    mediaType: mediaTypes.image,
    config: fields.config,
    layers: [{ ...layer, size: layer.size + 1 }],
  })
  assert.equal(wrong.status, 400)
  assert.ok(['SIZE_INVALID', 'MANIFEST_INVALID'].includes(errorCode(wrong)))
})

test('D4 keys that JavaScript knows are data like any other', async () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']
  const annotations = `{${names.map((name) => `"${name}":"x"`).join(',')}}`
  const text = `{"schemaVersion":2,"mediaType":"${mediaTypes.image}","__proto__":{"layers":[]},"constructor":{"x":1},"config":${JSON.stringify(fields.config)},"layers":${JSON.stringify(fields.layers)},"subject":${JSON.stringify(image.descriptor)},"annotations":${annotations}}`
  assert.equal((await putManifest(server, 'd', 'd4', text)).status, 201)
  assert.equal((await send(server, 'GET', '/v2/d/manifests/d4')).body.toString(), text)
  const listed = (await send(server, 'GET', `/v2/d/referrers/${image.digest}`)).body.toString()
  for (const name of names) assert.ok(listed.includes(`"${name}":"x"`), name)
  for (const name of names) {
    assert.ok([200, 400].includes((await send(server, 'GET', `/v2/_catalog?${name}=1`, { headers: { [name]: 'x' } })).status))
    assert.equal((await send(server, 'GET', `/v2/d/manifests/${name}`)).status, 404)
  }
  assert.equal(({} as { layers?: unknown }).layers, undefined)
})

const padded = (length: number): Buffer => {
  const body = { schemaVersion: 2, mediaType: mediaTypes.image, ...fields, annotations: { pad: '' } }
  const bare = Buffer.byteLength(JSON.stringify(body))
  return Buffer.from(JSON.stringify({ ...body, annotations: { pad: 'x'.repeat(length - bare) } }))
}

const limit = 4 * 1024 * 1024
async function* pieces(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

for (const chunked of [false, true])
  test(`D5 distribution CVE-2017-11468: a manifest of up to 4 MiB, ${chunked ? 'in chunks without a length' : 'with a length'}`, async () => {
    for (const [length, status] of [
      [limit - 1, 201],
      [limit, 201],
      [limit + 1, 413],
      [limit * 2, 413],
    ] as const) {
      const bytes = padded(length)
      const answer = await putManifest(server, 'd5', 'size', '', { body: chunked ? pieces(bytes) : bytes })
      // The blobs are not in d5; with sparse on that is no matter.
      assert.equal(answer.status, status, `${length}: ${answer.body.toString().slice(0, 200)}`)
      if (status === 413) assert.ok(['MANIFEST_INVALID', 'SIZE_INVALID'].includes(errorCode(answer)))
    }
  })

test('D5 a body without end is cut off at the limit and costs no memory', async () => {
  const before = process.memoryUsage().rss
  const piece = Buffer.alloc(65_536, 0x20)
  let sent = 0
  async function* endless(): AsyncIterable<Uint8Array> {
    for (; sent < 256 * 1024 * 1024; sent += piece.length) yield piece
  }
  const answer = await putManifest(server, 'd5', 'endless', '', { body: endless() })
  assert.equal(answer.status, 413)
  assert.ok(sent < 64 * 1024 * 1024, `${sent} bytes went`)
  assert.ok(process.memoryUsage().rss - before < 128 * 1024 * 1024)
})

test('D5 a compressed manifest is refused before it is unpacked', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20))
  for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, identity', 'x-gzip']) {
    const answer = await putManifest(server, 'd5', 'bomb', bomb, { headers: { 'content-encoding': encoding } })
    assert.deepEqual([answer.status, errorCode(answer)], [415, 'UNSUPPORTED'], encoding)
  }
  assert.equal((await putManifest(server, 'd5', 'plain', image.manifest, { headers: { 'content-encoding': 'identity' } })).status, 201)
})

// Whoever walks all paths of the diamond is at it for ever.
test('D6 zot 120c2005: chains and diamonds of indexes cost no more than their documents', { timeout: 300_000 }, async () => {
  const put = async (repository: string, manifests: readonly object[], more: object = {}) => {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests, ...more }))
    const answer = await putManifest(server, repository, digestOf(body), body, { mediaType: mediaTypes.index })
    return { answer, descriptor: describeBytes(mediaTypes.index, body) }
  }
  // A chain of 64.
  let child: object = image.descriptor
  for (let depth = 0; depth < 64; depth++) {
    const { answer, descriptor } = await put('d6-chain', [child])
    assert.equal(answer.status, 201)
    child = descriptor
  }
  // A diamond of 2^40 paths.
  let level: { digest: string }[] = [image.descriptor]
  for (let depth = 0; depth < 40; depth++) {
    const next: { digest: string }[] = []
    for (const side of ['left', 'right']) next.push((await put('d6-diamond', level, { annotations: { side } })).descriptor)
    level = next
  }
  for (const top of level) assert.equal((await send(server, 'DELETE', `/v2/d6-diamond/manifests/${top.digest}`)).status, 202)
  // Ten thousand children, and ten thousand times the same one.
  const children = Array.from({ length: 10_000 }, (_, index) => describeBytes(mediaTypes.image, Buffer.from(String(index))))
  const { answer, descriptor } = await put('d6-wide', children)
  assert.equal(answer.status, 201)
  const same = Array.from({ length: 10_000 }, () => image.descriptor)
  assert.equal((await put('d6-wide', same)).answer.status, 201)
  assert.equal((await send(server, 'DELETE', `/v2/d6-wide/manifests/${descriptor.digest}`)).status, 202)
  const many = Array.from({ length: 20_001 }, (_, index) => describeBytes('a/b', Buffer.from(String(index))))
  assert.equal((await put('d6-wide', many)).answer.status, 400, 'beyond the limit')
  assert.equal((await send(server, 'GET', '/v2/_catalog')).status, 200)
})

test('D7 cosign CVE-2023-46737: a thousand referrers come in pages of at most a hundred', async () => {
  const subject = await pushImage(server, 'd7', 'subject')
  const config = Buffer.from('{}')
  await pushBlob(server, 'd7', config)
  const descriptor = describeBytes(mediaTypes.empty, config)
  const bodies = Array.from({ length: 1000 }, (_, index) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.image,
      config: descriptor,
      layers: [],
      subject: subject.descriptor,
      annotations: { n: `${index}` },
    }),
  )
  // A few at once: a database that is busy for long has a server send away who waits for it.
  for (let at = 0; at < bodies.length; at += 10) {
    const answers = await Promise.all(bodies.slice(at, at + 10).map((body) => putManifest(server, 'd7', digestOf(body), body)))
    for (const answer of answers) assert.equal(answer.status, 201)
  }
  const seen = new Set<string>()
  let pages = 0
  for (let path = `/v2/d7/referrers/${subject.digest}`; path !== ''; pages++) {
    const page = await send(server, 'GET', path)
    const { manifests } = json<{ manifests: { digest: string }[] }>(page)
    assert.ok(manifests.length > 0 && manifests.length <= 100)
    for (const each of manifests) seen.add(each.digest)
    path = /^<([^>]+)>/.exec(header(page, 'link'))?.[1] ?? ''
  }
  assert.deepEqual([seen.size, pages], [1000, 10])
})

test('D8 containerd CVE-2026-53488: a hostile config is stored and never interpreted', async () => {
  const config = Buffer.from(
    JSON.stringify({ config: { User: '$(id)', Labels: { '\u001b[2J': '`reboot`' }, Env: ['A=\r\nX: y'] }, os: '../../etc' }),
  )
  await pushBlob(server, 'd8', config)
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.image,
    config: describeBytes(mediaTypes.config, config),
    layers: [],
  })
  assert.equal((await putManifest(server, 'd8', 'hostile', body)).status, 201)
  assert.ok((await send(server, 'GET', `/v2/d8/blobs/${digestOf(config)}`)).body.equals(config))
})

test('D9 containerd CVE-2020-15157: urls of a layer are stored and never fetched', async () => {
  let hits = 0
  const trap = createServer((_request, response) => {
    hits++
    response.end()
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  const own = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/layer`
  const layer = {
    ...describeBytes('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', Buffer.from('far')),
    urls: [own, 'http://169.254.169.254/latest/meta-data/', 'file:///etc/passwd'],
  }
  const body = { schemaVersion: 2, mediaType: mediaTypes.image, config: fields.config, layers: [layer] }
  assert.equal((await putManifest(server, 'd', 'd9', body)).status, 201)
  assert.equal((await send(server, 'GET', '/v2/d/manifests/d9')).status, 200)
  assert.equal((await send(server, 'GET', `/v2/d/blobs/${layer.digest}`)).status, 404)
  await new Promise((resolve) => setTimeout(resolve, 200))
  assert.equal(hits, 0)
  trap.close()
})
