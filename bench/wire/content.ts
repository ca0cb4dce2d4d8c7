import { hash, randomBytes, randomFillSync, randomUUID } from 'node:crypto'

export const mebibyte = 1024 * 1024

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** What distribution needs to hear before it answers an OCI manifest with 200. */
export const acceptManifests = [
  manifestType,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ')

export interface Blob {
  bytes: Buffer
  digest: string
}

export interface Image {
  config: Blob
  layers: Blob[]
  manifest: Blob
}

export function blobOf(bytes: Buffer): Blob {
  return { bytes, digest: `sha256:${hash('sha256', bytes)}` }
}

export function randomBlob(size: number): Blob {
  return blobOf(size <= 65_536 ? randomBytes(size) : randomFillSync(Buffer.allocUnsafe(size)))
}

/**
 * A large random buffer that is made new cheaply: sixteen of its bytes change, so its digest does,
 * and no registry has seen it. One holder uses it at a time.
 */
export class FreshBytes {
  private readonly bytes: Buffer

  constructor(size: number) {
    this.bytes = randomFillSync(Buffer.allocUnsafe(size))
  }

  next(): Blob {
    randomFillSync(this.bytes, 0, Math.min(16, this.bytes.length))
    return blobOf(this.bytes)
  }
}

/** An image config of about 500 bytes that no other has. */
export function freshConfig(): Blob {
  const config = {
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `BENCH=${randomUUID()}`],
      Cmd: ['/bin/sh'],
      Labels: { 'org.opencontainers.image.title': 'bench', 'org.opencontainers.image.vendor': 'nobody' },
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${hash('sha256', randomUUID())}`] },
    history: [{ created: '2026-01-01T00:00:00Z', created_by: 'bench' }],
  }
  return blobOf(Buffer.from(JSON.stringify(config)))
}

export function imageOf(config: Blob, layers: Blob[]): Image {
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config.digest, size: config.bytes.length },
    layers: layers.map(({ digest, bytes }) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest,
      size: bytes.length,
    })),
  }
  return { config, layers, manifest: blobOf(Buffer.from(JSON.stringify(manifest))) }
}

export function smallImage(layerSizes: readonly number[]): Image {
  return imageOf(freshConfig(), layerSizes.map(randomBlob))
}
