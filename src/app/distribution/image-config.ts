import type { CollectionCommands, CollectionReads } from '#ports/collection.ts'
import type { ContentReads } from '#ports/content.ts'
import type { Manifest } from '#core/manifest.ts'
import { imageConfigTypes, parseImageConfig, type Platform } from '#core/platform.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { openBlob, readBlob } from './blobs.ts'

/** Far beyond any config; it bounds what one push takes of the memory. */
const largestConfig = 1024 * 1024
const unknown: Platform = { architecture: null, os: null }

/**
 * The platform that an image's config names. It is read when the manifest is put, as it never changes and lists of a
 * thousand manifests would open a thousand blobs; through the repository's own link, as every reading. What was read once through
 * that link is not read again where the put itself fails without the link; a sparse registry takes a manifest without it.
 * A config that is not here (sparse) or cannot be read, for whatever reason, says nothing: no push fails for it.
 */
export async function platformOf(
  deps: Pick<Deps, 'blobs' | 'clock' | 'platforms' | 'settings'> & { store: CollectionCommands & CollectionReads & ContentReads },
  registry: Registry,
  name: RepositoryName,
  { config }: Manifest,
): Promise<Platform> {
  if (!config || !imageConfigTypes.has(config.mediaType) || config.size > largestConfig) return unknown
  const read = { registryId: registry.id, name, digest: config.digest }
  const kept = deps.settings.sparse === 'all' ? undefined : deps.platforms.of(read)
  if (kept) return kept
  const blob = await deps.store.blob(registry.id, name, config.digest)
  if (!blob || blob.size !== config.size) return unknown
  try {
    const reader = await openBlob(deps, blob)
    try {
      const pieces: Uint8Array[] = []
      await readBlob(deps, blob, reader, { start: 0, end: blob.size - 1 }, async (piece) => {
        // The reader uses a piece's memory again for the next one.
        pieces.push(Uint8Array.from(piece))
        return true
      })
      const platform = parseImageConfig(Buffer.concat(pieces))
      deps.platforms.keep(read, platform)
      return platform
    } finally {
      await reader.close()
    }
  } catch {
    return unknown
  }
}
