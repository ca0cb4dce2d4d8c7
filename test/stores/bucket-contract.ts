import { after } from 'node:test'
import type { BucketBlobStore } from '#adapters/bucket/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { blobStoreContract } from '#ports/blob-store.contract.ts'
import { twoServersTests } from '../model/upload-owners.ts'
import { type ObjectStoreServer, openStore } from './object-store.ts'

/** What every store of blobs does, and two servers at one upload. */
export function bucketContract(kind: string, starting: Promise<ObjectStoreServer>): void {
  after(async () => (await starting).stop())

  // Parts so small that the contract's blobs have several; those of the last contract all fit into one.
  for (const [what, partSize] of [
    ['parts of 256 KiB', 256 * 1024],
    ['parts of their usual size', undefined],
  ] as const)
    blobStoreContract(`${kind}, ${what}`, async () => {
      const server = await starting
      Object.assign(process.env, server.environment)
      const bucket = await server.make()
      const open = () => openStore(server.url(bucket, { prefix: 'some/where' }), partSize === undefined ? {} : { partSize })
      let store: BucketBlobStore = await open()
      return {
        subject: {
          store: () => store,
          reopen: async () => {
            await store.close()
            store = await open()
          },
          damage: (key, change) => server.change(bucket, `some/where/objects/${key}`, change),
        },
        close: () => store.close(),
      }
    })

  for (const partSize of [256 * 1024, 1024 * 1024])
    twoServersTests(`${kind}, parts of ${partSize / 1024} KiB`, async () => {
      const server = await starting
      const url = server.url(await server.make())
      return { store: openMemoryMetadataStore(), blobs: [await openStore(url, { partSize }), await openStore(url, { partSize })] }
    })
}
