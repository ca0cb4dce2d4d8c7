import { createHash } from 'node:crypto'
import { BrokenOff } from '#core/broken-off.ts'
import { type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'

export interface Body {
  /** Bytes that the request announces; undefined when it does not. */
  length: number | undefined
  bytes: AsyncIterable<Uint8Array>
  /** Does something that may have to wait for others, and keeps nobody from working meanwhile. */
  aside?: Aside
}

export type Aside = <Result>(work: () => Promise<Result>) => Promise<Result>

/** The request ended before its body did. */
export class BrokenBody extends BrokenOff {}

/** The pieces of a body; one that breaks off ends in BrokenBody. */
export async function* guarded(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]()
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>
      try {
        next = await iterator.next()
      } catch (error) {
        if (error instanceof RegistryError) throw error
        throw new BrokenBody('the request broke off', { cause: error })
      }
      if (next.done) return
      yield next.value
    }
  } finally {
    // Who stops reading lets go of the request: the rest of its body can be thrown away only then (http/linger.ts).
    await iterator.return?.()
  }
}

/** The digest of a body that has exactly `length` bytes; undefined of any other. */
export async function digestUpTo(length: number, bytes: AsyncIterable<Uint8Array>): Promise<Digest | undefined> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of guarded(bytes)) {
    size += piece.length
    if (size > length) return undefined
    hash.update(piece)
  }
  return size === length ? digestOf('sha256', hash.digest('hex')) : undefined
}

/** Reads what nobody needs. */
export async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of guarded(bytes));
}
