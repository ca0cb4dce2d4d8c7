import type { MessagePort } from 'node:worker_threads'
import type { DataDirectory } from '#adapters/fs/data-directory.ts'
import { openFsBlobStore, openSharedFsBlobStore, type SharedBlobs as SharedFiles } from '#adapters/fs/blob-store.ts'
import type { BucketBlobStore, BucketOptions } from '#adapters/bucket/blob-store.ts'
import type { BucketPlace } from '#adapters/bucket/place.ts'
import { type Alone, type Examined, examineBucket, type LinksTo, readId } from '#adapters/bucket/self-test.ts'
import { Refusal } from '#core/refusal.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import { variableOf } from './config.ts'
import { isOwnDatabase } from './facts.ts'
import { failpointOf } from './failpoint.ts'
import { serversOf } from './servers.ts'
import { blobsName, type Config } from './settings.ts'

/** What one more thread needs to use the same blob stores. */
export interface SharedBlobs {
  files: SharedFiles | undefined
  /** As a server found it. */
  proof: Pick<BlobsProof, 'id' | 'abilities'> | undefined
}

/** What goes over to that thread. */
export const linesOfBlobs = ({ files }: SharedBlobs): readonly MessagePort[] => files?.lines.ports ?? []

/** What a server says of its store when it has looked at it. */
export interface BlobsProof extends Examined {
  place: string
}

/** The blob store of the configuration, opened. */
export interface OpenBlobs {
  blobs: BlobStore
  share(): SharedBlobs
  /** Looks at a store that is not this machine's. Refuses with `blobs-unreachable`, `blobs-unfit`. */
  prove(alone: Alone): Promise<BlobsProof | undefined>
  /** What rows say of it, without trying anything there; undefined where no server ever used it. */
  nameInRows(): Promise<string | undefined>
  close(): Promise<void>
}

/**
 * @param hasFiles the data folder has objects: where new ones go elsewhere, these are still read and deleted there
 * @param serves a server writes soon; a command perhaps not at all
 */
export async function openBlobs(
  config: Config,
  { objects }: DataDirectory,
  { hasFiles, serves }: { hasFiles: boolean; serves: boolean },
): Promise<OpenBlobs> {
  const place = config.blobs
  if (place === 'files') {
    const blobs = openFiles(config, objects)
    if (serves) blobs.startWorkers()
    const share = () => ({ files: blobs.share(), proof: undefined })
    return { blobs, share, prove: async () => undefined, nameInRows: async () => blobs.name, close: () => blobs.close() }
  }
  const files = hasFiles ? openFiles(config, objects) : undefined
  const { blobs, examine } = await openBucket(config, place, optionsOf(config, files))
  let proof: BlobsProof | undefined
  return {
    blobs,
    share: () => ({ files: files?.share(), proof }),
    prove: async (alone) => {
      proof = { place: blobsName(place), ...(await examine(alone)) }
      blobs.identify(proof.id)
      return proof
    },
    nameInRows: async () => {
      const id = await readId(blobs.client)
      return id === undefined ? undefined : blobs.namedBy(id)
    },
    close: async () => {
      await blobs.close()
      await files?.close()
    },
  }
}

const openFiles = (config: Config, objects: string) =>
  openFsBlobStore(objects, config.failpoint, { database: isOwnDatabase(config) ? 'own' : 'shared' })

export async function openSharedBlobs(config: Config, { files: shared, proof }: SharedBlobs): Promise<BlobStore> {
  const files = shared && openSharedFsBlobStore(shared)
  if (config.blobs !== 'files') return (await openBucket(config, config.blobs, optionsOf(config, files, proof))).blobs
  if (!files) throw new Error('a thread was given no store')
  return files
}

const mebibyte = 1024 * 1024
/** Of all threads together, and of one at least. */
const buffers = { most: 64 * mebibyte, least: 32 * mebibyte }

const optionsOf = (config: Config, files: BlobStore | undefined, proof?: SharedBlobs['proof']): BucketOptions => ({
  ...(proof ? { id: proof.id, abilities: proof.abilities } : {}),
  ...(files ? { before: files } : {}),
  failpoint: failpointOf(config),
  buffers: Math.max(buffers.least, buffers.most / serversOf(config.servers)),
})

const linksTo = ({ publicEndpoint }: BucketPlace, { blobDownloads }: Config): LinksTo =>
  publicEndpoint !== undefined ? 'other' : blobDownloads === 'served' ? 'nothing' : 'same'

interface OpenBucket {
  blobs: BucketBlobStore
  examine: (alone: Alone) => Promise<Examined>
}

/** Who has a data folder of their own has no need of its client. */
async function openBucket(config: Config, place: Exclude<Config['blobs'], 'files'>, options: BucketOptions): Promise<OpenBucket> {
  const [name, links] = [blobsName(place), linksTo(place, config)]
  if (place.kind === 's3') {
    const { openS3BlobStore } = await import('#adapters/s3/open.ts')
    const blobs = await openS3BlobStore(place, options)
    return {
      blobs,
      examine: async (alone) => (await import('#adapters/s3/self-test.ts')).examine(blobs.client, { place: name, links, alone }),
    }
  }
  const { openAzureBlobStore } = await import('#adapters/azblob/open.ts')
  const blobs = await openAzureBlobStore(place, { ...options, keyFile: config.blobsKeyFile })
  if (config.blobDownloads !== 'served' && !blobs.client.signs)
    throw new Refusal('downloads-with-sas', { name: variableOf('blobDownloads') })
  return { blobs, examine: (alone) => examineBucket(blobs.client, { place: name, links, alone }) }
}
