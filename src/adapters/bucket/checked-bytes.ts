import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { RegistryError } from '#core/registry-error.ts'
import { checksumBlock, CorruptBlob } from '#ports/blob-store.ts'
import { ConditionFailed, Mangled } from './failures.ts'
import type { ObjectClient } from './object-client.ts'

export interface Opened {
  body: Readable
  total: number
}

export interface Wanted {
  key: string
  /** Begins at a block. */
  from: number
  /** Without this one. */
  to: number
  etag?: string | undefined
  /** What `key` was opened with, from `from` on. */
  opened?: Opened | undefined
}

/** In milliseconds: so long an answer stays open that nobody reads. */
const longestRest = 5000
/** So often in a row without a block between. */
const mostBreaks = 3

/**
 * The bytes of an object in blocks, the last one shorter; each is compared with its CRC-32 and then given, and is valid until the next is asked
 * for. Where the connection breaks it goes on behind the last block. A block that is wrong is asked for once more: that tells what is stored from what came.
 * Fails with CorruptBlob, and with `storage-failed` where the store does not give them.
 * @param sumOf undefined where there is no sum to compare with
 */
export async function* checkedBlocks(
  client: ObjectClient,
  { key, from, to, etag, opened }: Wanted,
  sumOf: (block: number) => number | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const block = Buffer.allocUnsafeSlow(Math.min(checksumBlock, to - from))
  let source = opened && new Source(opened.body, client.idle)
  let total = opened?.total
  let breaks = 0
  let suspect = -1
  try {
    for (let at = from; at < to; ) {
      const bytes = block.subarray(0, Math.min(checksumBlock, to - at))
      let came = false
      try {
        if (!source) {
          const found = await client.get(key, { from: at, to, etag })
          if (!found) throw new CorruptBlob(key)
          source = new Source(found.body, client.idle)
          total = found.total
        }
        if ((total ?? 0) < to) throw new CorruptBlob(key)
        came = await source.fill(bytes)
      } catch (error) {
        if (error instanceof ConditionFailed) throw new CorruptBlob(key)
        if (!(error instanceof BrokenSource) && !(error instanceof Mangled)) throw error
      }
      if (came && sumIsRight(bytes, sumOf(Math.floor(at / checksumBlock)))) {
        breaks = 0
        at += bytes.length
        // Whoever takes long holds no answer of the store open meanwhile: a store has so many at once, and they are everybody's.
        const resting = setTimeout(() => {
          source?.close()
          source = undefined
        }, longestRest)
        try {
          yield bytes
        } finally {
          clearTimeout(resting)
        }
        continue
      }
      source?.close()
      source = undefined
      if (came && suspect === at) throw new CorruptBlob(key)
      if (came) suspect = at
      else if (++breaks >= mostBreaks) throw new RegistryError('storage-failed', 'the object store breaks off its answers')
    }
  } finally {
    source?.close()
  }
}

const sumIsRight = (bytes: Uint8Array, expected: number | undefined): boolean => expected === undefined || crc32(bytes) === expected

class BrokenSource extends Error {}

/** An answer's body, read by as many bytes as are asked for. */
class Source {
  readonly #body: Readable
  readonly #pieces: AsyncIterator<Buffer>
  readonly #idle: number
  #left: Uint8Array = new Uint8Array()

  constructor(body: Readable, idle: number) {
    this.#body = body
    // Without it an answer that breaks while nobody reads would end the process.
    body.on('error', () => {})
    this.#pieces = body[Symbol.asyncIterator]()
    this.#idle = idle
  }

  /** False where it ends too early. */
  async fill(target: Uint8Array): Promise<boolean> {
    const tooLong = setTimeout(() => this.#body.destroy(new BrokenSource('nothing came for too long')), this.#idle)
    try {
      for (let at = 0; at < target.length; ) {
        if (this.#left.length === 0) {
          const next = await this.#pieces.next()
          if (next.done) return false
          this.#left = next.value
          tooLong.refresh()
        }
        const length = Math.min(this.#left.length, target.length - at)
        target.set(this.#left.subarray(0, length), at)
        this.#left = this.#left.subarray(length)
        at += length
      }
      return true
    } catch (error) {
      throw new BrokenSource('the answer broke off', { cause: error })
    } finally {
      clearTimeout(tooLong)
    }
  }

  close(): void {
    this.#body.destroy()
  }
}
