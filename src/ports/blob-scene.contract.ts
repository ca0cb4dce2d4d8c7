import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Algorithm } from '#core/digest.ts'
import { type BlobStore, type BlobWriter, largestPiece, type Mark, type SealedBlob } from './blob-store.ts'

/** What the contract needs of an adapter's test. */
export interface BlobStoreSubject {
  store: () => BlobStore
  /** Closes the store and opens another on the same place; keys stay. */
  reopen: () => Promise<void>
  /** Changes the stored bytes of a key behind the store's back. */
  damage: (key: string, change: (bytes: Buffer) => Uint8Array) => Promise<void>
}

export interface BlobScene extends BlobStoreSubject {
  it: (does: string, work: () => Promise<void>) => void
  create: (key: string, algorithm?: Algorithm) => BlobWriter
  /** Of a key that was not lost. */
  resume: (key: string, mark: Mark) => Promise<BlobWriter>
}

let made = 0
/** A key in the form that the registry gives them. */
export function newKey(): string {
  const id = `00000000-0000-4000-8000-${(++made).toString(16).padStart(12, '0')}`
  return `${(made % 256).toString(16).padStart(2, '0')}/${id}`
}

export const hexOf = (bytes: Uint8Array, algorithm: Algorithm = 'sha256') => createHash(algorithm).update(bytes).digest('hex')

/** Bytes that differ from block to block, so that a mix-up shows. */
export function patternOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 12) * 7 + seed * 131) & 0xff
  return bytes
}

export async function write(writer: BlobWriter, bytes: Uint8Array, piece = bytes.length): Promise<SealedBlob> {
  for (let at = 0; at < bytes.length; at += piece) await writer.append(bytes.subarray(at, at + piece))
  await writer.mark()
  return writer.seal('sha256')
}

export async function readAll(store: BlobStore, key: string, sealed: SealedBlob, start = 0, end = sealed.size - 1): Promise<Buffer> {
  const reader = await store.open(key, sealed.size, sealed.checksums)
  assert.ok(reader, 'there are bytes')
  const pieces: Buffer[] = []
  try {
    await reader.read(start, end, async (piece) => {
      assert.ok(piece.length > 0 && piece.length <= largestPiece, `a piece of ${piece.length}`)
      pieces.push(Buffer.from(piece))
      return true
    })
  } finally {
    await reader.close()
  }
  return Buffer.concat(pieces)
}
