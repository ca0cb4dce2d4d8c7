import type { ContentReads } from '#ports/content.ts'
import { unknownManifest, unknownRepository } from '#core/failures.ts'
import type { AttributesChange } from '#core/attributes.ts'
import type { Digest } from '#core/digest.ts'
import { shapeOf } from '#core/media-type.ts'
import { childPlatforms, type Platform } from '#core/platform.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { Registry } from '#ports/registries.ts'
import type { ListPage, ManifestAttributes, RepositoryAttributeCommands, RepositoryAttributeReads } from '#ports/repository-attributes.ts'
import type { RepositoryVisit } from '../distribution/distribution.ts'
import { showRepository } from './repositories.ts'

/** A manifest by itself; an index tells its children too. */
export interface ShownManifest {
  manifest: ManifestAttributes
  references: (Platform & { digest: Digest })[] | undefined
}

/** Fails with `name-unknown`. */
export async function listManifests(
  { store }: { store: RepositoryAttributeReads },
  registry: Registry,
  name: RepositoryName,
  page: ListPage,
): Promise<ManifestAttributes[]> {
  const manifests = await store.listManifestAttributes(registry.id, name, page)
  if (!manifests) throw unknownRepository(name)
  return manifests
}

/** Fails with `name-unknown`, `manifest-unknown`. */
export async function showManifest(
  deps: { store: ContentReads & RepositoryAttributeReads },
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
): Promise<ShownManifest> {
  const manifest = await deps.store.manifestAttributes(registry.id, name, digest)
  if (!manifest) {
    await showRepository(deps, registry, name)
    throw unknownManifest({ kind: 'digest', digest })
  }
  if (shapeOf(manifest.mediaType) !== 'index') return { manifest, references: undefined }
  // Not a reading of the image: it needs no lease, and a lock against pulling does not hide what is in the index.
  const stored = await deps.store.manifestByDigest(registry.id, name, digest)
  return { manifest, references: stored && childPlatforms(stored.bytes) }
}

/** Returns what it is then. Fails with `name-unknown`, `manifest-unknown`. */
export async function updateManifest(
  deps: { store: ContentReads & RepositoryAttributeCommands & RepositoryAttributeReads },
  { registry, repository: name, caller }: RepositoryVisit,
  digest: Digest,
  change: AttributesChange,
): Promise<ShownManifest> {
  await deps.store.changeAttributes({ registryId: registry.id, name, target: { kind: 'manifest', digest }, change, askedBy: caller.id })
  return showManifest(deps, registry, name, digest)
}
