import type { ObjectClient, Part } from './client.ts'
import { UploadGone } from './failures.ts'
import { sizeOfPart, startOfPart } from './part-sizes.ts'

const together = 4

/**
 * Makes an object of the parts of an upload that is not whole, so that they can be read: S3 reads no part by itself. Its tag is returned; undefined where the
 * parts are lost. An upload that is used up already was used for this, by a follower that came no further, or for the whole blob: then the
 * object has these bytes, and perhaps more behind them.
 * @param end where the parts end
 */
export async function makeReadable(
  client: ObjectClient,
  name: string,
  { uploadId, parts, end }: { uploadId: string | undefined; parts: readonly Part[]; end: number },
): Promise<string | undefined> {
  try {
    if (uploadId !== undefined) await client.complete(name, uploadId, parts)
  } catch (error) {
    if (!(error instanceof UploadGone)) throw error
  }
  const found = await client.head(name)
  return found && found.size >= end ? found.etag : undefined
}

/** Has the store copy the beginning of an object into the parts of a new upload of the same name. */
export async function copyParts(
  client: ObjectClient,
  name: string,
  { etag, count, partSize }: { etag: string; count: number; partSize: number },
): Promise<{ uploadId: string; parts: Part[] }> {
  const uploadId = await client.begin(name)
  const parts: Part[] = []
  let next = 0
  const copy = async () => {
    while (next < count) {
      const index = next++
      const from = startOfPart(index, partSize)
      parts[index] = await client.copyPart(name, uploadId, index + 1, { key: name, from, to: from + sizeOfPart(index, partSize), etag })
    }
  }
  try {
    await Promise.all(Array.from({ length: together }, copy))
  } catch (error) {
    await client.abort(name, uploadId).catch(() => {})
    throw error
  }
  return { uploadId, parts }
}
