import { RegistryError } from '#core/registry-error.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import type { ObjectClient, Part, Upload } from './object-client.ts'
import type { PartBuffer, PartPool } from './part-pool.ts'
import { startOfPart } from './part-sizes.ts'

const underWay = 2

/** The parts of a multipart upload: those that are in the store, and those that are on their way. */
export class SentParts {
  readonly #client: ObjectClient
  readonly #pool: PartPool
  readonly #failpoint: Failpoint
  readonly #name: string
  readonly #signal: AbortSignal
  readonly #first: number
  readonly #sending = new Set<Promise<void>>()
  #failure: unknown
  /** By number; one that is on its way is not there yet. */
  #parts: Part[]
  uploadId: string | undefined
  /** How many were cut. */
  count: number
  /** So many were once, since the upload began. */
  #most: number

  /** @param first size of the first part (part-sizes.ts) */
  constructor(
    { client, pool, failpoint }: { client: ObjectClient; pool: PartPool; failpoint: Failpoint },
    name: string,
    state: { signal: AbortSignal; first: number; uploadId: string | undefined; parts: readonly Part[] },
  ) {
    this.#client = client
    this.#pool = pool
    this.#failpoint = failpoint
    this.#name = name
    this.#signal = state.signal
    this.#first = state.first
    this.uploadId = state.uploadId
    this.#parts = [...state.parts]
    this.count = state.parts.length
    this.#most = this.count
  }

  /** Of those that are in the store. */
  get all(): readonly Part[] {
    return this.#parts.slice(0, this.count)
  }

  /** Where the next one begins. */
  get end(): number {
    return startOfPart(this.count, this.#first)
  }

  /** Where the last one ends of all that were sent. */
  get mostEnd(): number {
    return startOfPart(this.#most, this.#first)
  }

  /** Sends one; its buffer goes back to the pool by itself. Waits while two are on their way. */
  async send(buffer: PartBuffer): Promise<void> {
    const send = async () => {
      const { mostParts } = this.#client
      if (this.count === mostParts) throw new RegistryError('blob-too-large', `the object store takes no more than ${mostParts} parts`)
      this.uploadId ??= await this.#client.begin(this.#name)
      const { uploadId } = this
      const index = this.count++
      this.#most = Math.max(this.#most, this.count)
      const body = buffer.bytes.subarray(0, buffer.length)
      const sending = this.#client
        .sendPart(this.#name, uploadId, index + 1, body, this.#signal)
        .then((part) => {
          this.#parts[index] = part
          this.#failpoint('bucket.part.after-send')
        })
        .catch((error: unknown) => void (this.#failure ??= error))
        .finally(() => {
          this.#pool.give(buffer)
          this.#sending.delete(sending)
        })
      this.#sending.add(sending)
    }
    await send().catch((error: unknown) => {
      this.#pool.give(buffer)
      throw error
    })
    while (this.#sending.size >= underWay) await Promise.race(this.#sending)
    this.#refuseFailed()
  }

  /** All are in the store. */
  async settle(): Promise<void> {
    await this.quiet()
    this.#refuseFailed()
  }

  /** None is on its way any more, whatever became of it. */
  async quiet(): Promise<void> {
    await Promise.all(this.#sending)
  }

  /**
   * Those behind the first `count` are sent anew; none of them may be on its way. Where none is left their upload ends, and its bytes go, if the
   * store can tell them from what others send. One that failed is not waited for once more.
   */
  async rollback(count: number): Promise<void> {
    const hasFailed = this.#failure !== undefined
    this.count = count
    this.#parts.length = Math.min(this.#parts.length, count)
    this.#failure = undefined
    if (count === 0 && !hasFailed && this.#client.abortsOne) await this.#giveBack()
  }

  async #giveBack(): Promise<void> {
    const { uploadId } = this
    if (uploadId === undefined) return
    this.uploadId = undefined
    // Of one that could not be ended the bytes lie there until the key is deleted.
    const isOver = await this.#client.abort(this.#name, uploadId).then(
      () => true,
      () => false,
    )
    if (isOver) this.#most = 0
  }

  /** They are parts of another upload now. */
  replace({ uploadId, parts }: Upload): void {
    this.uploadId = uploadId
    this.#parts = [...parts]
    this.#most = this.count
  }

  #refuseFailed(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}
