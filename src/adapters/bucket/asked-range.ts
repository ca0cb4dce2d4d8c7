import { Readable } from 'node:stream'
import { BeyondEnd, Mangled } from './failures.ts'
import type { FoundObject } from './object-client.ts'

/** What a store answers to who asks for a range. */
interface Answered {
  body: Readable
  etag: string | undefined
  /** Its Content-Range. */
  range: string | undefined
}

/**
 * The bytes of an object from `from` on, as they come. A range is always asked for: what says nothing of one is not the store's answer, but that of
 * something before it. Of an object that ends before it there are none. Fails with Mangled where another range came, and as `ask` and `head` do.
 */
export async function openRange(
  from: number,
  ask: () => Promise<Answered | undefined>,
  head: () => Promise<FoundObject | undefined>,
): Promise<{ body: Readable; etag: string; total: number } | undefined> {
  try {
    const found = await ask()
    if (!found) return undefined
    const { body, etag = '' } = found
    // Without it an answer that breaks while nobody reads would end the process.
    body.on('error', () => {})
    const [, first, total] = /^bytes ([0-9]+)-[0-9]+\/([0-9]+)$/.exec(found.range ?? '') ?? []
    if (first !== undefined && Number(first) === from) return { body, etag, total: Number(total) }
    body.destroy()
    throw new Mangled('the store gave another range than was asked for')
  } catch (error) {
    if (!(error instanceof BeyondEnd)) throw error
    const found = await head()
    return found && { body: Readable.from([]), etag: found.etag, total: found.size }
  }
}
