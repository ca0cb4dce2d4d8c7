import type { Readable } from 'node:stream'
import type { ListMultipartUploadsCommandOutput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { failureOf, isAbsent, isBeyondEnd, Mangled, ObjectAbsent } from './failures.ts'
import { clientAt, type Patience, type Sdk, usualPatience } from './connection.ts'
import type { S3Place } from './place.ts'

/** What a store was found to be able to do (self-test.ts). */
export interface Abilities {
  /** PutObject obeys If-None-Match. */
  conditionalPut: boolean
  /** CompleteMultipartUpload obeys If-None-Match and If-Match. */
  conditionalComplete: boolean
  /** How it is known that what arrived is what was sent. */
  checksum: 'crc32' | 'md5'
  /** What is answered to a body names its MD5. */
  tagIsMd5: boolean
}

/** Until it was looked at, nothing is taken for granted. */
export const leastAbilities: Abilities = { conditionalPut: true, conditionalComplete: false, checksum: 'md5', tagIsMd5: false }

/** One that the store has, as it said. */
export interface Part {
  etag: string
  /** Base64, of a store that keeps them. */
  crc: string | undefined
}

/** Nothing may be there, or what is there has this tag. */
export type Condition = 'absent' | { etag: string } | undefined

/** The requests that are made of S3. Each fails as failures.ts says, after the SDK's own tries; none believes an answer that does not fit what was sent. */
export class ObjectClient {
  readonly #sdk: Sdk
  readonly #client: S3Client
  readonly #public: S3Client
  readonly #place: S3Place
  readonly idle: number
  abilities: Abilities

  private constructor(sdk: Sdk, place: S3Place, patience: Patience, abilities: Abilities) {
    this.#sdk = sdk
    this.#place = place
    this.idle = patience.idle
    this.abilities = abilities
    this.#client = clientAt(sdk, place, place.endpoint, patience)
    this.#public = place.publicEndpoint === undefined ? this.#client : clientAt(sdk, place, place.publicEndpoint, patience)
  }

  /** Loads the SDK, which nobody else does: a quarter of a second, and some 30 MiB. */
  static async open(place: S3Place, patience: Partial<Patience> = {}, abilities = leastAbilities): Promise<ObjectClient> {
    return new ObjectClient(await import('@aws-sdk/client-s3'), place, { ...usualPatience, ...patience }, abilities)
  }

  /** How far this machine's clock is behind the store's, as far as its answers told, in milliseconds. */
  get clockOffset(): number {
    return this.#client.config.systemClockOffset
  }

  async put(key: string, body: Uint8Array, condition: Condition, signal?: AbortSignal): Promise<{ etag: string }> {
    const sums = await this.#sumsOf(body)
    const answer = await this.#send(
      sums,
      () => new this.#sdk.PutObjectCommand({ ...this.#at(key), ...this.#encryption(), ...headersOf(condition), ...sums, Body: body }),
      signal,
    )
    return { etag: answer.ETag ?? '' }
  }

  async head(key: string): Promise<{ size: number; etag: string; crc: string | undefined } | undefined> {
    const asked = { ...this.#at(key), ...(this.abilities.checksum === 'crc32' ? { ChecksumMode: 'ENABLED' as const } : {}) }
    const found = await this.#unlessAbsent(() => new this.#sdk.HeadObjectCommand(asked))
    return found && { size: found.ContentLength ?? 0, etag: found.ETag ?? '', crc: found.ChecksumCRC32 }
  }

  /** The bytes from `from` up to and without `to`; of an object that ends before, those that there are. Undefined: no object. */
  async get(
    key: string,
    { from, to, etag }: { from: number; to: number; etag?: string | undefined },
    signal?: AbortSignal,
  ): Promise<{ body: Readable; etag: string; total: number } | undefined> {
    try {
      const asked = { ...this.#at(key), Range: `bytes=${from}-${to - 1}`, ...(etag === undefined ? {} : { IfMatch: etag }) }
      const found = await this.#unlessAbsent(() => new this.#sdk.GetObjectCommand(asked), signal)
      if (!found) return undefined
      const [, first, total] = /^bytes ([0-9]+)-[0-9]+\/([0-9]+)$/.exec(found.ContentRange ?? '') ?? []
      if (Number(first ?? '0') !== from) throw new Mangled('the store gave another range than was asked for')
      return { body: found.Body as Readable, etag: found.ETag ?? '', total: Number(total ?? found.ContentLength ?? 0) }
    } catch (error) {
      if (!(error instanceof BeyondEnd)) throw error
      const found = await this.head(key)
      const { Readable: Nothing } = await import('node:stream')
      return found && { body: Nothing.from([]), etag: found.etag, total: found.size }
    }
  }

  async remove(key: string): Promise<void> {
    await this.#ask(() => new this.#sdk.DeleteObjectCommand(this.#at(key)))
  }

  async *list(prefix: string): AsyncIterable<{ key: string; size: number }> {
    let next: string | undefined
    do {
      const asked = { Bucket: this.#place.bucket, Prefix: this.#place.prefix + prefix, ...(next ? { ContinuationToken: next } : {}) }
      const page: ListObjectsV2CommandOutput = await this.#ask(() => new this.#sdk.ListObjectsV2Command(asked))
      for (const { Key, Size } of page.Contents ?? []) if (Key) yield { key: this.#keyOf(Key), size: Size ?? 0 }
      next = page.IsTruncated ? page.NextContinuationToken : undefined
    } while (next)
  }

  /** Multipart uploads that nobody finished or broke off. Some stores do not tell of all: no decision is taken from it. */
  async *unfinished(prefix: string): AsyncIterable<{ key: string; uploadId: string }> {
    let next: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
    while (next) {
      const asked = { Bucket: this.#place.bucket, Prefix: this.#place.prefix + prefix, ...next }
      const page: ListMultipartUploadsCommandOutput = await this.#ask(() => new this.#sdk.ListMultipartUploadsCommand(asked))
      for (const { Key, UploadId } of page.Uploads ?? []) if (Key && UploadId) yield { key: this.#keyOf(Key), uploadId: UploadId }
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page
      next = page.IsTruncated && KeyMarker ? { KeyMarker, ...(UploadIdMarker ? { UploadIdMarker } : {}) } : undefined
    }
  }

  async begin(key: string): Promise<string> {
    const sums = this.abilities.checksum === 'crc32' ? { ChecksumAlgorithm: 'CRC32' as const } : {}
    const { UploadId } = await this.#ask(
      () => new this.#sdk.CreateMultipartUploadCommand({ ...this.#at(key), ...this.#encryption(), ...sums }),
    )
    if (!UploadId) throw new Mangled('the store gave an upload no name')
    return UploadId
  }

  /** @param number from 1 on */
  async sendPart(key: string, uploadId: string, number: number, body: Uint8Array, signal?: AbortSignal): Promise<Part> {
    const sums = await this.#sumsOf(body)
    const asked = { ...this.#at(key), UploadId: uploadId, PartNumber: number, ...sums, Body: body }
    const answer = await this.#send(sums, () => new this.#sdk.UploadPartCommand(asked), signal)
    return { etag: answer.ETag ?? '', crc: crcIn(answer) }
  }

  /** Takes the bytes from `from` up to and without `to` of an object as a part; they do not pass through here. */
  async copyPart(
    key: string,
    uploadId: string,
    number: number,
    source: { key: string; from: number; to: number; etag?: string },
  ): Promise<Part> {
    const { CopyPartResult } = await this.#ask(
      () =>
        new this.#sdk.UploadPartCopyCommand({
          ...this.#at(key),
          UploadId: uploadId,
          PartNumber: number,
          CopySource: `${this.#place.bucket}/${this.#place.prefix}${source.key}`,
          CopySourceRange: `bytes=${source.from}-${source.to - 1}`,
          ...(source.etag === undefined ? {} : { CopySourceIfMatch: source.etag }),
        }),
    )
    if (!CopyPartResult?.ETag) throw new Mangled('the store gave a part that it copied no tag')
    return { etag: CopyPartResult.ETag, crc: crcIn(CopyPartResult) }
  }

  async complete(key: string, uploadId: string, parts: readonly Part[], condition?: Condition): Promise<void> {
    const list = parts.map(({ etag, crc }, index) => ({
      PartNumber: index + 1,
      ETag: etag,
      ...(crc === undefined ? {} : { ChecksumCRC32: crc }),
    }))
    const asked = { ...this.#at(key), UploadId: uploadId, MultipartUpload: { Parts: list } }
    await this.#ask(
      () =>
        new this.#sdk.CompleteMultipartUploadCommand({
          ...asked,
          ...(this.abilities.conditionalComplete ? headersOf(condition) : {}),
        }),
    )
  }

  async abort(key: string, uploadId: string): Promise<void> {
    await this.#ask(() => new this.#sdk.AbortMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId }))
  }

  /** @param life in milliseconds; the URL dies with the key that signed it, too */
  async presign(key: string, life: number, type: string | undefined): Promise<{ url: URL; expiresAt: number }> {
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
    const { expiration } = await this.#public.config.credentials()
    const signingDate = new Date(Date.now() + this.clockOffset)
    const left = expiration === undefined ? life : Math.min(life, expiration.getTime() - signingDate.getTime())
    const asked = { ...this.#at(key), ...(type === undefined ? {} : { ResponseContentType: type }) }
    const seconds = Math.max(1, Math.floor(left / 1000))
    const url = await getSignedUrl(this.#public, new this.#sdk.GetObjectCommand(asked), { expiresIn: seconds, signingDate })
    return { url: new URL(url), expiresAt: signingDate.getTime() + seconds * 1000 }
  }

  close(): void {
    this.#client.destroy()
    if (this.#public !== this.#client) this.#public.destroy()
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + key }
  }

  #keyOf(name: string): string {
    return name.slice(this.#place.prefix.length)
  }

  #encryption() {
    const { encryption } = this.#place
    if (!encryption) return {}
    return { ServerSideEncryption: encryption.kind, ...(encryption.keyId === undefined ? {} : { SSEKMSKeyId: encryption.keyId }) }
  }

  async #sumsOf(body: Uint8Array): Promise<Sums> {
    if (this.abilities.checksum === 'crc32') return { ChecksumCRC32: crcOf(body) }
    const md5 = createHash('md5')
    // Five times as slow as a CRC: other requests have their turn meanwhile.
    for (let at = 0; at < body.length; at += md5Step) {
      md5.update(body.subarray(at, at + md5Step))
      if (at + md5Step < body.length) await turn()
    }
    return { ContentMD5: md5.digest('base64') }
  }

  /** A body; where it was changed on its way it is sent once more. */
  async #send<Output extends Taken>(sums: Sums, make: () => Command<object, Output>, signal?: AbortSignal): Promise<Output> {
    for (let tries = 1; ; tries++)
      try {
        const answer = await this.#ask(make, signal)
        this.#refuseMangled(answer, sums)
        return answer
      } catch (error) {
        if (!(error instanceof Mangled) || tries === 2) throw error
      }
  }

  /** The store has compared what arrived with the sum that came along; that it did is seen by what it answers. */
  #refuseMangled(answer: Taken, sums: Sums): void {
    const { ETag = '', ChecksumCRC32: got } = answer
    if (got !== undefined && sums.ChecksumCRC32 !== undefined && got !== sums.ChecksumCRC32) throw new Mangled('the store took other bytes')
    const md5 =
      this.abilities.tagIsMd5 && sums.ContentMD5 !== undefined ? Buffer.from(sums.ContentMD5, 'base64').toString('hex') : undefined
    if (md5 !== undefined && ETag.replaceAll('"', '') !== md5) throw new Mangled('the store took other bytes')
    if (ETag === '') throw new Mangled('the store gave no tag for what it took')
  }

  // One command is made for each try of ours: the SDK changes what it is given.
  async #ask<Input extends object, Output extends object>(make: () => Command<Input, Output>, signal?: AbortSignal): Promise<Output> {
    try {
      return (await this.#client.send(make() as never, signal ? { abortSignal: signal } : {})) as Output
    } catch (error) {
      if (isBeyondEnd(error)) throw new BeyondEnd()
      if (isAbsent(error)) throw new ObjectAbsent()
      throw failureOf(error)
    }
  }

  async #unlessAbsent<Input extends object, Output extends object>(
    make: () => Command<Input, Output>,
    signal?: AbortSignal,
  ): Promise<Output | undefined> {
    try {
      return await this.#ask(make, signal)
    } catch (error) {
      if (error instanceof ObjectAbsent) return undefined
      throw error
    }
  }
}

class BeyondEnd extends Error {}

/** Of a body, as it is sent along. */
type Sums = { ChecksumCRC32: string; ContentMD5?: never } | { ContentMD5: string; ChecksumCRC32?: never }

/** What is answered to a body. */
interface Taken {
  ETag?: string | undefined
  ChecksumCRC32?: string | undefined
}

/** What the SDK's commands have that says what comes of them. */
interface Command<Input, Output> {
  readonly input: Input
  resolveMiddleware: (...all: never[]) => (...all: never[]) => Promise<{ output: Output }>
}

/** Some stores say nothing there, or what holds of another object. */
const crcIn = ({ ChecksumCRC32: crc = '' }: Taken): string | undefined => (/^[A-Za-z0-9+/]{6}==$/.test(crc) ? crc : undefined)

const md5Step = 1024 * 1024

export function crcOf(body: Uint8Array): string {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return sum.toString('base64')
}

const headersOf = (condition: Condition) =>
  condition === undefined ? {} : condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag }
