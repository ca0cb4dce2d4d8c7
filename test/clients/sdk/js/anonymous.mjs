// Nobody in particular looks at a registry that lets everybody pull.
import { createHash } from 'node:crypto'
import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry'
import { all, answer, refusalOf } from './question.mjs'

await answer(async ({ endpoint, repository: name }) => {
  const registry = new ContainerRegistryClient(endpoint)
  const content = new ContainerRegistryContentClient(endpoint, name)
  const { manifest, digest } = await content.getManifest('again')
  const layer = createHash('sha256')
  for await (const chunk of (await content.downloadBlob(manifest.layers[0].digest)).content) layer.update(chunk)
  return {
    repositories: await all(registry.listRepositoryNames()),
    digest,
    layer: [manifest.layers[0].digest, `sha256:${layer.digest('hex')}`],
    tags: (await all(registry.getArtifact(name, 'again').listTagProperties())).map((each) => each.name),
    push: await refusalOf(() => content.uploadBlob(Buffer.from('from nobody'))),
    lock: await refusalOf(() => registry.getRepository(name).updateProperties({ canDelete: false })),
    remove: await refusalOf(() => registry.deleteRepository(name)),
  }
})
