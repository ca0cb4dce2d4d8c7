import { type Algorithm, algorithmOf, type Digest } from '#core/digest.ts'
import type { ByteRange } from '#core/range.ts'
import type { RepositoryName } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { BlobWriter, SealedBlob } from '#ports/blob-store.ts'
import type { Registry, Upload } from '#ports/metadata-store.ts'
import type { Deps } from '../deps.ts'
import { checkDiskFloor } from './disk-floor.ts'
import { SmallBlobWriter } from './small-blobs.ts'

/**
 * An upload session is open → done, or gone.
 * open: its row has the acknowledged size; its writer, while this process has one, may have taken more (the rest of a
 *       request that broke). The next chunk may start behind all that was taken, or again where the broken one started.
 * done: the blob is there; the row stays for an hour, so that a repeated PUT is answered as the first.
 * gone: cancelled, expired, or its digest was wrong. Its object is condemned.
 */
interface Session {
  writer: BlobWriter
  busy: boolean
  /** The writer's own trouble: it must be opened anew. */
  broken: boolean
  /** Gone, while a request may still be at it. */
  ended: boolean
  touched: number
}

type UploadDeps = Pick<Deps, 'store' | 'blobs' | 'clock' | 'ids' | 'settings' | 'failpoint'>

export interface UploadAddress {
  registry: Registry
  name: RepositoryName
  uploadId: string
  /** A session answers only to who opened it. */
  principalId: string
}

export interface Body {
  /** Bytes that the request announces; undefined when it does not. */
  length: number | undefined
  bytes: AsyncIterable<Uint8Array>
}

const doneFor = 60 * 60 * 1000
const idleFor = 15 * 60 * 1000
const mostUnused = 100_000
const checkSpaceEvery = 64 * 1024 * 1024

export class Uploads {
  readonly #deps: UploadDeps
  readonly #sessions = new Map<string, Session>()
  /** Started here and without a file yet; only a saving, so it may be forgotten. */
  readonly #unused = new Set<string>()
  /** Their sync failed: a second one could succeed although the disk lost bytes. Kept for when the row could not be ended either. */
  readonly #lost = new Set<string>()

  constructor(deps: UploadDeps) {
    this.#deps = deps
  }

  /** How many sessions hold a file open. */
  get open(): number {
    return this.#sessions.size
  }

  /** Fails with `storage-full`, `quota-exceeded`, `blob-too-large`. */
  async start(
    input: Omit<UploadAddress, 'uploadId'> & { algorithm: Algorithm; length?: number | undefined },
  ): Promise<{ uploadId: string }> {
    const { store, clock, ids, settings, failpoint } = this.#deps
    this.#checkSize(input.length ?? 0)
    await checkDiskFloor(this.#deps)
    const uploadId = ids.next()
    const objectId = ids.next()
    const now = clock.now()
    failpoint('upload.start.before-commit')
    await store.startUpload({
      registryId: input.registry.id,
      name: input.name,
      uploadId,
      objectId,
      storageKey: `${objectId.slice(0, 2)}/${objectId}`,
      principalId: input.principalId,
      algorithm: input.algorithm,
      reserve: input.length ?? 0,
      now,
      expiresAt: now + settings.uploadLife,
    })
    failpoint('upload.start.after-commit')
    if (this.#unused.size >= mostUnused) this.#unused.clear()
    this.#unused.add(uploadId)
    return { uploadId }
  }

  /** Bytes that the session has. Fails with `upload-unknown`. */
  async status(address: UploadAddress): Promise<{ size: number }> {
    const upload = await this.#find(address)
    const session = this.#sessions.get(upload.id)
    return { size: upload.state === 'open' && session?.writer && !session.broken ? session.writer.size : upload.size }
  }

  /** Takes a chunk. Fails with `upload-unknown`, `range-invalid` (the session stands), `size-invalid`, `storage-full`, `quota-exceeded`. */
  async append(address: UploadAddress, body: Body, range: ByteRange | undefined): Promise<{ size: number }> {
    const upload = await this.#find(address)
    if (upload.state === 'done') throw unknownUpload(upload.id)
    if (isRepeat(upload, range)) {
      await drain(body.bytes)
      return { size: upload.size }
    }
    return this.#use(upload, false, async (session) => {
      const start = await this.#position(session, range)
      await this.#take(session, body, range, start)
      return { size: await this.#commit(upload, session, start) }
    })
  }

  /**
   * Takes the last bytes, if any, and makes the blob. Fails as `append`, and with `digest-mismatch`, which ends the session.
   */
  async finish(address: UploadAddress, body: Body, range: ByteRange | undefined, digest: Digest): Promise<void> {
    const { store, clock, settings, failpoint } = this.#deps
    const upload = await this.#find(address)
    if (upload.state === 'done') {
      await drain(body.bytes)
      if (upload.digest === digest && (await store.blob(address.registry.id, address.name, digest))) return
      throw unknownUpload(upload.id)
    }
    const small = body.length !== undefined && body.length <= settings.smallBlob && upload.size === 0
    await this.#use(upload, small, async (session) => {
      if (!isRepeat(upload, range)) {
        const start = await this.#position(session, range)
        await this.#take(session, body, range, start)
      } else await drain(body.bytes)
      const sealed = await this.#seal(upload, session, digest)
      const now = clock.now()
      failpoint('upload.finish.before-commit')
      try {
        await store.finishUpload({
          uploadId: upload.id,
          digest,
          size: sealed.size,
          checksums: sealed.checksums,
          ...(sealed.bytes ? { bytes: sealed.bytes } : {}),
          now,
          leaseUntil: now + settings.lease.length,
          keepUntil: now + doneFor,
        })
      } catch (error) {
        if (error instanceof RegistryError && error.failure === 'quota-exceeded') await this.#end(upload)
        throw error
      }
      failpoint('upload.finish.after-commit')
    })
  }

  /** Fails with `upload-unknown`. */
  async cancel(address: UploadAddress): Promise<void> {
    const upload = await this.#find(address)
    if (upload.state === 'done') throw unknownUpload(upload.id)
    await this.#end(upload)
    this.#deps.failpoint('upload.cancel.after-commit')
  }

  /** Closes the files of sessions that rest; they are opened again when they go on. */
  async closeIdle(): Promise<void> {
    const before = this.#deps.clock.elapsed() - idleFor
    for (const [id, session] of this.#sessions)
      if (!session.busy && session.touched < before) {
        this.#sessions.delete(id)
        await session.writer.abandon()
      }
  }

  async #find({ registry, name, uploadId, principalId }: UploadAddress): Promise<Upload> {
    const upload = await this.#deps.store.upload(registry.id, name, uploadId)
    // Another principal's session is as unknown as none.
    if (!upload || upload.principalId !== principalId || this.#lost.has(uploadId)) throw unknownUpload(uploadId)
    return upload
  }

  // One request at a time: a second one is out of order, whatever it brings.
  async #use<Result>(upload: Upload, small: boolean, work: (session: Session) => Promise<Result>): Promise<Result> {
    const before = this.#sessions.get(upload.id)
    if (before?.busy) throw outOfOrder(before.writer?.size ?? upload.size, 'another request writes to this upload')
    const session =
      before && !before.broken
        ? before
        : { writer: undefined as unknown as BlobWriter, busy: true, broken: false, ended: false, touched: 0 }
    session.busy = true
    this.#sessions.set(upload.id, session)
    try {
      session.writer ??= await this.#open(upload, small)
      return await work(session)
    } catch (error) {
      await this.#recover(session, error)
      // The writer was taken away by a cancel: that is an answer, not a failure.
      if (session.ended && !(error instanceof RegistryError) && !(error instanceof BrokenBody)) throw unknownUpload(upload.id)
      throw error
    } finally {
      session.busy = false
      session.touched = this.#deps.clock.elapsed()
      if (session.broken || !session.writer) this.#sessions.delete(upload.id)
    }
  }

  #open(upload: Upload, small: boolean): Promise<BlobWriter> | BlobWriter {
    const { blobs } = this.#deps
    // Only where surely no file was begun: it would stay, and nobody would know of it.
    if (this.#unused.delete(upload.id)) return small ? new SmallBlobWriter() : blobs.create(upload.storageKey, upload.algorithm)
    return blobs.resume(upload.storageKey, upload.algorithm, upload.size)
  }

  // A lost connection keeps what came; anything else returns to the last acknowledged byte.
  async #recover(session: Session, error: unknown): Promise<void> {
    if (session.writer instanceof SmallBlobWriter) session.broken = true
    if (session.broken || !session.writer || error instanceof BrokenBody) return
    if (error instanceof RegistryError && error.failure === 'range-invalid') return
    try {
      await session.writer.rollback()
    } catch {
      session.broken = true
      await session.writer.abandon()
    }
  }

  async #position({ writer }: Session, range: ByteRange | undefined): Promise<number> {
    if (!range || range.start === writer.size) return writer.size
    if (range.start !== writer.marked) throw outOfOrder(writer.size, `the chunk must start at byte ${writer.size}`)
    await writer.rollback()
    return writer.size
  }

  async #take({ writer }: Session, body: Body, range: ByteRange | undefined, start: number): Promise<void> {
    const expected = range ? range.end - range.start + 1 : body.length
    if (range && body.length !== undefined && body.length !== expected) throw wrongLength(expected ?? 0, body.length)
    this.#checkSize(start + (expected ?? 0))
    let nextCheck = writer.size + checkSpaceEvery
    for await (const piece of guarded(body.bytes)) {
      await writer.append(piece)
      if (writer.size < nextCheck) continue
      nextCheck = writer.size + checkSpaceEvery
      this.#checkSize(writer.size)
      await checkDiskFloor(this.#deps)
    }
    this.#checkSize(writer.size)
    if (expected !== undefined && writer.size - start !== expected) throw wrongLength(expected, writer.size - start)
  }

  async #commit(upload: Upload, session: Session, start: number): Promise<number> {
    const { store, clock, settings, failpoint } = this.#deps
    const before = session.writer.marked
    const size = await session.writer.mark()
    failpoint('upload.append.before-commit')
    const expiresAt = clock.now() + settings.uploadLife
    try {
      await store.noteUpload({ uploadId: upload.id, size, lastStart: start, expiresAt })
    } catch (error) {
      // What the row does not have was not acknowledged: the file returns to the row, through a fresh opening.
      if (size !== before) {
        session.broken = true
        await session.writer.abandon()
      }
      throw error
    }
    failpoint('upload.append.after-commit')
    return size
  }

  async #seal(upload: Upload, session: Session, digest: Digest): Promise<SealedBlob> {
    try {
      const sealed = await session.writer.seal(algorithmOf(digest))
      session.broken = true
      if (sealed.digest === digest) return sealed
    } catch (error) {
      // After a failed sync nobody knows what the disk has: the session ends.
      session.broken = true
      this.#lost.add(upload.id)
      await this.#end(upload)
      throw error
    }
    await this.#end(upload)
    throw new RegistryError('digest-mismatch', 'provided digest did not match uploaded content', { digest })
  }

  async #end(upload: Upload): Promise<void> {
    const session = this.#sessions.get(upload.id)
    await this.#deps.store.cancelUpload({ uploadId: upload.id, now: this.#deps.clock.now() })
    if (session) session.ended = true
    this.#sessions.delete(upload.id)
    await session?.writer?.abandon()
  }

  #checkSize(size: number): void {
    const { largestBlob } = this.#deps.settings
    if (size > largestBlob) throw new RegistryError('blob-too-large', `a blob may have up to ${largestBlob} bytes`, { limit: largestBlob })
  }
}

/** The request ended before its body did. */
export class BrokenBody extends Error {}

async function* guarded(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]()
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array>
      try {
        next = await iterator.next()
      } catch (error) {
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

const isRepeat = (upload: Upload, range: ByteRange | undefined): boolean =>
  range !== undefined && upload.size > 0 && range.start === upload.lastStart && range.end === upload.size - 1

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

const unknownUpload = (upload: string) => new RegistryError('upload-unknown', 'blob upload unknown to registry', { upload })

const outOfOrder = (size: number, why: string) => new RegistryError('range-invalid', `chunk out of order: ${why}`, { size })

const wrongLength = (expected: number, got: number) =>
  new RegistryError('size-invalid', `the chunk announces ${expected} bytes and has ${got}`, { expected, got })
