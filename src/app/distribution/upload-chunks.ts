import type { ByteRange } from '#core/byte-range.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Upload, UploadCommands } from '#ports/uploads.ts'
import type { Deps } from '../deps.ts'
import { DiskFloor } from './disk-floor.ts'
import { type Room, withRoom } from './room.ts'
import { type Body, BrokenBody, digestUpTo, guarded } from './upload-body.ts'
import type { UploadSession } from './upload-session.ts'
import { outOfOrder } from './upload-sessions.ts'

export interface Chunk {
  body: Body
  range: ByteRange | undefined
  /** Where it begins, when no range says so; with neither, where the session is. */
  offset?: number | undefined
  /** The session has passed the offset, and it goes on where the session is. */
  isPassed?: boolean
}

type ChunkDeps = Pick<Deps, 'blobs' | 'clock' | 'settings'> & { store: UploadCommands; room?: Room }

const checkSpaceEvery = 64 * 1024 * 1024

/** How the bytes of a request come into a session, up to the limits of a blob, the disk and the registry. */
export class UploadChunks {
  readonly #deps: ChunkDeps
  readonly #floor: DiskFloor

  constructor(deps: ChunkDeps) {
    this.#deps = deps
    this.#floor = new DiskFloor(deps)
  }

  /** Whether there is room for the beginning of `size` bytes. Fails with `blob-too-large`, `storage-full`. */
  async admit(size: number): Promise<void> {
    this.#checkSize(size)
    await this.#floor.check()
  }

  /** Returns where the chunk began. Fails with `range-invalid` (the session stands), `size-invalid`, and as `admit`, `quota-exceeded`. */
  async receive(upload: Upload, session: UploadSession, registryId: number, { body, range, offset, isPassed }: Chunk): Promise<number> {
    const { writer } = session
    const start = await positioned(session, range?.start ?? (isPassed ? undefined : offset))
    const expected = range ? range.end - range.start + 1 : body.length
    if (range && body.length !== undefined && body.length !== expected) throw wrongLength(expected ?? 0, body.length)
    this.#checkSize(start + (expected ?? 0))
    let nextCheck = writer.size + checkSpaceEvery
    try {
      for await (const piece of guarded(body.bytes)) {
        await writer.append(piece)
        if (writer.size < nextCheck) continue
        nextCheck = writer.size + checkSpaceEvery
        await this.admit(writer.size)
        // What is too much is told before all of it has come.
        const size = Math.max(writer.size, start + (expected ?? 0))
        await withRoom(this.#deps, registryId, size, () => this.#reserve(upload, session, size))
        session.reserved = size
      }
      this.#checkSize(writer.size)
      if (expected !== undefined && writer.size - start !== expected) throw wrongLength(expected, writer.size - start)
      return start
    } catch (error) {
      // It may be a late one, and who comes next must not go on behind it.
      if (error instanceof BrokenBody && isPassed) await writer.rollback()
      throw error
    }
  }

  /** Whether the body is, byte for byte, what the last request brought. Reads no more of it than it takes to know. */
  async isLastChunk({ storageKey, backend }: Upload, session: UploadSession, offset: number, body: Body): Promise<boolean> {
    const { acknowledged, lastStart } = session
    const length = acknowledged.size - offset
    if (offset !== lastStart || (body.length ?? length) !== length) return false
    // In this order: whoever has the file read again has sent as many bytes.
    const sent = await digestUpTo(length, body.bytes)
    return sent !== undefined && sent === (await this.#deps.blobs.at(backend).digestOfMarked(storageKey, 'sha256', acknowledged, lastStart))
  }

  #reserve({ id: uploadId }: Upload, { epoch }: UploadSession, size: number): Promise<void> {
    const { store, clock, settings } = this.#deps
    const now = clock.now()
    return store.reserveUpload({ uploadId, epoch, size, now, expiresAt: now + settings.uploadLife })
  }

  #checkSize(size: number): void {
    const { largestBlob } = this.#deps.settings
    if (size > largestBlob) throw new RegistryError('blob-too-large', `a blob may have up to ${largestBlob} bytes`, { limit: largestBlob })
  }
}

/** Behind all that was received, or again where a broken request began. */
async function positioned({ writer }: UploadSession, start: number | undefined): Promise<number> {
  if (start === undefined || start === writer.size) return writer.size
  if (start !== writer.marked) throw outOfOrder(writer.size, `the chunk must start at byte ${writer.size}`)
  await writer.rollback()
  return writer.size
}

const wrongLength = (expected: number, got: number) =>
  new RegistryError('size-invalid', `the chunk announces ${expected} bytes and has ${got}`, { expected, got })
