import { unknownUpload } from '#core/failures.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Seat } from '#core/seat.ts'
import { type BlobWriter, WriterOvertaken } from '#ports/blob-store.ts'
import type { Upload, UploadCommands, UploadReads } from '#ports/uploads.ts'
import type { Deps } from '../deps.ts'
import type { FilesMemory } from './file-counts.ts'
import { LeftBytes } from './left-bytes.ts'
import { type OpenFileLimits, OpenFiles } from './open-files.ts'
import { SmallBlobWriter } from './small-blobs.ts'
import { type Aside, BrokenBody } from './upload-body.ts'
import { RequestAtSession, UploadSession } from './upload-session.ts'

const idleFor = 15 * 60 * 1000
const mostUnused = 100_000

export interface SessionLimits extends OpenFileLimits {
  /** Sessions of which size and hash are kept; the file of another is read again when it goes on. */
  kept?: number
  /** In milliseconds: so long a request waits for one before it that still sends. */
  patience?: number
}

/** Absent: this thread is the only one. */
export interface SharedFiles {
  seat?: Seat
  memory?: FilesMemory
  /** Other servers write to the same database. */
  manyServers?: boolean
}

export interface UploadRequest {
  upload: Upload
  registryId: number
  /** Its blob comes whole and is small: it needs no file. */
  small: boolean
  aside?: Aside | undefined
}

/** Which uploads have a writer in this process, and whose turn it is at each. */
export class UploadSessions {
  readonly #deps: Pick<Deps, 'blobs' | 'clock' | 'settings'> & { store: UploadCommands & UploadReads }
  /** The longest untouched first. */
  readonly #sessions = new Map<string, UploadSession>()
  readonly #files: OpenFiles
  readonly #left: LeftBytes
  readonly #mostKept: number
  readonly #patience: number
  /** Where it is not the next request may come to another thread or server, which goes on at what the row has. */
  readonly #isAlone: boolean
  /** Started here and without a file yet; only a saving, so it may be forgotten. */
  readonly #unused = new Set<string>()

  constructor(
    deps: Pick<Deps, 'blobs' | 'clock' | 'settings'> & { store: UploadCommands & UploadReads },
    limits: SessionLimits,
    { seat, memory, manyServers = false }: SharedFiles = {},
  ) {
    this.#deps = deps
    this.#mostKept = limits.kept ?? 20_000
    this.#patience = limits.patience ?? 1000
    this.#isAlone = !manyServers && (seat === undefined || seat.columns === 1)
    this.#files = new OpenFiles(limits, seat, memory)
    this.#left = new LeftBytes(deps, this.#isAlone)
  }

  get open(): number {
    return this.#files.open
  }

  started(uploadId: string): void {
    if (this.#unused.size >= mostUnused) this.#unused.clear()
    this.#unused.add(uploadId)
  }

  /** Bytes that its writer took, acknowledged or not; undefined when it has none, or where another one may go on or has done so. */
  taken(upload: Upload): number | undefined {
    if (!this.#isAlone) return undefined
    const session = this.#sessions.get(upload.id)
    return session && session.epoch >= upload.epoch ? session.taken : undefined
  }

  /**
   * Waits for the request that is at it, and says whether there was one: its client may have given up waiting for the answer, or lost
   * the connection, and send it again; that is to be judged by what comes of the first. Who still sends is not waited for for long.
   */
  async waitFor(uploadId: string, aside: Aside = atOnce): Promise<boolean> {
    const request = this.#sessions.get(uploadId)?.request
    if (!request) return false
    await aside(() => request.wait(this.#patience))
    return true
  }

  /** One request at a time: a second one is out of order, whatever it brings. */
  async use<Result>(request: UploadRequest, work: (session: UploadSession) => Promise<Result>): Promise<Result> {
    const { upload, small, aside = atOnce } = request
    const session = await this.#enter(request)
    let endFlushing = () => {}
    try {
      if (!small || !this.#unused.has(upload.id)) await this.#hold(session, aside)
      if (session.state.is === 'ended') throw unknownUpload(upload.id)
      if (session.state.is === 'opening') await this.#open(session, upload, small)
      // Nobody was told of what is behind the mark.
      if (!this.#isAlone && session.writer.size > session.writer.marked) await session.writer.rollback()
      return await work(session)
    } catch (error) {
      if (error instanceof BrokenBody && session.state.is === 'busy') endFlushing = flushing(session, session.state.writer)
      await this.#recover(session, upload.id, error)
      throw await this.#answer(session, request, error)
    } finally {
      this.#leave(upload.id, session)
      endFlushing()
      session.request?.isOver()
      session.request = undefined
    }
  }

  async #enter({ upload, registryId }: UploadRequest): Promise<UploadSession> {
    const found = this.#sessions.get(upload.id)
    // Whoever lost a connection comes back at once, and is not told of itself.
    if (found?.state.is === 'flushing') await found.state.flushed
    const known = this.#sessions.get(upload.id)
    if (known && known.state.is !== 'idle') {
      const taken = known.state.is === 'ended' ? known.state.size : known.taken
      throw outOfOrder((this.#isAlone ? taken : undefined) ?? upload.size, 'another request writes to this upload')
    }
    const goesOn = known?.state.is === 'idle' && known.epoch >= upload.epoch
    const session = goesOn ? known : new UploadSession({ registryId, principalId: upload.principalId })
    session.request = new RequestAtSession()
    if (known?.state.is === 'idle' && goesOn) known.state = { is: 'busy', writer: known.state.writer }
    this.#sessions.delete(upload.id)
    this.#sessions.set(upload.id, session)
    if (known && !goesOn) await this.#forget(known)
    if (this.#sessions.size > this.#mostKept) this.#forgetOldest()
    return session
  }

  async #hold(session: UploadSession, aside: Aside): Promise<void> {
    if (this.#files.hasRoom(session)) await this.#files.work(session)
    else await aside(() => this.#files.work(session))
  }

  async #open(session: UploadSession, upload: Upload, small: boolean): Promise<void> {
    const writer = await this.#writerOf(session, upload, small)
    writer.onOvertaken = () => {
      session.overtaken = true
      this.#giveUp(upload.id, session)
    }
    if (session.state.is === 'opening') {
      session.state = { is: 'busy', writer }
      return
    }
    await writer.abandon()
    throw unknownUpload(upload.id)
  }

  async #writerOf(session: UploadSession, upload: Upload, small: boolean): Promise<BlobWriter> {
    const { store, blobs, clock, settings } = this.#deps
    const { id: uploadId, storageKey, algorithm, backend } = upload
    // Only where surely no file was begun: it would stay, and nobody would know of it.
    if (this.#unused.delete(uploadId) && upload.epoch === 1) return small ? new SmallBlobWriter() : blobs.create(storageKey, algorithm)
    const take = () =>
      blobs.at(backend).resume(storageKey, algorithm, async () => {
        const { epoch, lastStart, mark } = await store.claimUpload({ uploadId })
        Object.assign(session, { epoch, lastStart, acknowledged: mark, reserved: mark.size })
        return mark
      })
    const writer = await take().catch(async (error: unknown) => {
      // Another server took the file after us and claimed the upload before us: it is ours, and the file with it.
      const isOurs = async () => (await store.upload(session.registryId, upload.repository, uploadId))?.epoch === session.epoch
      if (error instanceof WriterOvertaken && (await isOurs())) return take()
      throw error
    })
    if (!writer) throw unknownUpload(uploadId)
    const { epoch, acknowledged: mark } = session
    if (writer.size === mark.size) return writer
    // The machine lost some of it: the row says so before anybody builds on what is left.
    const left = await writer.mark()
    const now = clock.now()
    const expiresAt = now + settings.uploadLife
    await store.noteUpload({ uploadId, epoch, from: mark.size, mark: left, lastStart: left.size, now, expiresAt })
    Object.assign(session, { lastStart: left.size, acknowledged: left })
    return writer
  }

  // A lost connection keeps what came; anything else returns to the last acknowledged byte.
  async #recover(session: UploadSession, uploadId: string, error: unknown): Promise<void> {
    const { state } = session
    if (state.is === 'flushing') {
      await this.#left.keep(session, uploadId, state.writer)
      // Whoever comes back comes later: what is in memory goes to the file, and the file is closed.
      await session.rest()
      this.#files.release(session)
      return
    }
    if (state.is !== 'busy' || !this.#files.holds(session)) return
    if (error instanceof RegistryError && error.failure === 'range-invalid') return
    await this.#left.takeBack(session, uploadId, state.writer)
  }

  async #answer({ state, sealFailed }: UploadSession, { upload, registryId }: UploadRequest, error: unknown): Promise<unknown> {
    // The row is gone for that failure, and not the other way round.
    if (sealFailed) return error
    const isOfFile = error instanceof RegistryError && error.failure === 'storage-failed'
    if (error instanceof WriterOvertaken || isOfFile) {
      const now = await this.#deps.store.upload(registryId, upload.repository, upload.id)
      // Collection takes the file of an upload that was cancelled, under whoever still writes: the disk is well.
      if (now?.state !== 'open') return unknownUpload(upload.id)
      return isOfFile ? error : overtaken(now.size)
    }
    const isAnswer = error instanceof RegistryError || error instanceof BrokenBody
    // The writer was taken away by a cancel: that is an answer, not a failure.
    return state.is === 'ended' && state.cancelled && !isAnswer ? unknownUpload(upload.id) : error
  }

  #leave(id: string, session: UploadSession): void {
    const { state } = session
    const stays = (state.is === 'busy' || state.is === 'flushing') && !(state.writer instanceof SmallBlobWriter)
    if (stays) {
      session.state = { is: 'idle', writer: state.writer, since: this.#deps.clock.elapsed() }
      this.#files.rest(session)
      if (session.overtaken) this.#giveUp(id, session)
      return
    }
    this.#files.release(session)
    if (this.#sessions.get(id) === session) this.#sessions.delete(id)
  }

  /** Another thread has its file. Whoever is at it here finds that out. */
  #giveUp(id: string, session: UploadSession): void {
    if (session.state.is !== 'idle') return
    if (this.#sessions.get(id) === session) this.#sessions.delete(id)
    void this.#forget(session)
  }

  /** Ends the session, its row first; with an epoch only if the row is still its owner's. */
  async end(upload: Upload, epoch?: number): Promise<void> {
    const session = this.#sessions.get(upload.id)
    const now = this.#deps.clock.now()
    const known = { ...(epoch === undefined ? {} : { epoch }), ...(session?.held === undefined ? {} : { held: session.held }) }
    await this.#deps.store.cancelUpload({ uploadId: upload.id, now, ...known })
    this.#sessions.delete(upload.id)
    await session?.end({ cancelled: true })
    if (session) this.#files.release(session)
    else if (!this.#isAlone) await this.#takeAway(upload)
  }

  /** From the thread that has its file, which so gives up its place. */
  async #takeAway({ id, backend, storageKey, algorithm }: Upload): Promise<void> {
    const nobody = () => Promise.reject(unknownUpload(id))
    await this.#deps.blobs
      .at(backend)
      .resume(storageKey, algorithm, nobody)
      .catch(() => {})
  }

  /** Forgets sessions that rest for long; their files are read again when they go on. */
  async closeIdle(): Promise<void> {
    const before = this.#deps.clock.elapsed() - idleFor
    for (const [id, session] of this.#sessions)
      if (session.state.is === 'idle' && session.state.since < before) {
        this.#sessions.delete(id)
        await this.#forget(session)
      }
  }

  #forgetOldest(): void {
    for (const [id, session] of this.#sessions)
      if (session.state.is === 'idle') {
        this.#sessions.delete(id)
        void this.#forget(session)
        return
      }
  }

  async #forget(session: UploadSession): Promise<void> {
    await session.end({ cancelled: false })
    this.#files.release(session)
  }
}

const atOnce: Aside = (work) => work()

/** Returns what ends it. */
function flushing(session: UploadSession, writer: BlobWriter): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  session.state = { is: 'flushing', writer, flushed: promise }
  return resolve
}

export const overtaken = (size: number) => outOfOrder(size, 'another request went on with this upload')

export const outOfOrder = (size: number, why: string) => new RegistryError('range-invalid', `chunk out of order: ${why}`, { size })
