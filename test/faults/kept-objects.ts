import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openFsBlobStore } from '#adapters/fs/blob-store.ts'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import { objectsIn } from '../stores/bucket-objects.ts'
import { behind, copyObjects } from '../stores/object-store.ts'
import { blobsOf } from '../world/database.ts'

/** The bytes of a data directory whose server has ended, in its folder or in a bucket. */
export interface KeptObjects {
  /** @param isShared other servers use them too */
  open(isShared: boolean): Promise<BlobStore>
  /** Of all that lies there, whatever it is; an object of a row has its key. */
  names(): Promise<string[]>
}

export function keptObjects(dataDir: string): KeptObjects {
  const url = blobsOf(dataDir)
  return url === undefined ? inFiles(dataDirectory(dataDir).objects) : inBucket(url)
}

/** What a folder of files has was copied with it. */
export async function copyBucket(from: string, to: string): Promise<void> {
  const [source, target] = [blobsOf(from), blobsOf(to)]
  if (source !== undefined && target !== undefined) await copyObjects(source, target)
}

const inFiles = (folder: string): KeptObjects => ({
  open: async (isShared) => openFsBlobStore(folder, undefined, { database: isShared ? 'shared' : 'own' }),
  names: async () =>
    readdirSync(folder)
      .filter((shard) => shard !== '.id')
      .flatMap((shard) => readdirSync(join(folder, shard)).map((name) => `${shard}/${name}`)),
})

const root = 'objects/'

const inBucket = (url: string): KeptObjects => ({
  open: async () => (await objectsIn(url)).open(),
  names: () =>
    behind(url, async (client) => {
      const objects = await Array.fromAsync(client.list(root), ({ key }) => key.slice(root.length))
      const unfinished = await Array.fromAsync(client.unfinished(root), ({ key }) => `${key.slice(root.length)}, unfinished`)
      return [...objects, ...unfinished]
    }),
})
