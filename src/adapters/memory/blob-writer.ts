import { createHash, type Hash, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type BlobWriter, checksumBlock, type Mark, type SealedBlob } from '#ports/blob-store.ts'
import type { StoredBytes } from './stored-bytes.ts'

/** Full parts have this size; what is behind the last one of them is a part of its own at each mark, replaced by the next. */
const partSize = 256 * 1024

/** How far a writer is. Everything but the hash can be written down. */
interface Progress {
  size: number
  /** Full parts, in order. */
  parts: readonly string[]
  /** Bytes behind them. */
  tail: Buffer
  blocks: readonly number[]
  /** CRC-32 of the block that is not full yet. */
  open: number
  /** Undefined: another server took these bytes, and they must be read again before more can be hashed. */
  hash: Hash | undefined
  digest: Digest | undefined
}

interface State {
  parts: readonly string[]
  tail: string | undefined
  blocks: readonly number[]
  open: number
}

const copyOf = (from: Progress): Progress => ({ ...from, hash: from.hash?.copy() })

const written = (state: State): Uint8Array => new TextEncoder().encode(JSON.stringify(state))
const readState = (state: Uint8Array): State | undefined => (state.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(state)))

/** The parts that a mark promises, in order. */
export function partsOf(state: Uint8Array): string[] {
  const { parts = [], tail } = readState(state) ?? {}
  return tail === undefined ? [...parts] : [...parts, tail]
}

const nothing = (algorithm: Algorithm): Progress => ({
  size: 0,
  parts: [],
  tail: Buffer.alloc(0),
  blocks: [],
  open: 0,
  hash: createHash(algorithm),
  digest: undefined,
})

const closed = () => new Error('the writer is closed')

/** Takes a blob as a store of objects does. The names of its parts are its own: no other writer's list has them. */
export class MemoryBlobWriter implements BlobWriter {
  readonly #bytes: StoredBytes
  readonly #key: string
  readonly #algorithm: Algorithm
  #now: Progress
  #marked: Progress
  /** The key was taken, or the writer is closed. */
  #failure: Error | undefined

  private constructor(bytes: StoredBytes, key: string, algorithm: Algorithm, progress: Progress) {
    this.#bytes = bytes
    this.#key = key
    this.#algorithm = algorithm
    this.#now = progress
    this.#marked = copyOf(progress)
    if (!bytes.parts.has(key)) bytes.parts.set(key, new Map())
  }

  static create(bytes: StoredBytes, key: string, algorithm: Algorithm): MemoryBlobWriter {
    return new MemoryBlobWriter(bytes, key, algorithm, nothing(algorithm))
  }

  static failing(bytes: StoredBytes, key: string, algorithm: Algorithm, failure: Error): MemoryBlobWriter {
    const writer = new MemoryBlobWriter(bytes, key, algorithm, nothing(algorithm))
    writer.#failure = failure
    return writer
  }

  static resume(bytes: StoredBytes, key: string, algorithm: Algorithm, mark: Mark): MemoryBlobWriter {
    const state = readState(mark.state)
    const sealed = bytes.objects.get(key)
    if (sealed) return MemoryBlobWriter.#again(bytes, key, algorithm, sealed.subarray(0, mark.size))
    if (!state || mark.size === 0) return MemoryBlobWriter.create(bytes, key, algorithm)
    const { parts, tail, blocks, open } = state
    return new MemoryBlobWriter(bytes, key, algorithm, {
      size: mark.size,
      parts,
      tail: Buffer.from((tail !== undefined && bytes.parts.get(key)?.get(tail)) || []),
      blocks,
      open,
      hash: undefined,
      digest: mark.digest,
    })
  }

  /** Of what was sealed and is in no row. */
  static #again(bytes: StoredBytes, key: string, algorithm: Algorithm, sealed: Uint8Array): MemoryBlobWriter {
    const writer = new MemoryBlobWriter(bytes, key, algorithm, nothing(algorithm))
    writer.#take(sealed)
    writer.#marked = copyOf(writer.#now)
    bytes.reread += sealed.length
    bytes.objects.delete(key)
    return writer
  }

  get size(): number {
    return this.#now.size
  }

  get marked(): number {
    return this.#marked.size
  }

  async append(bytes: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure
    this.#take(bytes)
  }

  #take(bytes: Uint8Array): void {
    const now = this.#now
    const hash = this.#hash()
    hash.update(bytes)
    now.digest = undefined
    this.#checksum(bytes)
    now.tail = Buffer.concat([now.tail, bytes])
    const full: string[] = []
    let at = 0
    for (; now.tail.length - at >= partSize; at += partSize) full.push(this.#put(now.tail.subarray(at, at + partSize)))
    now.tail = now.tail.subarray(at)
    now.parts = [...now.parts, ...full]
  }

  async mark(): Promise<Mark> {
    if (this.#failure) throw this.#failure
    const now = this.#now
    now.digest = this.#digest(now)
    this.#marked = copyOf(now)
    const { size, parts, blocks, open, digest } = now
    const tail = now.tail.length > 0 ? this.#put(now.tail) : undefined
    return { size, state: written({ parts, tail, blocks, open }), digest }
  }

  async rollback(): Promise<void> {
    if (this.#failure) throw this.#failure
    this.#now = copyOf(this.#marked)
  }

  async seal(algorithm: Algorithm): Promise<SealedBlob> {
    if (this.#failure) throw this.#failure
    this.#failure = closed()
    const { objects, parts } = this.#bytes
    if (objects.has(this.#key)) throw new RegistryError('storage-failed', 'the key was sealed before')
    const now = this.#now
    const digest =
      algorithm === this.#algorithm ? this.#digest(now) : digestOf(algorithm, createHash(algorithm).update(this.#read()).digest('hex'))
    objects.set(this.#key, this.#whole())
    parts.delete(this.#key)
    const all = now.size % checksumBlock === 0 ? now.blocks : [...now.blocks, now.open]
    const checksums = Buffer.alloc(all.length * 4)
    for (const [index, value] of all.entries()) checksums.writeUInt32BE(value, index * 4)
    return { digest, size: now.size, checksums }
  }

  async rest(): Promise<void> {
    if (this.#failure) throw this.#failure
  }

  async abandon(): Promise<void> {
    this.#failure ??= closed()
  }

  #put(bytes: Uint8Array): string {
    const part = randomUUID()
    this.#bytes.parts.get(this.#key)?.set(part, Uint8Array.from(bytes))
    return part
  }

  #digest({ hash, digest }: Progress): Digest {
    return digest ?? digestOf(this.#algorithm, (hash ?? this.#hash()).copy().digest('hex'))
  }

  #hash(): Hash {
    this.#now.hash ??= createHash(this.#algorithm).update(this.#read())
    return this.#now.hash
  }

  /** What another server took is read again. */
  #read(): Uint8Array {
    this.#bytes.reread += this.#now.size
    return this.#whole()
  }

  #whole(): Uint8Array {
    const stored = this.#bytes.parts.get(this.#key)
    return Buffer.concat([...this.#now.parts.map((part) => stored?.get(part) ?? new Uint8Array()), this.#now.tail])
  }

  #checksum(bytes: Uint8Array): void {
    const now = this.#now
    const blocks: number[] = []
    let { size, open } = now
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(checksumBlock - (size % checksumBlock), bytes.length - at)
      open = crc32(bytes.subarray(at, at + length), open)
      size += length
      at += length
      if (size % checksumBlock === 0) {
        blocks.push(open)
        open = 0
      }
    }
    this.#now = Object.assign(now, { size, open, blocks: [...now.blocks, ...blocks] })
  }
}
