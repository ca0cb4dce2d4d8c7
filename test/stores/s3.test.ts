import { after } from 'node:test'
import { openS3BlobStore, type S3BlobStore } from '#adapters/s3/open.ts'
import { parseS3Place } from '#adapters/s3/place.ts'
import { blobStoreContract } from '#ports/blob-store.contract.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { twoServersTests } from '../model/upload-owners.ts'
import { buckets, startObjectStore } from './radosgw.ts'

const starting = startObjectStore()
after(async () => (await starting).stop())

// Parts so small that the contract's blobs have several; those of the last contract all fit into one.
for (const [what, partSize] of [
  ['parts of 256 KiB', 256 * 1024],
  ['parts of their usual size', undefined],
] as const)
  blobStoreContract(`s3, ${what}`, async () => {
    const server = await starting
    process.env.AWS_ACCESS_KEY_ID = server.accessKeyId
    process.env.AWS_SECRET_ACCESS_KEY = server.secretAccessKey
    const bucket = await buckets(server).make()
    const place = parseS3Place(`s3://${bucket}/some/where?endpoint=${server.endpoint}`)
    const open = () => openS3BlobStore(place, partSize === undefined ? {} : { partSize })
    let store: S3BlobStore = await open()
    return {
      subject: {
        store: () => store,
        reopen: async () => {
          await store.close()
          store = await open()
        },
        damage: (key, change) => buckets(server).change(bucket, `some/where/objects/${key}`, change),
      },
      close: () => store.close(),
    }
  })

for (const partSize of [256 * 1024, 1024 * 1024])
  twoServersTests(`a bucket, parts of ${partSize / 1024} KiB`, async () => {
    const server = await starting
    const place = parseS3Place(`s3://${await buckets(server).make()}?endpoint=${server.endpoint}`)
    return {
      store: openMemoryMetadataStore(),
      blobs: [await openS3BlobStore(place, { partSize }), await openS3BlobStore(place, { partSize })],
    }
  })
