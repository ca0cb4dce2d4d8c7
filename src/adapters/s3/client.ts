import type { Readable } from 'node:stream'
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { openRange } from '../bucket/asked-range.ts'
import { refuseSamePage } from '../bucket/bounded-answer.ts'
import { AbsentPerhaps } from '../bucket/failures.ts'
import type { Abilities, AskedRange, Condition, FoundObject, ObjectClient, Part, Patience, Upload } from '../bucket/object-client.ts'
import { usualPatience } from '../bucket/object-client.ts'
import { Multipart, provesParts } from './multipart.ts'
import type { S3Place } from './place.ts'
import { headersOf, S3Requests } from './requests.ts'

/** The requests that are made of S3: those of objects here, those of uploads in multipart.ts. */
export class S3Client implements ObjectClient {
  readonly abortsOne = true
  readonly idle: number
  readonly mostParts = 10_000
  readonly #requests: S3Requests
  readonly #multipart: Multipart

  private constructor(requests: S3Requests, { idle }: Patience) {
    this.idle = idle
    this.#requests = requests
    this.#multipart = new Multipart(requests)
  }

  /** Loads the SDK, which nobody else does: a quarter of a second, and some 30 MiB. */
  static async open(place: S3Place, asked: Partial<Patience> = {}): Promise<S3Client> {
    const patience = { ...usualPatience, ...asked }
    return new S3Client(new S3Requests(await import('@aws-sdk/client-s3'), place, patience), patience)
  }

  get abilities(): Abilities {
    return this.#requests.abilities
  }

  set abilities(abilities: Abilities) {
    this.#requests.abilities = abilities
  }

  get clockOffset(): number {
    return this.#requests.client.config.systemClockOffset
  }

  async put(key: string, body: Uint8Array, condition: Condition, signal?: AbortSignal): Promise<{ etag: string }> {
    const { sdk, encryption } = this.#requests
    const asked = { ...this.#requests.at(key), ...encryption, ...headersOf(condition) }
    const answer = await this.#requests.send(body, (summed) => new sdk.PutObjectCommand({ ...asked, ...summed }), signal)
    return { etag: answer.ETag ?? '' }
  }

  /** Neither an object nor a part is taken whose bytes are others than those that its request was signed for. */
  async comparesSignature(key: string, body: Uint8Array): Promise<boolean> {
    const { sdk } = this.#requests
    const put = () => new sdk.PutObjectCommand({ ...this.#requests.at(key), Body: body })
    if (!(await this.#requests.comparesSignature(body, put))) return false
    const UploadId = await this.begin(key)
    try {
      const part = () => new sdk.UploadPartCommand({ ...this.#requests.at(key), UploadId, PartNumber: 1, Body: body })
      return (await this.#requests.comparesSignature(body, part)) && (await this.head(key)) === undefined
    } finally {
      await this.abort(key, UploadId)
    }
  }

  async head(key: string): Promise<FoundObject | undefined> {
    const { sdk, abilities } = this.#requests
    const asked = { ...this.#requests.at(key), ...(abilities.checksum === 'crc32' ? { ChecksumMode: 'ENABLED' as const } : {}) }
    const found = await this.#requests
      .askUnlessAbsent(() => new sdk.HeadObjectCommand(asked))
      .catch(async (error: unknown) => {
        if (!(error instanceof AbsentPerhaps)) throw error
        // A byte is asked for, too: if there is none, why is in the answer's body.
        const first = await this.#requests.askUnlessAbsent(
          () => new sdk.GetObjectCommand({ ...this.#requests.at(key), Range: 'bytes=0-0' }),
        )
        if (!first) return undefined
        const body = first.Body as Readable
        body.on('error', () => {}).destroy()
        throw error
      })
    return found && { size: found.ContentLength ?? 0, etag: found.ETag ?? '', crc: found.ChecksumCRC32 }
  }

  get(key: string, { from, to, etag }: AskedRange, signal?: AbortSignal) {
    const { sdk } = this.#requests
    const asked = { ...this.#requests.at(key), Range: `bytes=${from}-${to - 1}`, ...(etag === undefined ? {} : { IfMatch: etag }) }
    const ask = async () => {
      const found = await this.#requests.askUnlessAbsent(() => new sdk.GetObjectCommand(asked), signal)
      return found && { body: found.Body as Readable, etag: found.ETag, range: found.ContentRange }
    }
    return openRange(from, ask, () => this.head(key))
  }

  async remove(key: string): Promise<void> {
    const { sdk } = this.#requests
    await this.#requests.askUnlessAbsent(() => new sdk.DeleteObjectCommand(this.#requests.at(key)))
  }

  async *list(prefix: string): AsyncIterable<{ key: string; size: number }> {
    const requests = this.#requests
    let next: string | undefined
    do {
      const asked = { ...requests.under(prefix), ...(next ? { ContinuationToken: next } : {}) }
      const page: ListObjectsV2CommandOutput = await requests.ask(() => new requests.sdk.ListObjectsV2Command(asked))
      for (const { Key, Size } of page.Contents ?? []) if (Key) yield { key: requests.keyOf(Key), size: Size ?? 0 }
      const asking = next
      next = page.IsTruncated ? page.NextContinuationToken : undefined
      refuseSamePage(asking, next)
    } while (next)
  }

  unfinished(prefix: string): AsyncIterable<{ key: string; uploadId: string }> {
    return this.#multipart.unfinished(prefix)
  }

  begin(key: string): Promise<string> {
    return this.#multipart.begin(key)
  }

  sendPart(...all: Parameters<ObjectClient['sendPart']>): Promise<Part> {
    return this.#multipart.sendPart(...all)
  }

  copyPart(...all: Parameters<Multipart['copyPart']>): Promise<Part> {
    return this.#multipart.copyPart(...all)
  }

  complete(...all: Parameters<ObjectClient['complete']>): Promise<{ etag: string }> {
    return this.#multipart.complete(...all)
  }

  partsOf(...all: Parameters<ObjectClient['partsOf']>): Promise<Upload> {
    return this.#multipart.partsOf(...all)
  }

  abort(key: string, uploadId: string): Promise<void> {
    return this.#multipart.abort(key, uploadId)
  }

  proves(found: FoundObject, parts: readonly Part[]): boolean {
    return provesParts(found, parts)
  }

  async presign(key: string, life: number, type: string | undefined): Promise<{ url: URL; expiresAt: number }> {
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
    const { sdk, publicClient } = this.#requests
    const { expiration } = await publicClient.config.credentials()
    const signingDate = new Date(Date.now() + this.clockOffset)
    const left = expiration === undefined ? life : Math.min(life, expiration.getTime() - signingDate.getTime())
    const asked = { ...this.#requests.at(key), ...(type === undefined ? {} : { ResponseContentType: type }) }
    const seconds = Math.max(1, Math.floor(left / 1000))
    const url = await getSignedUrl(publicClient, new sdk.GetObjectCommand(asked), { expiresIn: seconds, signingDate })
    return { url: new URL(url), expiresAt: signingDate.getTime() + seconds * 1000 }
  }

  close(): void {
    this.#requests.close()
  }
}
