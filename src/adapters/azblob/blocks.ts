import { randomBytes } from 'node:crypto'
import { ConditionFailed } from '../bucket/failures.ts'
import type { Condition, Part, Upload } from '../bucket/object-client.ts'
import { type AzureRequests, conditionsOf } from './requests.ts'

/**
 * The requests of blobs that are made of blocks. A block has a name that nobody else gives: its upload, its number and a word of its own each time it is sent.
 * So a list of names is a list of contents, and what another writer sends for the same blob is in no list but its own.
 */
export class Blocks {
  readonly #requests: AzureRequests

  constructor(requests: AzureRequests) {
    this.#requests = requests
  }

  /** Azure has nothing to begin: the first block makes the blob, which is nothing until its blocks are listed. */
  begin(): string {
    return randomBytes(8).toString('hex')
  }

  async send(key: string, uploadId: string, number: number, body: Uint8Array, signal?: AbortSignal): Promise<Part> {
    const name = nameOf(uploadId, number)
    const { encryption } = this.#requests
    const blob = this.#requests.blob(key)
    await this.#requests.send(body, (transactionalContentMD5) =>
      blob.stageBlock(name.toString('base64'), bufferOf(body), body.length, {
        transactionalContentMD5,
        ...encryption,
        ...(signal ? { abortSignal: signal } : {}),
      }),
    )
    return { etag: `"${name.toString('hex')}"`, crc: undefined }
  }

  /** Blocks that are part of the blob already may be listed as those that are not; those that are not listed are gone. */
  async list(key: string, { parts }: Upload, condition: Condition): Promise<{ etag: string }> {
    const names = parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), 'hex').toString('base64'))
    const blob = this.#requests.blob(key)
    const asked = { ...this.#requests.encryption, ...conditionsOf(condition) }
    const { etag = '' } = await this.#requests.ask(() => blob.commitBlockList(names, asked))
    return { etag }
  }

  /** Blobs that have blocks and no list. */
  async *unfinished(prefix: string): AsyncIterable<{ key: string; uploadId: string }> {
    for await (const { name, properties } of this.#requests.list(prefix, true))
      if ((properties.contentLength ?? 0) === 0) yield { key: this.#requests.keyOf(name), uploadId: '' }
  }

  /** Blocks that are in no list go with the blob that they were sent for, and such a blob cannot be deleted before it is one. */
  async drop(key: string): Promise<void> {
    const blob = this.#requests.blob(key)
    try {
      const { etag } = await this.#requests.ask(() => blob.upload('', 0, { conditions: { ifNoneMatch: '*' } }))
      await this.#requests.askUnlessAbsent(() => blob.delete({ conditions: { ifMatch: etag ?? '' } }))
    } catch (error) {
      // A blob it is: what is in its list stays, and what is not lies there for a week at most.
      if (!(error instanceof ConditionFailed)) throw error
    }
  }
}

/** 16 bytes; Azure wants all of a blob to have one length. */
function nameOf(uploadId: string, number: number): Buffer {
  const name = randomBytes(16)
  Buffer.from(uploadId, 'hex').copy(name, 0, 0, 8)
  name.writeUInt32BE(number, 8)
  return name
}

/** The SDK takes what Node sends. */
export const bufferOf = (body: Uint8Array): Buffer => Buffer.from(body.buffer, body.byteOffset, body.byteLength)
