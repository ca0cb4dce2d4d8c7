import type { Readable } from 'node:stream'

/** What a store was found to be able to do (self-test.ts). */
export interface Abilities {
  /** An object that comes in one request obeys its condition. */
  conditionalPut: boolean
  /** An object that is made of parts obeys its condition. */
  conditionalComplete: boolean
  /** How it is known that what arrived is what was sent: by a sum of its own that comes along, or since the SHA-256 that a request is signed with is the body's. */
  checksum: 'crc32' | 'signature' | 'md5'
  /** What is answered to a body names its MD5. */
  tagIsMd5: boolean
}

/** Until it was looked at, nothing is taken for granted. */
export const leastAbilities: Abilities = { conditionalPut: true, conditionalComplete: false, checksum: 'md5', tagIsMd5: false }

export interface Patience {
  /** In milliseconds: nothing comes or goes for so long. */
  idle: number
  /** Until a request is answered, its body sent. */
  answer: number
  /** Of the SDK's, with its pauses between. */
  attempts: number
}

export const usualPatience: Patience = { idle: 20_000, answer: 120_000, attempts: 3 }

/** One that the store has, as it said. */
export interface Part {
  etag: string
  /** Base64, of a store that keeps them. */
  crc: string | undefined
}

/** Parts that are no object yet. */
export interface Upload {
  uploadId: string
  parts: readonly Part[]
}

/** Nothing may be there, or what is there has this tag. */
export type Condition = 'absent' | { etag: string } | undefined

export interface FoundObject {
  size: number
  etag: string
  crc: string | undefined
}

/** The bytes from `from` up to and without `to`. */
export interface AskedRange {
  from: number
  to: number
  etag?: string | undefined
}

/** What is asked of a store of objects. Each fails as failures.ts says, after a bounded number of tries; none believes an answer that does not fit what was sent. */
export interface ObjectClient {
  /** In milliseconds: so long may nothing come. */
  readonly idle: number
  /** How far this machine's clock is behind the store's, as far as its answers told, in milliseconds. */
  readonly clockOffset: number
  /** Of one object. */
  readonly mostParts: number
  abilities: Abilities
  /** `abort` ends one upload, and what others have sent under the same key stays. */
  readonly abortsOne: boolean

  put(key: string, body: Uint8Array, condition: Condition, signal?: AbortSignal): Promise<{ etag: string }>
  head(key: string): Promise<FoundObject | undefined>
  /** Of an object that ends before, those that there are. Undefined: no object. */
  get(key: string, range: AskedRange, signal?: AbortSignal): Promise<{ body: Readable; etag: string; total: number } | undefined>
  remove(key: string): Promise<void>
  list(prefix: string): AsyncIterable<{ key: string; size: number }>
  /** Uploads that nobody finished or broke off. Some stores do not tell of all: no decision is taken from it. */
  unfinished(prefix: string): AsyncIterable<{ key: string; uploadId: string }>

  begin(key: string): Promise<string>
  /** @param number from 1 on */
  sendPart(key: string, uploadId: string, number: number, body: Uint8Array, signal?: AbortSignal): Promise<Part>
  /** Makes an object of the parts; whatever else was sent for it is used up by that. */
  complete(key: string, upload: Upload, condition: Condition): Promise<{ etag: string }>
  /** Parts that were made an object go on as parts. @param first size of the first part (part-sizes.ts) */
  partsOf(key: string, object: Upload & { etag: string; first: number }): Promise<Upload>
  abort(key: string, uploadId: string): Promise<void>
  /** What the store says of an object proves that it has these parts, and has them as they were sent. @param made what was answered to the one who made it */
  proves(found: FoundObject, parts: readonly Part[], made: { etag: string }): boolean

  /** A link that gives an object to whoever has it. @param life in milliseconds; it dies with the key that signed it, too */
  presign(key: string, life: number, type: string | undefined): Promise<{ url: URL; expiresAt: number }>
  close(): void
}
