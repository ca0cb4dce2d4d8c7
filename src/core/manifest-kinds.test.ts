import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { parseManifest } from './manifest.ts'
import { mediaTypes } from './media-type.ts'

const of = (mediaType: string, text: string) => ({
  mediaType,
  digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
  size: text.length,
})
const parse = (body: unknown, contentType = '') => parseManifest(Buffer.from(JSON.stringify(body)), contentType)

const layer = of('application/vnd.oci.image.layer.v1.tar+gzip', 'layer')
const config = of('application/vnd.oci.image.config.v1+json', 'config')
const empty = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
  data: 'e30=',
}
const amd64 = {
  ...of(mediaTypes.ociManifest, 'amd64'),
  platform: { os: 'linux', architecture: 'amd64', 'os.version': '1', 'os.features': ['a'], variant: 'v8' },
}
const attestation = {
  ...of(mediaTypes.ociManifest, 'attestation'),
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: { 'vnd.docker.reference.digest': amd64.digest, 'vnd.docker.reference.type': 'attestation-manifest' },
}

interface Kind {
  body: unknown
  contentType?: string
  mediaType: string
  blobs: readonly { digest: string }[]
  manifests?: readonly { digest: string }[]
  artifactType?: string
  subject?: string
}

const kinds: Readonly<Record<string, Kind>> = {
  'an OCI image': {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer], annotations: { a: 'b' } },
    contentType: mediaTypes.ociManifest,
    mediaType: mediaTypes.ociManifest,
    blobs: [config, layer],
    artifactType: config.mediaType,
  },
  'an OCI image that names its type in the Content-Type only': {
    body: { schemaVersion: 2, config, layers: [layer] },
    contentType: `${mediaTypes.ociManifest}; charset=utf-8`,
    mediaType: mediaTypes.ociManifest,
    blobs: [config, layer],
    artifactType: config.mediaType,
  },
  'an OCI image that names no type at all': {
    body: { schemaVersion: 2, config, layers: [layer] },
    mediaType: mediaTypes.ociManifest,
    blobs: [config, layer],
    artifactType: config.mediaType,
  },
  'an OCI index': {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [amd64] },
    contentType: mediaTypes.ociIndex,
    mediaType: mediaTypes.ociIndex,
    blobs: [],
    manifests: [amd64],
  },
  'an index that names no type at all': { body: { schemaVersion: 2, manifests: [] }, mediaType: mediaTypes.ociIndex, blobs: [] },
  'an index with attestations': {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [amd64, attestation] },
    mediaType: mediaTypes.ociIndex,
    blobs: [],
    manifests: [amd64, attestation],
  },
  'an OCI 1.1 artifact on an empty config': {
    body: {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: 'application/vnd.example.sbom',
      config: empty,
      layers: [empty],
      subject: amd64,
    },
    mediaType: mediaTypes.ociManifest,
    blobs: [empty],
    artifactType: 'application/vnd.example.sbom',
    subject: amd64.digest,
  },
  'an OCI 1.0 artifact manifest': {
    body: { mediaType: mediaTypes.ociArtifact, artifactType: 'application/vnd.example', blobs: [layer], subject: amd64 },
    mediaType: mediaTypes.ociArtifact,
    blobs: [layer],
    artifactType: 'application/vnd.example',
    subject: amd64.digest,
  },
  'an ORAS artifact manifest without blobs': {
    body: { mediaType: mediaTypes.orasArtifact, artifactType: 'signature/example', subject: amd64 },
    mediaType: mediaTypes.orasArtifact,
    blobs: [],
    artifactType: 'signature/example',
    subject: amd64.digest,
  },
  'a Docker image of schema 2': {
    body: {
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: of('application/vnd.docker.container.image.v1+json', 'config'),
      layers: [of('application/vnd.docker.image.rootfs.diff.tar.gzip', 'layer')],
    },
    contentType: mediaTypes.dockerManifest,
    mediaType: mediaTypes.dockerManifest,
    blobs: [config, layer],
    artifactType: 'application/vnd.docker.container.image.v1+json',
  },
  'a Docker manifest list': {
    body: {
      schemaVersion: 2,
      mediaType: mediaTypes.dockerList,
      manifests: [{ ...of(mediaTypes.dockerManifest, 'amd64'), platform: { os: 'linux', architecture: 'amd64' } }],
    },
    contentType: mediaTypes.dockerList,
    mediaType: mediaTypes.dockerList,
    blobs: [],
    manifests: [amd64],
  },
  'a Helm chart': {
    body: {
      schemaVersion: 2,
      config: of('application/vnd.cncf.helm.config.v1+json', 'config'),
      layers: [of('application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'layer')],
      annotations: { 'org.opencontainers.image.title': 'chart' },
    },
    contentType: mediaTypes.ociManifest,
    mediaType: mediaTypes.ociManifest,
    blobs: [config, layer],
    artifactType: 'application/vnd.cncf.helm.config.v1+json',
  },
  'a cosign signature': {
    body: {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config,
      layers: [
        {
          ...of('application/vnd.dev.cosign.simplesigning.v1+json', 'layer'),
          annotations: { 'dev.cosignproject.cosign/signature': 'MEUCIQ==' },
        },
      ],
    },
    mediaType: mediaTypes.ociManifest,
    blobs: [config, layer],
    artifactType: config.mediaType,
  },
  "BuildKit's cache as an image": {
    body: {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: of('application/vnd.buildkit.cacheconfig.v0', 'config'),
      layers: [layer],
    },
    mediaType: mediaTypes.ociManifest,
    blobs: [config, layer],
    artifactType: 'application/vnd.buildkit.cacheconfig.v0',
  },
  "BuildKit's cache as an index of blobs": {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [layer, of('application/vnd.buildkit.cacheconfig.v0', 'config')] },
    mediaType: mediaTypes.ociIndex,
    blobs: [],
    manifests: [layer, config],
  },
  'an image without layers': {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [] },
    mediaType: mediaTypes.ociManifest,
    blobs: [config],
    artifactType: config.mediaType,
  },
  'an image whose layers are null': {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: null },
    mediaType: mediaTypes.ociManifest,
    blobs: [config],
    artifactType: config.mediaType,
  },
  'an index whose manifests are null': {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: null },
    mediaType: mediaTypes.ociIndex,
    blobs: [],
  },
  'a type written in other letters in the Content-Type': {
    body: { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [] },
    contentType: mediaTypes.ociManifest.toUpperCase(),
    mediaType: mediaTypes.ociManifest,
    blobs: [config],
    artifactType: config.mediaType,
  },
}
for (const [what, kind] of Object.entries(kinds))
  test(`${what} is accepted`, () => {
    const manifest = parse(kind.body, kind.contentType)
    assert.equal(manifest.mediaType, kind.mediaType)
    assert.deepEqual(
      manifest.blobs.map((each) => each.digest),
      kind.blobs.map((each) => each.digest),
    )
    assert.deepEqual(
      manifest.manifests.map((each) => each.digest),
      (kind.manifests ?? []).map((each) => each.digest),
    )
    assert.equal(manifest.artifactType, kind.artifactType)
    assert.equal(manifest.subject, kind.subject)
  })

test('a manifest of schema 1 is refused as unsupported, by its Content-Type or by its version', () => {
  const unsupported = { name: 'RegistryError', failure: 'unsupported', message: /schema 1/ }
  assert.throws(() => parse({ schemaVersion: 1, fsLayers: [], history: [] }), unsupported)
  assert.throws(() => parse({}, mediaTypes.dockerSchema1), unsupported)
  assert.throws(() => parse({}, `${mediaTypes.dockerSchema1Signed}; charset=utf-8`), unsupported)
})

test('a foreign layer, and one with urls, may be missing; the config may never be', () => {
  const foreign = of('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'foreign')
  const away = { ...of('application/vnd.oci.image.layer.v1.tar', 'away'), urls: ['https://example.com/layer'] }
  const here = { ...of('application/vnd.oci.image.layer.v1.tar', 'here'), urls: [] }
  const { blobs } = parse({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { ...config, urls: ['https://example.com'] },
    layers: [foreign, away, here],
  })
  assert.deepEqual(
    blobs.map((each) => each.optional),
    [false, true, true, false],
  )
})

test('a blob that is needed once is needed, whatever another mention says', () => {
  const away = { ...layer, urls: ['https://example.com/layer'] }
  for (const layers of [
    [away, layer],
    [layer, away],
  ]) {
    const { blobs } = parse({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers })
    assert.deepEqual(blobs[1], { mediaType: layer.mediaType, digest: layer.digest, size: layer.size, optional: false })
  }
})

test('the artifact type of an image is its own, else that of its config; an index has only its own', () => {
  const image = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [] }
  assert.equal(parse({ ...image, artifactType: 'a/own' }).artifactType, 'a/own')
  assert.equal(parse({ ...image, artifactType: '' }).artifactType, config.mediaType)
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [] }
  assert.equal(parse(index).artifactType, undefined)
  assert.equal(parse({ ...index, artifactType: 'a/own' }).artifactType, 'a/own')
})
