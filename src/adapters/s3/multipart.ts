import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { refuseSamePage } from '../bucket/bounded-answer.ts'
import { Mangled } from '../bucket/failures.ts'
import type { Condition, FoundObject, Part, Upload } from '../bucket/object-client.ts'
import { sizeOfPart, startOfPart } from '../bucket/part-sizes.ts'
import { crcIn, headersOf, type S3Requests } from './requests.ts'

/** Copies of one upload at once. */
const together = 4

interface CopySource {
  key: string
  from: number
  to: number
  etag?: string
}

/** The requests of multipart uploads. */
export class Multipart {
  readonly #requests: S3Requests

  constructor(requests: S3Requests) {
    this.#requests = requests
  }

  async *unfinished(prefix: string): AsyncIterable<{ key: string; uploadId: string }> {
    const requests = this.#requests
    let next: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
    while (next) {
      const asked = { ...requests.under(prefix), ...next }
      const page: ListMultipartUploadsCommandOutput = await requests.ask(() => new requests.sdk.ListMultipartUploadsCommand(asked))
      for (const { Key, UploadId } of page.Uploads ?? []) if (Key && UploadId) yield { key: requests.keyOf(Key), uploadId: UploadId }
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page
      if (page.IsTruncated && KeyMarker) refuseSamePage(`${next.KeyMarker} ${next.UploadIdMarker}`, `${KeyMarker} ${UploadIdMarker}`)
      next = page.IsTruncated && KeyMarker ? { KeyMarker, ...(UploadIdMarker ? { UploadIdMarker } : {}) } : undefined
    }
  }

  async begin(key: string): Promise<string> {
    const { sdk, abilities, encryption } = this.#requests
    const sums = abilities.checksum === 'crc32' ? { ChecksumAlgorithm: 'CRC32' as const } : {}
    const asked = { ...this.#requests.at(key), ...encryption, ...sums }
    const { UploadId } = await this.#requests.ask(() => new sdk.CreateMultipartUploadCommand(asked))
    if (!UploadId) throw new Mangled('the store gave an upload no name')
    return UploadId
  }

  async sendPart(key: string, uploadId: string, number: number, body: Uint8Array, signal?: AbortSignal): Promise<Part> {
    const { sdk } = this.#requests
    const asked = { ...this.#requests.at(key), UploadId: uploadId, PartNumber: number }
    const answer = await this.#requests.send(body, (summed) => new sdk.UploadPartCommand({ ...asked, ...summed }), signal)
    return { etag: answer.ETag ?? '', crc: crcIn(answer) }
  }

  /** Takes the bytes from `from` up to and without `to` of an object as a part; they do not pass through here. */
  async copyPart(key: string, uploadId: string, number: number, source: CopySource): Promise<Part> {
    const { sdk } = this.#requests
    const { Bucket, Key } = this.#requests.at(source.key)
    const asked = {
      ...this.#requests.at(key),
      UploadId: uploadId,
      PartNumber: number,
      CopySource: `${Bucket}/${Key}`,
      CopySourceRange: `bytes=${source.from}-${source.to - 1}`,
      ...(source.etag === undefined ? {} : { CopySourceIfMatch: source.etag }),
    }
    const { CopyPartResult } = await this.#requests.ask(() => new sdk.UploadPartCopyCommand(asked))
    if (!CopyPartResult?.ETag) throw new Mangled('the store gave a part that it copied no tag')
    return { etag: CopyPartResult.ETag, crc: crcIn(CopyPartResult) }
  }

  async complete(key: string, { uploadId, parts }: Upload, condition: Condition): Promise<{ etag: string }> {
    const { sdk, abilities } = this.#requests
    const list = parts.map(({ etag, crc }, index) => ({
      PartNumber: index + 1,
      ETag: etag,
      ...(crc === undefined ? {} : { ChecksumCRC32: crc }),
    }))
    const asked = {
      ...this.#requests.at(key),
      UploadId: uploadId,
      MultipartUpload: { Parts: list },
      ...(abilities.conditionalComplete ? headersOf(condition) : {}),
    }
    const { ETag: etag = '' } = await this.#requests.ask(() => new sdk.CompleteMultipartUploadCommand(asked))
    return { etag }
  }

  async abort(key: string, uploadId: string): Promise<void> {
    const { sdk } = this.#requests
    await this.#requests.ask(() => new sdk.AbortMultipartUploadCommand({ ...this.#requests.at(key), UploadId: uploadId }))
  }

  /** The upload that an object was made of is used up: the store copies the object into the parts of another one. */
  async partsOf(key: string, { etag, first, parts: { length: count } }: Upload & { etag: string; first: number }): Promise<Upload> {
    const uploadId = await this.begin(key)
    const parts: Part[] = []
    let next = 0
    const copy = async () => {
      while (next < count) {
        const index = next++
        const from = startOfPart(index, first)
        parts[index] = await this.copyPart(key, uploadId, index + 1, { key, from, to: from + sizeOfPart(index, first), etag })
      }
    }
    try {
      await Promise.all(Array.from({ length: together }, copy))
    } catch (error) {
      await this.abort(key, uploadId).catch(() => {})
      throw error
    }
    return { uploadId, parts }
  }
}

/** What the store says of an object of parts fits what it said of them, by CRCs or by tags. */
export function provesParts({ etag, crc }: FoundObject, parts: readonly Part[]): boolean {
  const tag = joinedTag(parts)
  return (crc !== undefined && crc === joinedCrc(parts)) || (tag !== undefined && etag === tag)
}

const md5Form = /^"([0-9a-f]{32})"$/

/** The tag of an object of parts is the MD5 of theirs, where theirs are MD5s. */
function joinedTag(parts: readonly Part[]): string | undefined {
  const tags = parts.map(({ etag }) => md5Form.exec(etag)?.[1])
  if (tags.some((tag) => tag === undefined)) return undefined
  const all = createHash('md5').update(Buffer.from(tags.join(''), 'hex'))
  return `"${all.digest('hex')}-${parts.length}"`
}

function joinedCrc(parts: readonly Part[]): string | undefined {
  if (parts.some(({ crc }) => crc === undefined)) return undefined
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(Buffer.concat(parts.map(({ crc }) => Buffer.from(crc ?? '', 'base64')))))
  return `${sum.toString('base64')}-${parts.length}`
}
