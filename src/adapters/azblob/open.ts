import { BucketBlobStore, type BucketOptions } from '../bucket/blob-store.ts'
import { AzureClient } from './client.ts'
import { credentialsOf } from './credentials.ts'
import type { AzurePlace } from './place.ts'

export type AzureBlobStore = BucketBlobStore<AzureClient>

/** Blobs in a container of an Azure storage account. @param keyFile has the account's key or a shared access signature */
export async function openAzureBlobStore(place: AzurePlace, options: BucketOptions & { keyFile?: string } = {}): Promise<AzureBlobStore> {
  const client = await AzureClient.open(place, credentialsOf(options.keyFile), options.patience)
  return new BucketBlobStore('azblob', client, place, options)
}
