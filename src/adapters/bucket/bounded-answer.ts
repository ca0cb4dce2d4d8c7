import type { Readable } from 'node:stream'
import { storeFailure } from './failures.ts'

/** In bytes: the longest lists that a store gives at once have less. */
const longest = 16 * 1024 * 1024

/**
 * What a store says, as opposed to what it keeps: it is read whole into memory, and so has an end. Fails with `storage-failed` where it is longer than any
 * has reason to be, or does not end in time.
 * @param patience in milliseconds
 */
export async function* boundedAnswer(body: Readable, patience: number): AsyncGenerator<Buffer, void, void> {
  const late = setTimeout(() => body.destroy(storeFailure('late', 'AnswerEndless', undefined)), patience)
  let size = 0
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      size += piece.length
      if (size > longest) throw storeFailure('failed', 'AnswerTooLong', undefined)
      yield piece
    }
  } finally {
    clearTimeout(late)
  }
}

/** Lists come in pages, each of which says where the next begins. One that begins where it did itself has no end. */
export function refuseSamePage(asked: string | undefined, next: string | undefined): void {
  if (next !== undefined && next === asked) throw storeFailure('failed', 'ListEndless', undefined)
}
