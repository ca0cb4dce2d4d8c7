import { createHash } from 'node:crypto'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { BlobStore, Mark } from '#ports/blob-store.ts'
import { readerOf } from './blob-reader.ts'
import { MemoryBlobWriter, partsOf } from './blob-writer.ts'
import type { StoredBytes } from './stored-bytes.ts'

/** The blob store's contract without a disk, for tests of what stands on it. What it has is open, so that a test can damage it. */
export interface MemoryBlobStore extends BlobStore, StoredBytes {}

const name = 'memory'

/**
 * It behaves as S3 and Azure Blob do: bytes come in parts that nobody can read by the key, a list of parts makes the
 * object, a part that no list names is in nothing, and there is no such question as free space.
 * @param bytes given to a second store, it is another server's way to the same objects
 */
export function openMemoryBlobStore(bytes: StoredBytes = { objects: new Map(), parts: new Map(), reread: 0 }): MemoryBlobStore {
  const { objects, parts } = bytes
  const store: MemoryBlobStore = {
    name,
    objects,
    parts,
    get reread() {
      return bytes.reread
    },
    set reread(count) {
      bytes.reread = count
    },
    at(backend) {
      if (backend !== name) throw new RegistryError('storage-failed', `this server has no store ${backend}`)
      return store
    },
    keyOf: (objectId) => `${objectId.slice(0, 2)}/${objectId}`,
    create(key, algorithm) {
      if (!objects.has(key) && !parts.has(key)) return MemoryBlobWriter.create(bytes, key, algorithm)
      return MemoryBlobWriter.failing(bytes, key, algorithm, new Error('the key was used before'))
    },
    resume: async (key, algorithm, claim) => MemoryBlobWriter.resume(bytes, key, algorithm, await claim()),
    isThere: async (key, size) => objects.get(key)?.length === size,
    open: async (key, size, checksums) => {
      const found = objects.get(key)
      return found && readerOf(key, found, size, checksums)
    },
    digest: async (key, algorithm) => {
      const found = objects.get(key)
      return found && { digest: digestOfBytes(found, algorithm), size: found.length }
    },
    digestOfMarked: async (key, algorithm, mark, from) => {
      const found = marked(bytes, key, mark)
      return found && digestOfBytes(found.subarray(from), algorithm)
    },
    delete: async (key) => {
      objects.delete(key)
      parts.delete(key)
    },
    async *keys() {
      yield* new Set([...objects.keys(), ...parts.keys()])
    },
    close: async () => {},
  }
  return store
}

const digestOfBytes = (bytes: Uint8Array, algorithm: Algorithm): Digest =>
  digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'))

function marked(bytes: StoredBytes, key: string, { state, size }: Mark): Buffer | undefined {
  const found = Buffer.concat(partsOf(state).map((part) => bytes.parts.get(key)?.get(part) ?? new Uint8Array()))
  return found.length === size ? found : undefined
}
