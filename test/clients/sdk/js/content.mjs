// An image for two platforms goes in, is looked at, locked, unlocked and deleted.
import { createHash, randomBytes } from 'node:crypto'
import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry'
import { credentialOf } from './credential.mjs'
import { all, answer, refusalOf } from './question.mjs'

const imageType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
// More than two pieces of the size in which the SDK uploads.
const layerSize = 9_000_001

await answer(async ({ credential: wanted, endpoint, repository: name, audience }) => {
  const credential = credentialOf(wanted)
  const options = audience === undefined ? {} : { audience }
  const content = new ContainerRegistryContentClient(endpoint, name, credential, options)
  const registry = new ContainerRegistryClient(endpoint, credential, options)

  const layer = randomBytes(layerSize)
  const uploaded = await content.uploadBlob(layer)
  const first = await pushImage(content, uploaded, 'amd64', 'v1')
  const second = await pushImage(content, uploaded, 'arm64', 'v2')
  const platforms = [first, second].map(({ digest, size, architecture }) => {
    return { mediaType: imageType, digest, size, platform: { architecture, os: 'linux' } }
  })
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: platforms }))
  const { digest: indexDigest } = await content.setManifest(index, { tag: 'all', mediaType: indexType })

  const byTag = await content.getManifest('v1')
  const byDigest = await content.getManifest(indexDigest)
  const downloaded = createHash('sha256')
  for await (const chunk of (await content.downloadBlob(uploaded.digest)).content) downloaded.update(chunk)
  const seen = await look(registry, name)
  const locked = await lock(registry, content, name, second.digest)
  const unlocked = await unlock(registry, name)

  const repository = registry.getRepository(name)
  await registry.getArtifact(name, 'v1').deleteTag('v1')
  const { tags: untagged } = await registry.getArtifact(name, first.digest).getManifestProperties()
  await content.deleteManifest(indexDigest)
  const afterManifest = await digestsOf(repository.listManifestProperties())
  await content.deleteBlob(first.spare)
  const { status: goneBlob } = await refusalOf(() => content.downloadBlob(first.spare))
  await registry.deleteRepository(name)
  const after = {
    untagged,
    manifests: afterManifest.sort(),
    goneBlob,
    goneManifest: (await refusalOf(() => content.getManifest('v2'))).status,
    goneRepository: await refusalOf(() => repository.getProperties()),
    repositories: await all(registry.listRepositoryNames()),
  }
  const again = await pushImage(content, await content.uploadBlob(layer), 'amd64', 'again')
  return {
    layer: { digest: uploaded.digest, size: uploaded.sizeInBytes, expected: sha256(layer) },
    downloaded: `sha256:${downloaded.digest('hex')}`,
    first: first.digest,
    second: second.digest,
    index: indexDigest,
    imageSizes: [first.size, second.size],
    byTag: { digest: byTag.digest, mediaType: byTag.mediaType, layers: byTag.manifest.layers.length },
    byDigest: { mediaType: byDigest.mediaType, isSame: byDigest.content.equals(index) },
    seen,
    locked,
    unlocked,
    after,
    again: again.digest,
  }
})

async function look(registry, name) {
  const repository = registry.getRepository(name)
  const [v1, both] = [registry.getArtifact(name, 'v1'), registry.getArtifact(name, 'all')]
  const properties = await repository.getProperties()
  const pages = []
  for await (const page of v1.listTagProperties().byPage({ maxPageSize: 1 })) pages.push([...page].map((each) => each.name))
  return {
    repositories: await all(registry.listRepositoryNames()),
    properties: { name: properties.name, tags: properties.tagCount, manifests: properties.manifestCount },
    server: properties.registryLoginServer,
    manifests: (await digestsOf(repository.listManifestProperties())).sort(),
    newestFirst: await digestsOf(repository.listManifestProperties({ order: 'LastUpdatedOnDescending' })),
    tags: (await all(v1.listTagProperties())).map((each) => [each.name, each.digest]),
    pages,
    image: manifestOf(await v1.getManifestProperties()),
    index: manifestOf(await both.getManifestProperties()),
    parts: (await both.getManifestProperties()).relatedArtifacts.map((each) => [each.digest, each.architecture, each.operatingSystem]),
    tag: (await v1.getTagProperties('v1')).digest,
  }
}

async function lock(registry, content, name, second) {
  const [v1, v2, repository] = [registry.getArtifact(name, 'v1'), registry.getArtifact(name, 'v2'), registry.getRepository(name)]
  const locks = { canDelete: false, canWrite: false }
  return {
    tag: rights(await v1.updateTagProperties('v1', locks)),
    manifest: rights(await v2.updateManifestProperties(locks)),
    repository: rights(await repository.updateProperties({ canDelete: false })),
    refusedTag: await refusalOf(() => v1.deleteTag('v1')),
    refusedManifest: await refusalOf(() => content.deleteManifest(second)),
    refusedRepository: await refusalOf(() => repository.delete()),
  }
}

async function unlock(registry, name) {
  const unlocked = { canDelete: true, canWrite: true }
  return {
    tag: rights(await registry.getArtifact(name, 'v1').updateTagProperties('v1', unlocked)),
    manifest: rights(await registry.getArtifact(name, 'v2').updateManifestProperties(unlocked)),
    repository: rights(await registry.getRepository(name).updateProperties(unlocked)),
  }
}

async function pushImage(content, layer, architecture, tag) {
  const config = await content.uploadBlob(
    Buffer.from(JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } })),
  )
  const spare = await content.uploadBlob(randomBytes(64))
  const manifest = {
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config.digest, size: config.sizeInBytes },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer.digest, size: layer.sizeInBytes }],
  }
  const { digest } = await content.setManifest(manifest, { tag })
  return { digest, architecture, size: JSON.stringify(manifest).length, spare: spare.digest }
}

async function digestsOf(manifests) {
  return (await all(manifests)).map((each) => each.digest)
}

function sha256(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function rights({ canDelete, canWrite, canList, canRead }) {
  return { canDelete, canWrite, canList, canRead }
}

function manifestOf({ digest, tags, sizeInBytes, architecture, operatingSystem }) {
  return {
    digest,
    tags,
    size: sizeInBytes,
    architecture: architecture ?? null,
    system: operatingSystem ?? null,
  }
}
