import { createHash } from 'node:crypto'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { checkedBlocks } from './checked-bytes.ts'
import type { ObjectClient } from './object-client.ts'

/** Reads all of an object as it is now; undefined: there is none. */
export async function digestOfObject(
  client: ObjectClient,
  name: string,
  algorithm: Algorithm,
): Promise<{ digest: Digest; size: number } | undefined> {
  const found = await client.head(name)
  if (!found) return undefined
  const { size, etag } = found
  const hash = createHash(algorithm)
  for await (const block of checkedBlocks(client, { key: name, from: 0, to: size, etag }, () => undefined)) hash.update(block)
  return { digest: digestOf(algorithm, hash.digest('hex')), size }
}
