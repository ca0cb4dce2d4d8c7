import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { manifestLimit, parseManifest } from './manifest.ts'
import { mediaTypes } from './media-type.ts'

const digestOfText = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOfText('config'), size: 2 }
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOfText('layer'), size: 5 }
const child = { mediaType: mediaTypes.ociManifest, digest: digestOfText('child'), size: 7 }
const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] }
const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [child] }

const parse = (body: unknown, contentType = '') =>
  parseManifest(
    typeof body === 'string' ? Buffer.from(body) : body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)),
    contentType,
  )
const refuses = (body: unknown, contentType = '', failure = 'manifest-invalid') =>
  assert.throws(() => parse(body, contentType), { name: 'RegistryError', failure })
/** The image with one member written as text, so that what no JavaScript value can say can be said. */
const imageWith = (text: string) => `${JSON.stringify(image).slice(0, -1)},${text}}`
const layerWith = (text: string) => JSON.stringify({ ...image, layers: ['LAYER'] }).replace('"LAYER"', text)

for (const [what, body, contentType] of [
  ['manifests beside layers', { ...image, manifests: [] }, ''],
  ['manifests beside a config alone', { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, manifests: [child] }, ''],
  ['layers in an index', { ...index, layers: [] }, ''],
  ['a config in an index', { ...index, config }, ''],
  ['both kinds and no media type', { schemaVersion: 2, config, layers: [], manifests: [] }, ''],
  ['blobs in an image', { ...image, blobs: [] }, ''],
  ['layers in an artifact', { mediaType: mediaTypes.ociArtifact, blobs: [], layers: [] }, ''],
  ['fsLayers of schema 1', { ...image, fsLayers: [] }, ''],
  ['history of schema 1', { ...image, history: [] }, ''],
  ['even an empty foreign member', { ...image, manifests: null }, ''],
  ['a media type that is not the Content-Type', image, mediaTypes.dockerManifest],
  ['the body of an index under an image type', { schemaVersion: 2, manifests: [] }, mediaTypes.ociManifest],
  ['the body of an image under an index type', { schemaVersion: 2, config, layers: [] }, mediaTypes.ociIndex],
  ['a Content-Type that is no manifest', { schemaVersion: 2, config, layers: [] }, 'text/plain'],
  ['no layers at all', { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config }, ''],
  ['no config', { schemaVersion: 2, mediaType: mediaTypes.ociManifest, layers: [] }, ''],
] as const)
  test(`D1 a document with ${what} is refused`, () => refuses(body, contentType))

for (const [what, version] of [
  ['3', '3'],
  ['0', '0'],
  ['"2"', '"2"'],
  ['2.0', '2.0'],
  ['2e0', '2e0'],
  ['null', 'null'],
] as const)
  test(`D1 schemaVersion ${what} is refused`, () =>
    refuses(JSON.stringify(image).replace('"schemaVersion":2', `"schemaVersion":${version}`)))

test('D1 an absent schemaVersion is refused in an image and an index', () => {
  const { schemaVersion: _, ...rest } = image
  refuses(rest)
  refuses({ mediaType: mediaTypes.ociIndex, manifests: [] })
})

const misread: Readonly<Record<string, string>> = {
  'layers twice': imageWith('"layers":[]'),
  'config twice, each a part': '{"schemaVersion":2,"config":{"mediaType":"a/b"},"config":{"size":1},"layers":[]}',
  'Layers beside layers': imageWith('"Layers":[]'),
  'LAYERS alone': JSON.stringify(image).replace('"layers"', '"LAYERS"'),
  'a long s in layers': imageWith('"layer\u017f":[]'),
  'a Kelvin sign that folds to no name of ours, twice': imageWith('"\u212a":1,"\u212a":2'),
  'a long s in a digest of a layer': layerWith(`{"mediaType":"a/b","digest":"${layer.digest}","dige\u017ft":"x","size":1}`),
  'Digest beside digest': layerWith(`{"mediaType":"a/b","digest":"${layer.digest}","Digest":"${config.digest}","size":1}`),
  'SIZE beside size': layerWith(`{"mediaType":"a/b","digest":"${layer.digest}","size":1,"SIZE":2}`),
  'an escaped key': JSON.stringify(image).replace('"layers"', '"\\u006cayers"'),
  'an escaped second key': imageWith('"\\u006cayers":[]'),
  'a NUL in a key': imageWith('"layers\\u0000":[]'),
  'a byte order mark': `\ufeff${JSON.stringify(image)}`,
  'a second document behind': `${JSON.stringify(image)}\n${JSON.stringify(index)}`,
  'bytes behind': `${JSON.stringify(image)}\0`,
  'NaN as a size': layerWith(`{"mediaType":"a/b","digest":"${layer.digest}","size":NaN}`),
  'a comment': `/* x */${JSON.stringify(image)}`,
  'artifacttype beside artifactType': imageWith('"artifactType":"a/b","artifacttype":"c/d"'),
  'Subject instead of subject': imageWith(`"Subject":${JSON.stringify(child)}`),
  'Annotations instead of annotations': imageWith('"Annotations":{}'),
  'OS beside os in a platform': JSON.stringify({
    ...index,
    manifests: [{ ...child, platform: { os: 'linux', OS: 'windows', architecture: 'amd64' } }],
  }),
}
for (const [what, text] of Object.entries(misread)) test(`D2 a document with ${what} is refused`, () => refuses(text))

for (const size of ['-1', '-0', '1.5', '1.0', '1e3', '9007199254740992', '9223372036854775808', '"1"', 'null', 'true', '[]', '{}'])
  test(`D3 a layer of size ${size} is refused`, () => refuses(layerWith(`{"mediaType":"a/b","digest":"${layer.digest}","size":${size}}`)))

test('D3 a layer without a size is refused', () => refuses(layerWith(`{"mediaType":"a/b","digest":"${layer.digest}"}`)))

test('D3 sizes from 0 to 2^53-1 are read exactly', () => {
  for (const size of ['0', '1', '9007199254740991'])
    assert.equal(parse(layerWith(`{"mediaType":"a/b","digest":"${layer.digest}","size":${size}}`)).blobs[1]?.size, Number(size))
})

test('D3 one digest with two sizes is refused', () => refuses({ ...image, layers: [layer, { ...layer, size: 6 }] }))

const others = [null, true, 5, 'text', [], {}, [[]], [null], { a: 1 }] as const
const allowed: Readonly<Record<string, readonly string[]>> = {
  // Docker and buildah write null for an empty list; Go reads null as absent.
  layers: ['null', '[]'],
  subject: ['null'],
  annotations: ['null', '{}'],
  platform: ['null', '{}', '{"a":1}'],
  urls: ['null', '[]'],
}
const confusable: readonly [where: string, member: string, body: (value: unknown) => unknown][] = [
  ['the document', '', (value) => value],
  ['config', 'config', (value) => ({ ...image, config: value })],
  ['layers', 'layers', (value) => ({ ...image, layers: value })],
  ['a layer', '', (value) => ({ ...image, layers: [value] })],
  ['subject', 'subject', (value) => ({ ...image, subject: value })],
  ['annotations', 'annotations', (value) => ({ ...image, annotations: value })],
  ['an annotation', '', (value) => ({ ...image, annotations: { a: value } })],
  ['mediaType of a layer', '', (value) => ({ ...image, layers: [{ ...layer, mediaType: value }] })],
  ['digest of a layer', '', (value) => ({ ...image, layers: [{ ...layer, digest: value }] })],
  ['platform of a child', 'platform', (value) => ({ ...index, manifests: [{ ...child, platform: value }] })],
  ['urls of a layer', 'urls', (value) => ({ ...image, layers: [{ ...layer, urls: value }] })],
  ['annotations of a layer', 'annotations', (value) => ({ ...image, layers: [{ ...layer, annotations: value }] })],
  ['manifests', 'layers', (value) => ({ ...index, manifests: value })],
  ['mediaType', '', (value) => ({ ...image, mediaType: value })],
]
for (const [where, member, body] of confusable)
  test(`D2 ${where} of another type is refused`, () => {
    for (const value of others) {
      if (allowed[member]?.includes(JSON.stringify(value))) continue
      if (where === 'an annotation' && typeof value === 'string') continue
      refuses(body(value))
    }
  })

test('D2 an artifactType that is no text or no media type is refused', () => {
  for (const value of [null, true, 5, [], {}, 'text', 'a/b/c', 'a/b\n']) refuses({ ...image, artifactType: value })
})

test('D4 annotations with special names are data and reach no prototype', () => {
  const text = imageWith('"annotations":{"__proto__":"p","constructor":"c","toString":"t","hasOwnProperty":"h"}')
  const { annotations } = parse(text)
  assert.deepEqual(Object.entries(annotations ?? {}), [
    ['__proto__', 'p'],
    ['constructor', 'c'],
    ['toString', 't'],
    ['hasOwnProperty', 'h'],
  ])
  assert.equal(JSON.stringify(annotations), '{"__proto__":"p","constructor":"c","toString":"t","hasOwnProperty":"h"}')
  assert.equal(Object.getPrototypeOf({}), Object.prototype)
})

test('D4 special names as media types name nothing', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) refuses({ schemaVersion: 2, config, layers: [] }, name)
})

test('D5 4 MiB is read, one byte more is refused before it is read', () => {
  const body = Buffer.from(JSON.stringify(image))
  const padded = (length: number) => Buffer.concat([body, Buffer.alloc(length - body.length, 0x20)])
  assert.equal(parse(padded(manifestLimit)).blobs.length, 2)
  assert.equal(parse(padded(manifestLimit - 1)).blobs.length, 2)
  refuses(padded(manifestLimit + 1), '', 'manifest-too-large')
  refuses(Buffer.alloc(manifestLimit + 1), '', 'manifest-too-large')
})

test('D6 10,000 children are read in less than a second', () => {
  const manifests = Array.from({ length: 10_000 }, (_, each) => ({ ...child, digest: digestOfText(String(each)) }))
  const start = performance.now()
  assert.equal(parse({ ...index, manifests }).manifests.length, 10_000)
  assert.ok(performance.now() - start < 1000)
})

test('D6 the same child 10,000 times is one child', () => {
  const start = performance.now()
  assert.deepEqual(
    parse({ ...index, manifests: Array.from({ length: 10_000 }, () => child) }).manifests.map((each) => each.digest),
    [child.digest],
  )
  assert.ok(performance.now() - start < 1000)
})

test('D6 more than 20,000 references are refused', () => {
  refuses({ ...index, manifests: Array.from({ length: 20_001 }, () => ({ mediaType: 'a/b', digest: child.digest, size: 1 })) })
})

test('D6 nesting of annotations and unknown members beyond 64 is refused', () => {
  refuses(imageWith(`"x":${'['.repeat(70)}${']'.repeat(70)}`))
})

test('D10 a layer, child or subject with a digest of another form is refused', () => {
  for (const digest of [
    'md5:d41d8cd98f00b204e9800998ecf8427e',
    layer.digest.toUpperCase(),
    layer.digest.slice(0, -1),
    '',
    'sha256:../x',
    layer.digest.replace('256', '512'),
  ]) {
    refuses({ ...image, layers: [{ ...layer, digest }] })
    refuses({ ...index, manifests: [{ ...child, digest }] })
    refuses({ ...image, subject: { ...child, digest } })
  }
})
