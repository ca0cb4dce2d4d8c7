import { RegistryError } from '#core/registry-error.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import type { BlockSums } from './block-sums.ts'
import { checkedBlocks } from './checked-bytes.ts'
import { ConditionFailed, UploadGone } from './failures.ts'
import type { ObjectClient, Part } from './object-client.ts'
import type { SentParts } from './sent-parts.ts'

interface Unfinished {
  uploadId: string | undefined
  parts: readonly Part[]
  /** Where the parts end. */
  end: number
  /** Tag of what lies under the key already: the beginning of the same blob. */
  base: string | undefined
}

/**
 * Makes an object of the parts of an upload that is not whole, so that they can be read: no store reads a part by itself. Its tag is returned; undefined where the
 * parts are lost. An upload that is used up already was used for this, by a follower that came no further, or for the whole blob: then the
 * object has these bytes, and perhaps more behind them.
 */
export async function makeReadable(
  client: ObjectClient,
  name: string,
  { uploadId, parts, end, base }: Unfinished,
): Promise<string | undefined> {
  try {
    if (uploadId !== undefined) await client.complete(name, { uploadId, parts }, base === undefined ? 'absent' : { etag: base })
  } catch (error) {
    if (!(error instanceof UploadGone || error instanceof ConditionFailed)) throw error
  }
  const found = await client.head(name)
  return found && found.size >= end ? found.etag : undefined
}

/**
 * What was sent becomes an object under the key and parts that go on; the object's tag is returned. Whoever sent parts of it before can finish nothing more.
 * @param each is given all of its blocks, one after the other, each compared with its sum
 */
export async function joinParts(
  { client, failpoint }: { client: ObjectClient; failpoint: Failpoint },
  name: string,
  { sent, sums, base, first }: { sent: SentParts; sums: BlockSums; base: string | undefined; first: number },
  each?: (block: Uint8Array) => void,
): Promise<string | undefined> {
  const { end, uploadId, all: parts } = sent
  if (end === 0) return base
  const etag = await makeReadable(client, name, { uploadId, parts, end, base })
  if (etag === undefined) throw new RegistryError('storage-failed', 'the object store has lost what was marked')
  failpoint('bucket.join.after-make')
  const parting = client.partsOf(name, { uploadId: uploadId ?? '', parts, etag, first })
  parting.catch(() => {})
  if (each) for await (const block of checkedBlocks(client, { key: name, from: 0, to: end, etag }, (index) => sums.of(index))) each(block)
  sent.replace(await parting)
  return etag
}
