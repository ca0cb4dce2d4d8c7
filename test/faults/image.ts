// The smallest images that a registry takes for one.
import { digestOf } from './client.ts'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'

export interface Image {
  layers: readonly Buffer[]
  config: Buffer
  manifest: Buffer
  digest: string
  /** Of all its blobs. */
  blobs: readonly string[]
}

/** @param annotations make another manifest of the same layers */
export function imageOf(layers: readonly Buffer[], annotations: Readonly<Record<string, string>> = {}): Image {
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } }),
  )
  const descriptor = (mediaType: string, bytes: Buffer) => ({ mediaType, digest: digestOf(bytes), size: bytes.length })
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar', layer)),
      annotations,
    }),
  )
  return { layers, config, manifest, digest: digestOf(manifest), blobs: [...layers, config].map(digestOf) }
}
