import type { BlobWriter } from '#ports/blob-store.ts'
import type { UploadCommands } from '#ports/uploads.ts'
import type { Deps } from '../deps.ts'
import { SmallBlobWriter } from './small-blobs.ts'
import { heldBy, type UploadSession } from './upload-session.ts'

/** What becomes of bytes that came and of which nobody was told: whatever of them lies in the store is counted in their registry. */
export class LeftBytes {
  readonly #deps: Pick<Deps, 'clock' | 'settings'> & { store: UploadCommands }
  readonly #isAlone: boolean

  /** @param isAlone the next request comes to this thread */
  constructor(deps: Pick<Deps, 'clock' | 'settings'> & { store: UploadCommands }, isAlone: boolean) {
    this.#deps = deps
    this.#isAlone = isAlone
  }

  /** What a broken request brought stays where its client may go on behind it, if the registry has a place for it. */
  async keep(session: UploadSession, uploadId: string, writer: BlobWriter): Promise<void> {
    if (writer instanceof SmallBlobWriter) return
    if (!this.#isAlone) return this.takeBack(session, uploadId, writer)
    await this.#holdPlace(session, uploadId, heldBy(writer), {}).catch(() => this.takeBack(session, uploadId, writer))
  }

  /** To the last acknowledged byte; what the store does not give back is counted. */
  async takeBack(session: UploadSession, uploadId: string, writer: BlobWriter): Promise<void> {
    try {
      await writer.rollback()
    } catch {
      return session.end({ cancelled: false })
    }
    // Whoever has it by now, or ends it, counts what it has.
    await this.#holdPlace(session, uploadId, heldBy(writer), { areThere: true }).catch(() => {})
  }

  async #holdPlace(session: UploadSession, uploadId: string, size: number, how: { areThere?: true }): Promise<void> {
    if (size === session.reserved) return
    const { store, clock, settings } = this.#deps
    const now = clock.now()
    await store.reserveUpload({ uploadId, epoch: session.epoch, size, ...how, now, expiresAt: now + settings.uploadLife })
    session.reserved = size
  }
}
