import type { ContentReads } from '#ports/content.ts'
import { unknownUpload } from '#core/failures.ts'
import { type Algorithm, algorithmOf, type Digest } from '#core/digest.ts'
import type { ByteRange } from '#core/byte-range.ts'
import type { RepositoryName } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type SealedBlob, WriterOvertaken } from '#ports/blob-store.ts'
import type { Registry } from '#ports/registries.ts'
import type { Upload, UploadCommands, UploadReads } from '#ports/uploads.ts'
import type { Deps } from '../deps.ts'
import { type Room, withRoom } from './room.ts'
import { type Body, drain } from './upload-body.ts'
import { type Chunk, UploadChunks } from './upload-chunks.ts'
import type { UploadSession } from './upload-session.ts'
import { outOfOrder, overtaken, type SessionLimits, type SharedFiles, UploadSessions } from './upload-sessions.ts'

type UploadDeps = Pick<Deps, 'blobs' | 'clock' | 'ids' | 'settings' | 'failpoint'> & {
  store: ContentReads & UploadCommands & UploadReads
  room?: Room
}

export interface UploadAddress {
  registry: Registry
  name: RepositoryName
  uploadId: string
  /** A session answers only to who opened it. */
  principalId: string
}

export interface UploadLimits extends SessionLimits {
  /** Sessions of one principal in one registry; beyond them the one that has rested longest ends, if it rests for an hour. */
  sessionsOfOne: number
}

const usualLimits: UploadLimits = { most: 1024, longestWait: 10_000, sessionsOfOne: 10_000 }
const doneFor = 60 * 60 * 1000

export class Uploads {
  readonly #deps: UploadDeps
  readonly #limits: UploadLimits
  readonly #sessions: UploadSessions
  readonly #chunks: UploadChunks

  constructor(deps: UploadDeps, limits: UploadLimits = usualLimits, shared: SharedFiles = {}) {
    this.#deps = deps
    this.#limits = limits
    this.#sessions = new UploadSessions(deps, limits, shared)
    this.#chunks = new UploadChunks(deps)
  }

  /** How many sessions hold a file open, at all threads. */
  get open(): number {
    return this.#sessions.open
  }

  /** Fails with `storage-full`, `quota-exceeded`, `unreferenced-full`, `blob-too-large`. */
  async start(
    input: Omit<UploadAddress, 'uploadId'> & { algorithm: Algorithm; length?: number | undefined },
  ): Promise<{ uploadId: string }> {
    const { store, blobs, clock, ids, settings, failpoint } = this.#deps
    await this.#chunks.admit(input.length ?? 0)
    const uploadId = ids.next()
    const objectId = ids.next()
    const now = clock.now()
    failpoint('upload.start.before-commit')
    await withRoom(this.#deps, input.registry.id, input.length ?? 0, () =>
      store.startUpload({
        registryId: input.registry.id,
        name: input.name,
        uploadId,
        objectId,
        storageKey: blobs.keyOf(objectId),
        backend: blobs.name,
        principalId: input.principalId,
        algorithm: input.algorithm,
        reserve: input.length ?? 0,
        now,
        expiresAt: now + settings.uploadLife,
        most: this.#limits.sessionsOfOne,
      }),
    )
    failpoint('upload.start.after-commit')
    this.#sessions.started(uploadId)
    return { uploadId }
  }

  /** Bytes that the session has. Fails with `upload-unknown`. */
  async status(address: UploadAddress): Promise<{ size: number }> {
    const upload = await this.#find(address)
    const taken = upload.state === 'open' ? this.#sessions.taken(upload) : undefined
    return { size: taken ?? upload.size }
  }

  /**
   * Takes a chunk: of a range, else from an offset on; with neither, from where the session is.
   * Fails with `upload-unknown`, `range-invalid` (the session stands), `size-invalid`, `storage-full`, `quota-exceeded`.
   */
  async append(address: UploadAddress, body: Body, range: ByteRange | undefined, offset?: number): Promise<{ size: number }> {
    // Bytes of which nothing says where they belong are no repeat of others.
    const upload = range || offset !== undefined ? await this.#findSettled(address, body) : await this.#find(address)
    if (upload.state === 'done') throw unknownUpload(upload.id)
    return this.#sessions.use({ upload, registryId: address.registry.id, small: false, aside: body.aside }, async (session) => {
      const { lastStart, acknowledged, writer } = session
      const isPassed = range ? isRepeat(lastStart, acknowledged.size, range) : offset !== undefined && offset < writer.marked
      if (isPassed) {
        const from = range?.start ?? offset ?? 0
        if (await this.#chunks.isLastChunk(upload, session, from, body)) return { size: acknowledged.size }
        throw outOfOrder(writer.size, `the session has ${writer.size} bytes, and these are not what it has from byte ${from} on`)
      }
      const start = await this.#chunks.receive(upload, session, address.registry.id, { body, range, offset })
      session.request?.allCame()
      return { size: await this.#acknowledge(address.registry, upload, session, start) }
    })
  }

  /**
   * Takes the last bytes, if any, and makes the blob: of a range, else from an offset on that the session has not passed. Fails as
   * `append`, and with `digest-mismatch`, which ends the session.
   */
  async finish(address: UploadAddress, body: Body, range: ByteRange | undefined, digest: Digest, offset?: number): Promise<void> {
    const upload = await this.#findSettled(address, body)
    try {
      if (upload.state === 'done') throw unknownUpload(upload.id)
      await this.#finish(upload, address.registry, { body, range, offset }, digest)
    } catch (error) {
      // The same request may have been here before, and its answer lost; at another server it may have ended just now.
      if (!(await this.#isFinished(address, digest, error))) throw error
      await drain(body.bytes)
    }
  }

  async #finish(upload: Upload, registry: Registry, { body, range, offset }: Chunk, digest: Digest): Promise<void> {
    const { store, clock, settings, failpoint } = this.#deps
    const small = body.length !== undefined && body.length <= settings.smallBlob && upload.size === 0
    await this.#sessions.use({ upload, registryId: registry.id, small, aside: body.aside }, async (session) => {
      const from = session.acknowledged.size
      // Its bytes came in other requests already: this one, or the one that it repeats, was late. Bytes for the place behind them are others.
      const isBefore = body.length === 0 ? (offset ?? 0) <= from : offset !== undefined && offset < from
      const isThere = !range && from > 0 && isBefore && session.acknowledged.digest === digest
      if (isThere) await session.writer.rollback()
      if (!isThere && !isRepeat(session.lastStart, from, range)) {
        const { marked, size } = session.writer
        const isPassed = !range && offset !== undefined && offset < (body.length === 0 ? size : marked)
        await this.#chunks.receive(upload, session, registry.id, { body, range, offset, isPassed })
        session.request?.allCame()
        if (session.writer.size > from) await this.#refuseOvertaken(upload, registry, session)
      } else {
        await drain(body.bytes)
        session.request?.allCame()
      }
      const sealed = await this.#seal(upload, session, digest)
      const now = clock.now()
      failpoint('upload.finish.before-commit')
      try {
        await withRoom(this.#deps, registry.id, sealed.size, () =>
          store.finishUpload({
            uploadId: upload.id,
            epoch: session.epoch,
            from,
            digest,
            size: sealed.size,
            checksums: sealed.checksums,
            ...(sealed.bytes ? { bytes: sealed.bytes } : {}),
            now,
            leaseUntil: now + settings.lease.length,
            keepUntil: now + doneFor,
          }),
        )
      } catch (error) {
        if (error instanceof RegistryError && error.failure === 'quota-exceeded') await this.#sessions.end(upload, session.epoch)
        throw error
      }
      failpoint('upload.finish.after-commit')
    })
  }

  async #isFinished({ registry, name, uploadId }: UploadAddress, digest: Digest, error: unknown): Promise<boolean> {
    if (!(error instanceof RegistryError) || (error.failure !== 'upload-unknown' && error.failure !== 'range-invalid')) return false
    const { store } = this.#deps
    const upload = await store.upload(registry.id, name, uploadId)
    return upload?.state === 'done' && upload.digest === digest && (await store.blob(registry.id, name, digest)) !== undefined
  }

  /** Fails with `upload-unknown`. */
  async cancel(address: UploadAddress): Promise<void> {
    const upload = await this.#find(address)
    if (upload.state === 'done') throw unknownUpload(upload.id)
    await this.#sessions.end(upload)
    this.#deps.failpoint('upload.cancel.after-commit')
  }

  /** Closes the files of sessions that rest; they are opened again when they go on. */
  closeIdle(): Promise<void> {
    return this.#sessions.closeIdle()
  }

  async #find({ registry, name, uploadId, principalId }: UploadAddress): Promise<Upload> {
    const upload = await this.#deps.store.upload(registry.id, name, uploadId)
    // Another principal's session is as unknown as none.
    if (!upload || upload.principalId !== principalId) throw unknownUpload(uploadId)
    return upload
  }

  async #findSettled(address: UploadAddress, { aside }: Body): Promise<Upload> {
    const upload = await this.#find(address)
    return (await this.#sessions.waitFor(upload.id, aside)) ? this.#find(address) : upload
  }

  /** A store of objects makes one of an overtaken list of parts too, and then the key is spoilt for whose it is now: so the row is asked first. */
  async #refuseOvertaken({ repository, id, backend }: Upload, registry: Registry, { epoch }: UploadSession): Promise<void> {
    if (this.#deps.blobs.at(backend).refusesOvertaken) return
    const now = await this.#deps.store.upload(registry.id, repository, id)
    if (!now) throw unknownUpload(id)
    if (now.epoch !== epoch || now.state !== 'open') throw overtaken(now.size)
  }

  async #acknowledge(registry: Registry, upload: Upload, session: UploadSession, start: number): Promise<number> {
    const { store, clock, settings, failpoint } = this.#deps
    const mark = await session.writer.mark()
    const { size } = mark
    failpoint('upload.append.before-commit')
    const now = clock.now()
    const expiresAt = now + settings.uploadLife
    const owner = { uploadId: upload.id, epoch: session.epoch }
    try {
      await withRoom(this.#deps, registry.id, size, () =>
        store.noteUpload({ ...owner, from: session.acknowledged.size, mark, lastStart: start, now, expiresAt }),
      )
    } catch (error) {
      // What the row does not have was not acknowledged: the next request begins where the row is.
      await session.end({ cancelled: false })
      throw error
    }
    session.acknowledged = mark
    session.reserved = Math.max(session.reserved, size)
    session.lastStart = start
    failpoint('upload.append.after-commit')
    return size
  }

  async #seal(upload: Upload, session: UploadSession, digest: Digest): Promise<SealedBlob> {
    const { writer, epoch } = session
    try {
      const sealed = await writer.seal(algorithmOf(digest))
      await session.end({ cancelled: false })
      if (sealed.digest === digest) return sealed
    } catch (error) {
      // After a failed sync nobody knows what the disk has: the session ends. Who was overtaken did nothing to the file; a bucket has what it had.
      const mayGoOn = error instanceof WriterOvertaken || this.#deps.blobs.at(upload.backend).sealsAgain
      if (mayGoOn) await session.end({ cancelled: false })
      else {
        await this.#sessions.end(upload, epoch)
        session.sealFailed = true
      }
      throw error
    }
    await this.#sessions.end(upload, epoch)
    throw new RegistryError('digest-mismatch', 'provided digest did not match uploaded content', { digest })
  }
}

const isRepeat = (lastStart: number, size: number, range: ByteRange | undefined): boolean =>
  range !== undefined && size > 0 && range.start === lastStart && range.end === size - 1
