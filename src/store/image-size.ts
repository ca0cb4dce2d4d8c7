import type { Digest } from '#core/digest.ts'
import type { Manifest } from '#core/manifest.ts'
import type { Named } from './references.ts'

/**
 * What the metadata API calls imageSize: config and layers of an image, each once, without what its maker keeps; of an
 * index, the sizes of those of its children that are here now. Written down then, so that a list adds up nothing.
 */
export function imageSizeOf(manifest: Manifest, named: Named): number {
  let sum = 0
  for (const { size, optional } of manifest.blobs) if (!optional) sum += size
  for (const { digest } of manifest.manifests) sum += sizeOfChild(named, digest)
  return Math.min(sum, Number.MAX_SAFE_INTEGER)
}

const sizeOfChild = ({ manifests, blobs }: Named, digest: Digest): number => manifests.get(digest) ?? blobs.get(digest) ?? 0
