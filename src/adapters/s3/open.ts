import { BucketBlobStore, type BucketOptions } from '../bucket/blob-store.ts'
import { S3Client } from './client.ts'
import type { S3Place } from './place.ts'

export type S3BlobStore = BucketBlobStore<S3Client>

/** Blobs in a bucket of S3. */
export async function openS3BlobStore(place: S3Place, options: BucketOptions = {}): Promise<S3BlobStore> {
  const client = await S3Client.open(place, options.patience)
  return new BucketBlobStore('s3', client, place, options)
}
