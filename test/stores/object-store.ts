import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import type { BucketBlobStore, BucketOptions } from '#adapters/bucket/blob-store.ts'
import type { ObjectClient } from '#adapters/bucket/object-client.ts'
import { openAzureBlobStore } from '#adapters/azblob/open.ts'
import { parseAzurePlace } from '#adapters/azblob/place.ts'
import { openS3BlobStore } from '#adapters/s3/open.ts'
import { parseS3Place } from '#adapters/s3/place.ts'
import { afterUs } from '../world/after-us.ts'

/** A store of objects of our own on loopback, for as long as the tests run. */
export interface ObjectStoreServer {
  kind: 's3' | 'azblob'
  endpoint: string
  /** What a server that uses it must know, and is not in the URL. */
  environment: Record<string, string>
  /** Of these what nobody may be told. */
  secret: string
  /** As `LONGSHORE_BLOBS` says it. */
  url(bucket: string, more?: { prefix?: string; endpoint?: string }): string
  /** What a test does behind the store's back. */
  make(): Promise<string>
  keys(bucket: string): Promise<string[]>
  change(bucket: string, key: string, change: (bytes: Buffer) => Uint8Array): Promise<void>
  stop(): void
}

/** By the adapter itself, as `url` says. */
export function openStore(url: string, options: BucketOptions = {}): Promise<BucketBlobStore> {
  return url.startsWith('s3:') ? openS3BlobStore(parseS3Place(url), options) : openAzureBlobStore(parseAzurePlace(url), options)
}

/** What a test does to the objects under a URL itself, behind the back of whoever uses them. */
export async function behind<Result>(url: string, work: (client: ObjectClient) => Promise<Result>): Promise<Result> {
  const store = await openStore(url)
  try {
    return await work(store.client)
  } finally {
    await store.close()
  }
}

/** All that lies under a URL, unfinished uploads aside, under another one, the store's own name too: whoever has the rows finds it there. */
export const copyObjects = (from: string, to: string): Promise<void> =>
  behind(from, (source) =>
    behind(to, async (target) => {
      for await (const { key } of source.list('')) await target.put(key, (await bytesOf(source, key)) ?? Buffer.alloc(0), undefined)
    }),
  )

/** All bytes of an object; undefined where there is none. */
export async function bytesOf(client: ObjectClient, name: string): Promise<Buffer | undefined> {
  const found = await client.get(name, { from: 0, to: 2 ** 26 })
  return found && buffer(found.body)
}

/** The processes of a store, and what they keep, end with this one at the latest. */
export const endStoreWithUs = (pids: readonly number[], folder: string): { forget(): void } =>
  afterUs('folder=$0; kill -9 "$@" 2> /dev/null; rm -rf "$folder"', [folder, ...pids.map(String)])

export async function answers(endpoint: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await fetch(endpoint).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer) return
    await pause(200)
  }
  throw new Error(`nothing answers at ${endpoint}`)
}
