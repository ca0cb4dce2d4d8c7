import type { S3Client as SdkClient } from '@aws-sdk/client-s3'
import { crc32 } from 'node:zlib'
import { hashOf } from '../bucket/body-hash.ts'
import { AbsentPerhaps, BeyondEnd, Mangled, ObjectAbsent } from '../bucket/failures.ts'
import { type Abilities, type Condition, leastAbilities, type Patience } from '../bucket/object-client.ts'
import { clientAt, type Sdk, type Signable, signAs, signsBodies } from './connection.ts'
import { failureOf, isAbsent, isBeyondEnd, mayBeAbsent } from './failures.ts'
import type { S3Place } from './place.ts'

/** What every request of S3 has: where, by which client, with which sums; and how its answer is judged. */
export class S3Requests {
  readonly sdk: Sdk
  readonly client: SdkClient
  /** Signs for the address that clients know. */
  readonly publicClient: SdkClient
  readonly #place: S3Place
  abilities: Abilities = leastAbilities

  constructor(sdk: Sdk, place: S3Place, patience: Patience) {
    this.sdk = sdk
    this.#place = place
    this.client = clientAt(sdk, place, place.endpoint, patience)
    this.publicClient = place.publicEndpoint === undefined ? this.client : clientAt(sdk, place, place.publicEndpoint, patience)
  }

  at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + key }
  }

  under(prefix: string): { Bucket: string; Prefix: string } {
    return { Bucket: this.#place.bucket, Prefix: this.#place.prefix + prefix }
  }

  keyOf(name: string): string {
    return name.slice(this.#place.prefix.length)
  }

  get encryption() {
    const { encryption } = this.#place
    if (!encryption) return {}
    return { ServerSideEncryption: encryption.kind, ...(encryption.keyId === undefined ? {} : { SSEKMSKeyId: encryption.keyId }) }
  }

  /** A body with the sum that comes along; where it was changed on its way it is sent once more. */
  async send<Output extends Taken>(
    body: Uint8Array,
    make: (summed: Sums & { Body: Uint8Array }) => Command<object, Output>,
    signal?: AbortSignal,
  ): Promise<Output> {
    const { checksum } = this.abilities
    const sha256 = this.signsBodies ? (await hashOf(body, 'sha256')).toString('hex') : undefined
    const sums = checksum === 'crc32' ? { ChecksumCRC32: crcOf(body) } : checksum === 'md5' ? { ContentMD5: await md5Of(body) } : {}
    for (let tries = 1; ; tries++)
      try {
        const answer = await this.ask(() => signed(make({ ...sums, Body: body }), sha256), signal)
        this.#refuseMangled(answer, sums)
        return answer
      } catch (error) {
        if (!(error instanceof Mangled) || tries === 2) throw error
      }
  }

  // One command is made for each try of ours: the SDK changes what it is given.
  async ask<Input extends object, Output extends object>(make: () => Command<Input, Output>, signal?: AbortSignal): Promise<Output> {
    try {
      return (await this.client.send(make() as never, signal ? { abortSignal: signal } : {})) as Output
    } catch (error) {
      if (isBeyondEnd(error)) throw new BeyondEnd()
      if (isAbsent(error)) throw new ObjectAbsent()
      if (mayBeAbsent(error)) throw new AbsentPerhaps()
      throw failureOf(error)
    }
  }

  /** Whether a body is refused that is not the one that its request was signed for. */
  async comparesSignature(body: Uint8Array, make: () => Command<object, object>): Promise<boolean> {
    if (!this.signsBodies) return false
    const other = await hashOf(Buffer.concat([body, body]), 'sha256')
    try {
      await this.ask(() => signed(make(), other.toString('hex')))
      return false
    } catch (error) {
      if (error instanceof Mangled) return true
      throw error
    }
  }

  async askUnlessAbsent<Input extends object, Output extends object>(
    make: () => Command<Input, Output>,
    signal?: AbortSignal,
  ): Promise<Output | undefined> {
    try {
      return await this.ask(make, signal)
    } catch (error) {
      if (error instanceof ObjectAbsent) return undefined
      throw error
    }
  }

  /** With the SHA-256 of each, which the store may compare. */
  get signsBodies(): boolean {
    return signsBodies(this.#place.endpoint)
  }

  close(): void {
    this.client.destroy()
    if (this.publicClient !== this.client) this.publicClient.destroy()
  }

  /** The store has compared what arrived with what came along; that it did is seen by what it answers, where that says so. */
  #refuseMangled(answer: Taken, sums: Sums): void {
    const { ETag = '', ChecksumCRC32: got } = answer
    if (got !== undefined && sums.ChecksumCRC32 !== undefined && got !== sums.ChecksumCRC32) throw new Mangled('the store took other bytes')
    const md5 =
      this.abilities.tagIsMd5 && sums.ContentMD5 !== undefined ? Buffer.from(sums.ContentMD5, 'base64').toString('hex') : undefined
    if (md5 !== undefined && ETag.replaceAll('"', '') !== md5) throw new Mangled('the store took other bytes')
    if (ETag === '') throw new Mangled('the store gave no tag for what it took')
  }
}

/** Of a body, as they are sent along; none where what signs the request is enough. */
interface Sums {
  ChecksumCRC32?: string
  ContentMD5?: string
}

/** What is answered to a body. */
interface Taken {
  ETag?: string | undefined
  ChecksumCRC32?: string | undefined
}

/** What the SDK's commands have that says what comes of them. */
interface Command<Input, Output> extends Signable {
  readonly input: Input
  resolveMiddleware: (...all: never[]) => (...all: never[]) => Promise<{ output: Output }>
}

/** Some stores say nothing there, or what holds of another object. */
export const crcIn = ({ ChecksumCRC32: crc = '' }: Taken): string | undefined => (/^[A-Za-z0-9+/]{6}==$/.test(crc) ? crc : undefined)

const md5Of = async (body: Uint8Array): Promise<string> => (await hashOf(body, 'md5')).toString('base64')

function signed<Made extends Signable>(command: Made, sha256: string | undefined): Made {
  if (sha256 !== undefined) signAs(sha256, command)
  return command
}

export function crcOf(body: Uint8Array): string {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return sum.toString('base64')
}

export const headersOf = (condition: Condition) =>
  condition === undefined ? {} : condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag }
