import type { Algorithm, Digest } from '#core/digest.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { Command } from './command.ts'

export interface Upload {
  id: string
  repositoryId: number
  repository: RepositoryName
  principalId: string
  objectId: string
  storageKey: string
  algorithm: Algorithm
  /** Bytes that were acknowledged. */
  size: number
  /** First byte of the last accepted chunk; a repeat of exactly that chunk succeeds. */
  lastStart: number
  state: 'open' | 'done'
  /** Once done. */
  digest: Digest | null
}

export interface UploadReads {
  upload(registryId: number, name: RepositoryName, uploadId: string): Promise<Upload | undefined>
}

export interface UploadCommands {
  /**
   * Makes the repository if needed, the session, its object (staging) and the reservation. `locked`, `quota-exceeded`, `unreferenced-full`.
   * Where the principal has `most` sessions in the registry, the one that has rested longest ends; `overloaded` when none has for an hour.
   */
  startUpload: Command<
    {
      registryId: number
      name: RepositoryName
      uploadId: string
      objectId: string
      storageKey: string
      principalId: string
      algorithm: Algorithm
      reserve: number
      now: number
      expiresAt: number
      most?: number
    },
    void
  >
  /** Records the acknowledged size. Reserves more when it outgrew its place. `upload-unknown`, `quota-exceeded`, `unreferenced-full`. */
  noteUpload: Command<{ uploadId: string; size: number; lastStart: number; expiresAt: number }, void>
  /** Holds a place for this many bytes in all, never fewer than are acknowledged. `upload-unknown`, `quota-exceeded`, `unreferenced-full`. */
  reserveUpload: Command<{ uploadId: string; size: number; expiresAt: number }, void>
  /** Ends sessions whose life is over before then and that hold a place, the first one first, until `bytes` are free. Returns how many are. */
  endRestingUploads: Command<{ registryId: number; expiring: number; bytes: number; limit: number }, number>
  /**
   * The bytes are durable: object ready, blob made or joined, link with lease, reservation given back, session done.
   * Returns which object the digest has now; when it joined another, ours is condemned. `upload-unknown`, `quota-exceeded`, `unreferenced-full`.
   */
  finishUpload: Command<
    {
      uploadId: string
      digest: Digest
      size: number
      checksums: Uint8Array
      /** A small blob whose bytes were never given to the blob store: they become durable with the row. */
      bytes?: Uint8Array
      now: number
      leaseUntil: number
      keepUntil: number
    },
    { objectId: string; joined: boolean }
  >
  /** Session gone, object condemned. `upload-unknown`. */
  cancelUpload: Command<{ uploadId: string; now: number }, void>
  /** Ends sessions that expired; returns their keys. */
  reapUploads: Command<{ now: number; limit: number }, { uploadId: string; storageKey: string }[]>
}

/**
 * Upload sessions: what they hold a place for and how far they are.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Uploads extends UploadReads, UploadCommands {}
