import { buffer } from 'node:stream/consumers'
import { examineBucket } from '#adapters/bucket/self-test.ts'
import { S3Client } from '#adapters/s3/client.ts'
import { examine } from '#adapters/s3/self-test.ts'
import type { Objects } from '../model/world.ts'
import { openStore } from './object-store.ts'

/** What a model's world keeps under this URL, used as a server uses it that has looked at the store. */
export async function objectsIn(url: string): Promise<Objects> {
  const looking = await openStore(url)
  const { client } = looking
  const { id, abilities } = await (client instanceof S3Client
    ? examine(client, url, false)
    : examineBucket(client, { place: url, hasPublicEndpoint: false }))
  await looking.close()
  return {
    open: () => openStore(url, { id, abilities }),
    change: async (storageKey, change) => {
      const store = await openStore(url)
      try {
        const name = `objects/${storageKey}`
        const found = await store.client.get(name, { from: 0, to: 2 ** 20 })
        if (!found) throw new Error(`no object ${storageKey}`)
        await store.client.put(name, change(await buffer(found.body)), undefined)
      } finally {
        await store.close()
      }
    },
  }
}
