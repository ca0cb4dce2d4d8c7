import { RegistryError } from '#core/registry-error.ts'
import { type BlobWriter, nothingMarked } from '#ports/blob-store.ts'
import type { Upload } from '#ports/uploads.ts'
import type { Deps } from '../deps.ts'
import { type Holder, type OpenFileLimits, OpenFiles } from './open-files.ts'
import { SmallBlobWriter } from './small-blobs.ts'
import { type Aside, BrokenBody } from './upload-body.ts'

/**
 * An upload session is open → done, or gone.
 * open: its row has the acknowledged size; its writer, while this process has one, may have taken more (the rest of a
 *       request that broke). The next chunk may start behind all that was taken, or again where the broken one started.
 * done: the blob is there; the row stays for an hour, so that a repeated PUT is answered as the first.
 * gone: cancelled, expired, or its digest was wrong. Its object is condemned.
 */
export interface Session extends Holder {
  writer: BlobWriter
  busy: boolean
  /** It may have its file open. */
  held: boolean
  /** The writer's own trouble: it must be opened anew. */
  broken: boolean
  /** The request before broke off, and what it brought is on its way to the file. */
  settling: Promise<void> | undefined
  /** Gone, while a request may still be at it. */
  ended: boolean
  touched: number
}

const idleFor = 15 * 60 * 1000
const mostUnused = 100_000
/** Sessions of which size and hash are kept; the file of another is read again when it goes on. */
const mostKept = 20_000

/** Which uploads have a writer in this process, and whose turn it is at each. */
export class UploadSessions {
  readonly #deps: Pick<Deps, 'store' | 'blobs' | 'clock'>
  /** The longest untouched first. */
  readonly #sessions = new Map<string, Session>()
  readonly #files: OpenFiles
  /** Started here and without a file yet; only a saving, so it may be forgotten. */
  readonly #unused = new Set<string>()

  constructor(deps: Pick<Deps, 'store' | 'blobs' | 'clock'>, limits: OpenFileLimits) {
    this.#deps = deps
    this.#files = new OpenFiles(limits)
  }

  get open(): number {
    return this.#files.open
  }

  started(uploadId: string): void {
    if (this.#unused.size >= mostUnused) this.#unused.clear()
    this.#unused.add(uploadId)
  }

  /** Bytes that its writer took; undefined when it has none. */
  taken(upload: Upload): number | undefined {
    const session = this.#sessions.get(upload.id)
    return session?.broken ? undefined : session?.writer?.size
  }

  /** One request at a time: a second one is out of order, whatever it brings. */
  async use<Result>(
    { upload, registryId, small, aside = atOnce }: { upload: Upload; registryId: number; small: boolean; aside?: Aside | undefined },
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    // Whoever lost a connection comes back at once, and is not told of itself.
    await this.#sessions.get(upload.id)?.settling
    const before = this.#sessions.get(upload.id)
    if (before?.busy) throw outOfOrder(before.writer?.size ?? upload.size, 'another request writes to this upload')
    const session = before && !before.broken ? before : newSession(registryId, upload.principalId)
    session.busy = true
    this.#sessions.delete(upload.id)
    this.#sessions.set(upload.id, session)
    if (this.#sessions.size > mostKept) this.#forgetOldest()
    let settled = () => {}
    try {
      if (!small || !this.#unused.has(upload.id)) await this.#hold(session, aside)
      if (session.ended) throw unknownUpload(upload.id)
      session.writer ??= await this.#open(upload, small)
      return await work(session)
    } catch (error) {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (error instanceof BrokenBody) session.settling = promise
      settled = resolve
      await this.#recover(session, error)
      // The writer was taken away by a cancel: that is an answer, not a failure.
      if (session.ended && !(error instanceof RegistryError) && !(error instanceof BrokenBody)) throw unknownUpload(upload.id)
      throw error
    } finally {
      session.busy = false
      session.settling = undefined
      settled()
      session.touched = this.#deps.clock.elapsed()
      if (session.broken || session.ended || !session.writer) {
        this.#files.release(session)
        if (this.#sessions.get(upload.id) === session) this.#sessions.delete(upload.id)
      } else this.#files.rest(session)
    }
  }

  // Without a file nothing is at hand that could be taken back.
  async #hold(session: Session, aside: Aside): Promise<void> {
    try {
      if (this.#files.hasRoom(session)) await this.#files.work(session)
      else await aside(() => this.#files.work(session))
    } catch (error) {
      session.held = false
      throw error
    }
    session.held = true
  }

  async #open(upload: Upload, small: boolean): Promise<BlobWriter> {
    const { blobs } = this.#deps
    // Only where surely no file was begun: it would stay, and nobody would know of it.
    if (this.#unused.delete(upload.id)) return small ? new SmallBlobWriter() : blobs.create(upload.storageKey, upload.algorithm)
    const writer = await blobs.resume(upload.storageKey, upload.algorithm, { ...nothingMarked, size: upload.size })
    if (!writer) throw unknownUpload(upload.id)
    return writer
  }

  // A lost connection keeps what came; anything else returns to the last acknowledged byte.
  async #recover(session: Session, error: unknown): Promise<void> {
    if (!session.held) return
    if (session.writer instanceof SmallBlobWriter) session.broken = true
    if (session.broken || !session.writer) return
    // Whoever comes back comes later: what is in memory goes to the file, and the file is closed.
    if (error instanceof BrokenBody) {
      await session.rest()
      this.#files.release(session)
      return
    }
    if (error instanceof RegistryError && error.failure === 'range-invalid') return
    try {
      await session.writer.rollback()
    } catch {
      session.broken = true
      await session.writer.abandon()
    }
  }

  /** Ends the session, its row first. */
  async end(upload: Upload): Promise<void> {
    const session = this.#sessions.get(upload.id)
    await this.#deps.store.cancelUpload({ uploadId: upload.id, now: this.#deps.clock.now() })
    if (session) session.ended = true
    this.#sessions.delete(upload.id)
    await session?.writer?.abandon()
    if (session) this.#files.release(session)
  }

  /** Forgets sessions that rest for long; their files are read again when they go on. */
  async closeIdle(): Promise<void> {
    const before = this.#deps.clock.elapsed() - idleFor
    for (const [id, session] of this.#sessions) if (!session.busy && session.touched < before) await this.#forget(id, session)
  }

  #forgetOldest(): void {
    for (const [id, session] of this.#sessions)
      if (!session.busy) {
        void this.#forget(id, session)
        return
      }
  }

  async #forget(id: string, session: Session): Promise<void> {
    this.#sessions.delete(id)
    await session.writer.abandon()
    this.#files.release(session)
  }
}

const atOnce: Aside = (work) => work()

const newSession = (registryId: number, principalId: string): Session => ({
  registryId,
  principalId,
  writer: undefined as unknown as BlobWriter,
  busy: true,
  held: true,
  broken: false,
  settling: undefined,
  ended: false,
  touched: 0,
  async rest() {
    // What could not be written shows at the next use; a writer that was abandoned meanwhile has no file any more.
    await this.writer.rest().catch(() => {})
  },
})

export const unknownUpload = (upload: string) => new RegistryError('upload-unknown', 'blob upload unknown to registry', { upload })

export const outOfOrder = (size: number, why: string) => new RegistryError('range-invalid', `chunk out of order: ${why}`, { size })
