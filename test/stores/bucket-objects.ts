import { type Examined, examineBucket, type LinksTo, type ToExamine } from '#adapters/bucket/self-test.ts'
import { S3Client } from '#adapters/s3/client.ts'
import { examine } from '#adapters/s3/self-test.ts'
import type { BucketOptions } from '#adapters/bucket/blob-store.ts'
import type { Objects } from '../model/world.ts'
import { behind, bytesOf, openStore } from './object-store.ts'

/** As a server does at its start. */
export function examined(url: string, links: LinksTo = 'nothing'): Promise<Examined> {
  const asked: ToExamine = { place: url, links, alone: (work) => work() }
  return behind(url, (client) => (client instanceof S3Client ? examine(client, asked) : examineBucket(client, asked)))
}

/** What a model's world keeps under this URL, used as a server uses it that has looked at the store. */
export async function objectsIn(url: string, options: Pick<BucketOptions, 'partSize'> = {}): Promise<Objects> {
  const { id, abilities } = await examined(url)
  return {
    open: () => openStore(url, { id, abilities, ...options }),
    change: (storageKey, change) =>
      behind(url, async (client) => {
        const bytes = await bytesOf(client, `objects/${storageKey}`)
        if (!bytes) throw new Error(`no object ${storageKey}`)
        await client.put(`objects/${storageKey}`, change(bytes), undefined)
      }),
  }
}
