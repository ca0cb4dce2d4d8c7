import type { BlobItem, BlobServiceClient, ContainerClient } from '@azure/storage-blob'
import { hashOf } from '../bucket/body-hash.ts'
import { refuseSamePage } from '../bucket/bounded-answer.ts'
import { Mangled, ObjectAbsent } from '../bucket/failures.ts'
import type { Condition, Patience } from '../bucket/object-client.ts'
import { type Credentials, identityOf } from './credentials.ts'
import { failureOf } from './failures.ts'
import { type AzurePlace, serviceUrl } from './place.ts'
import { Transport } from './transport.ts'

export type Sdk = typeof import('@azure/storage-blob')

/** What every request of Azure's has: where, by which client, with which sums; and how its failure is told. */
export class AzureRequests {
  readonly sdk: Sdk
  readonly place: AzurePlace
  readonly service: BlobServiceClient
  readonly transport: Transport
  readonly #container: ContainerClient

  private constructor(sdk: Sdk, place: AzurePlace, transport: Transport, service: BlobServiceClient) {
    this.sdk = sdk
    this.place = place
    this.transport = transport
    this.service = service
    this.#container = service.getContainerClient(place.bucket)
  }

  /** Loads the SDK, which nobody else does: a quarter of a second, and some 40 MB. */
  static async open(place: AzurePlace, credentials: Credentials, patience: Patience): Promise<AzureRequests> {
    const sdk = await import('@azure/storage-blob')
    const transport = new Transport(place.account, credentials, patience)
    const identity = credentials.secret() ? new sdk.AnonymousCredential() : await identityOf()
    const retryOptions = { maxTries: patience.attempts, retryDelayInMs: 500, maxRetryDelayInMs: 4000 }
    const pipeline = sdk.newPipeline(identity, { httpClient: transport, retryOptions })
    return new AzureRequests(sdk, place, transport, new sdk.BlobServiceClient(serviceUrl(place, place.endpoint), pipeline))
  }

  blob(key: string) {
    return this.#container.getBlockBlobClient(this.place.prefix + key)
  }

  async *list(prefix: string, includeUncommitedBlobs: boolean): AsyncIterable<BlobItem> {
    const pages = this.#container.listBlobsFlat({ prefix: this.place.prefix + prefix, includeUncommitedBlobs }).byPage()
    for (let asked: string | undefined; ; ) {
      const { done, value } = await this.ask(() => pages.next())
      if (done) return
      yield* value.segment.blobItems
      const next = value.continuationToken || undefined
      refuseSamePage(asked, next)
      asked = next
    }
  }

  keyOf(name: string): string {
    return name.slice(this.place.prefix.length)
  }

  get encryption() {
    const { encryptionScope } = this.place
    return encryptionScope === undefined ? {} : { encryptionScope }
  }

  async ask<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work()
    } catch (error) {
      throw failureOf(error)
    }
  }

  async askUnlessAbsent<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await this.ask(work)
    } catch (error) {
      if (error instanceof ObjectAbsent) return undefined
      throw error
    }
  }

  /** A body with the sum that comes along; where it was changed on its way it is sent once more. */
  async send<Answer extends { contentMD5?: Uint8Array }>(body: Uint8Array, work: (md5: Uint8Array) => Promise<Answer>): Promise<Answer> {
    const md5 = await hashOf(body, 'md5')
    for (let tries = 1; ; tries++)
      try {
        const answer = await this.ask(() => work(md5))
        // The service tells what it made of the bytes that arrived.
        if (answer.contentMD5 && !md5.equals(answer.contentMD5)) throw new Mangled('the store took other bytes')
        return answer
      } catch (error) {
        if (!(error instanceof Mangled) || tries === 2) throw error
      }
  }
}

export const conditionsOf = (condition: Condition) =>
  condition === undefined ? {} : { conditions: condition === 'absent' ? { ifNoneMatch: '*' } : { ifMatch: condition.etag } }
