import { BrokenOff } from '#core/broken-off.ts'
import type { Algorithm, Digest } from '#core/digest.ts'

/**
 * Where the bytes of blobs lie: a folder, or a store of objects that takes them in parts. A key is used for one object
 * only and never written again after `seal`; the store knows neither repositories nor digests' owners. The row that
 * names a key is committed before `create`.
 *
 * A writer is open → sealed | abandoned.
 * open:      `append` takes bytes; `mark` promises them; `rollback` returns to a mark. One call at a time.
 * sealed:    the bytes are durable, whatever happens to the machine; only readers from here on.
 * abandoned: the writer is closed, what it wrote stays under its key until `delete`.
 *
 * Fails with `storage-full` (no space: nothing that was marked is lost, the writer stands) and `storage-failed`.
 */
export interface BlobStore {
  /** What the rows of its objects say (`object.backend`). */
  readonly name: string
  /** The store of that name: new objects go to this one, each object is read and deleted where its row says. Throws `storage-failed` when there is none. */
  at(backend: string): BlobStore
  /** A writer that was overtaken cannot seal: nobody needs to ask the row first. */
  readonly refusesOvertaken?: true
  /** A seal that failed took nothing of what was marked: the upload goes on from there. */
  readonly sealsAgain?: true
  /** The key of a new object, made of its id. */
  keyOf(objectId: string): string
  /** Opens the writer of a new key. Fails if the key was ever written. */
  create(key: string, algorithm: Algorithm): BlobWriter
  /**
   * Opens the writer of a key that an earlier one left, in this process or another, with what that one's mark promises. `claim` asks for
   * the mark; a store that can refuse the writers before does so first, so that none of them makes a later mark that this one does not know.
   * No byte that an earlier writer still brings is in what this one seals; that one fails with `WriterOvertaken` where the
   * store can tell. A key that was sealed and is in no row may be sealed once more. What must be read again for the digest is read
   * in the background, and `seal` waits for it; nothing must where the store itself promises the mark's bytes and no
   * more of them come. Holds fewer bytes when the machine lost some. Undefined when the key was lost: its sync failed.
   */
  resume(key: string, algorithm: Algorithm, claim: () => Promise<Mark>): Promise<BlobWriter | undefined>
  /**
   * Where a key's bytes lie as a file of their own, below the folder that a front may read; undefined where it is not there or has
   * another length. A store without such files has no such answer.
   */
  fileOf?(key: string, size: number): Promise<string | undefined>
  /** Whether the bytes of a sealed key are there, as far as their length tells: none is read. */
  isThere(key: string, size: number): Promise<boolean>
  /** Opens the bytes of a sealed key. Undefined when there are none. The caller closes the reader. */
  open(key: string, size: number, checksums: Uint8Array): Promise<BlobReader | undefined>
  /**
   * A URL that gives the bytes of a sealed key to whoever has it, straight from the store, and until when. A store that only this server reaches
   * has none.
   * @param type what the answer's Content-Type says
   */
  presign?(key: string, type?: string): Promise<{ url: URL; expiresAt: number }>
  /** Reads everything under a sealed key and returns digest and length; undefined when there is nothing. */
  digest(key: string, algorithm: Algorithm): Promise<{ digest: Digest; size: number } | undefined>
  /** The digest of what a mark promises behind its first `from` bytes; undefined when it is not there. */
  digestOfMarked(key: string, algorithm: Algorithm, mark: Mark, from: number): Promise<Digest | undefined>
  /** Deletes what is under a key, sealed or not; deleting nothing succeeds. */
  delete(key: string): Promise<void>
  /** Keys that have bytes, in no order. For alarms and checks: no decision is taken from it. */
  keys(): AsyncIterable<string>
  /**
   * Keys beside which something lies that only an upload that goes on has a need of, in no order, some twice; where `removeRemains` takes it
   * away. Beside a whole blob it is of nobody. A store in which all of a key is one thing has no such question.
   */
  remains?(): AsyncIterable<string>
  removeRemains?(key: string): Promise<void>
  /** Free and total bytes where new objects would lie; a store that has no such figure has no such question. */
  space?(): Promise<{ free: number; total: number }>
  /** Ends what the store runs in the background. Writers that are open are abandoned. */
  close(): Promise<void>
}

/** How far an upload is, in a form that a row keeps and any server goes on from. */
export interface Mark {
  size: number
  /** The store's own: which parts it has, say. Nobody else reads it. Empty when nothing was marked yet. */
  state: Uint8Array
  /** Of these bytes, with the upload's algorithm. Undefined when nothing was marked yet. */
  digest: Digest | undefined
}

export const nothingMarked: Mark = { size: 0, state: new Uint8Array(), digest: undefined }

export interface BlobWriter {
  /** Bytes taken since the beginning, marked or not. */
  readonly size: number
  /** The size at the last mark. */
  readonly marked: number
  /** Bytes that lie in the store for it; absent where these are those that were taken. What was sent to a store of objects stays there when it is forgotten here. */
  readonly held?: number
  /** Set by who holds it; a store that can tell calls it when another writer has gone on with the key. */
  onOvertaken?: () => void
  /**
   * Takes bytes; copies them before it returns. The promise is the back pressure: at most one call is under way.
   */
  append(bytes: Uint8Array): Promise<void>
  /** Everything taken so far is now in the store: it survives the process and, in a store of objects, the machine. */
  mark(): Promise<Mark>
  /** Forgets what was taken since the last mark; that is the state after a broken request too. */
  rollback(): Promise<void>
  /**
   * Everything taken is durable. The digest is of the asked algorithm; another than `create` was given costs one more reading.
   * Who was overtaken must not seal: a store may not be able to tell, and then fails the one that went on with the key.
   * After a failure the writer is abandoned and, but for a store that says otherwise (`sealsAgain`), its key is lost: a failed sync is never
   * tried again on the same file.
   */
  seal(algorithm: Algorithm): Promise<SealedBlob>
  /**
   * Holds no file until the next call, which opens it again; for an upload that nobody is at. What was taken is in the
   * file, what is known of it (size, hash) stays.
   */
  rest(): Promise<void>
  /** Closes without sealing. Idempotent. */
  abandon(): Promise<void>
}

export interface SealedBlob {
  digest: Digest
  size: number
  /** One CRC-32 per block of `checksumBlock` bytes, each 4 bytes big-endian. */
  checksums: Uint8Array
  /** Of a writer that keeps them itself (app/distribution/small-blobs.ts): nothing lies under the key. */
  bytes?: Uint8Array
}

/** Bytes that one checksum covers, and that one read takes. */
export const checksumBlock = 256 * 1024
/** Bytes that a reader gives at once, at most. */
export const largestPiece = 4 * checksumBlock

export interface BlobReader {
  readonly size: number
  /**
   * Gives the bytes from `start` up to and with `end` in pieces of at most `largestPiece`, each checked before it is given; a block
   * that this reader's store found right within the hour may be believed while nothing tells that it changed.
   * `take` is called with one piece at a time; it is valid, and not to be written to, until the promise resolves. When that answers
   * false the reading ends. Fails with a `CorruptBlob` before a wrong byte is given.
   */
  read(start: number, end: number, take: (piece: Uint8Array) => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

/** The writer was open when another one went on with its key. */
export class WriterOvertaken extends Error {}

/** The bytes on the disk are not those that were sealed. */
export class CorruptBlob extends BrokenOff {
  override readonly as = 'corrupt-blob'
  readonly key: string
  constructor(key: string) {
    super(`the stored bytes of object ${key} differ from what was written`)
    this.key = key
  }
}
