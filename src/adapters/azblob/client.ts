import type { Readable } from 'node:stream'
import { openRange } from '../bucket/asked-range.ts'
import {
  type Abilities,
  type AskedRange,
  type Condition,
  type FoundObject,
  leastAbilities,
  type ObjectClient,
  type Part,
  type Patience,
  type Upload,
  usualPatience,
} from '../bucket/object-client.ts'
import { Blocks, bufferOf } from './blocks.ts'
import type { Credentials } from './credentials.ts'
import { Links } from './links.ts'
import type { AzurePlace } from './place.ts'
import { AzureRequests, conditionsOf } from './requests.ts'

/** The requests that are made of Azure: those of blobs here, those of blocks in blocks.ts. */
export class AzureClient implements ObjectClient {
  readonly abortsOne = false
  readonly idle: number
  readonly mostParts = 50_000
  abilities: Abilities = { ...leastAbilities, conditionalComplete: true }
  readonly #requests: AzureRequests
  readonly #blocks: Blocks
  readonly #links: Links

  private constructor(requests: AzureRequests, credentials: Credentials, { idle }: Patience) {
    this.idle = idle
    this.#requests = requests
    this.#blocks = new Blocks(requests)
    this.#links = new Links(requests, credentials)
  }

  static async open(place: AzurePlace, credentials: Credentials, asked: Partial<Patience> = {}): Promise<AzureClient> {
    const patience = { ...usualPatience, ...asked }
    return new AzureClient(await AzureRequests.open(place, credentials, patience), credentials, patience)
  }

  /** Whether it may give links: who was given a signature has nothing to sign with. */
  get signs(): boolean {
    return this.#links.canSign
  }

  get clockOffset(): number {
    return this.#requests.transport.clockOffset
  }

  async put(key: string, body: Uint8Array, condition: Condition, signal?: AbortSignal): Promise<{ etag: string }> {
    const { encryption } = this.#requests
    const blob = this.#requests.blob(key)
    const asked = { ...encryption, ...conditionsOf(condition), ...(signal ? { abortSignal: signal } : {}) }
    const { etag = '' } = await this.#requests.send(body, (blobContentMD5) =>
      blob.upload(bufferOf(body), body.length, { ...asked, blobHTTPHeaders: { blobContentMD5 } }),
    )
    return { etag }
  }

  async head(key: string): Promise<FoundObject | undefined> {
    const found = await this.#requests.askUnlessAbsent(() => this.#requests.blob(key).getProperties())
    return found && { size: found.contentLength ?? 0, etag: found.etag ?? '', crc: undefined }
  }

  get(key: string, { from, to, etag }: AskedRange, signal?: AbortSignal) {
    // Taken up again where it broke off by who reads it (bucket/checked-bytes.ts), not without end by the SDK.
    const asked = {
      maxRetryRequests: 0,
      ...(signal ? { abortSignal: signal } : {}),
      ...(etag === undefined ? {} : { conditions: { ifMatch: etag } }),
    }
    const ask = async () => {
      const found = await this.#requests.askUnlessAbsent(() => this.#requests.blob(key).download(from, to - from, asked))
      return found && { body: found.readableStreamBody as Readable, etag: found.etag, range: found.contentRange }
    }
    return openRange(from, ask, () => this.head(key))
  }

  async remove(key: string): Promise<void> {
    await this.#requests.askUnlessAbsent(() => this.#requests.blob(key).delete())
  }

  async *list(prefix: string): AsyncIterable<{ key: string; size: number }> {
    for await (const { name, properties } of this.#requests.list(prefix, false))
      yield { key: this.#requests.keyOf(name), size: properties.contentLength ?? 0 }
  }

  unfinished(prefix: string): AsyncIterable<{ key: string; uploadId: string }> {
    return this.#blocks.unfinished(prefix)
  }

  async begin(): Promise<string> {
    return this.#blocks.begin()
  }

  sendPart(...all: Parameters<ObjectClient['sendPart']>): Promise<Part> {
    return this.#blocks.send(...all)
  }

  complete(...all: Parameters<ObjectClient['complete']>): Promise<{ etag: string }> {
    return this.#blocks.list(...all)
  }

  /** A blob's blocks can be listed again, with others behind them. */
  async partsOf(_key: string, { uploadId, parts }: Upload): Promise<Upload> {
    return { uploadId, parts }
  }

  abort(key: string): Promise<void> {
    return this.#blocks.drop(key)
  }

  /** Each block was compared with its sum when it came, and no other has its name: it is what that list made, or it is not. */
  proves({ etag }: FoundObject, _parts: readonly Part[], made: { etag: string }): boolean {
    return etag !== '' && etag === made.etag
  }

  presign(key: string, life: number, type: string | undefined): Promise<{ url: URL; expiresAt: number }> {
    return this.#links.sign(key, life, type, Date.now() + this.clockOffset)
  }

  close(): void {
    this.#requests.transport.close()
  }
}
