import type { Algorithm, Digest } from '#core/digest.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { Mark } from './blob-store.ts'
import type { Command } from './command.ts'

export interface Upload {
  id: string
  repositoryId: number
  repository: RepositoryName
  principalId: string
  objectId: string
  storageKey: string
  /** Which blob store has its object. */
  backend: string
  algorithm: Algorithm
  /** How often it was claimed; its owner is who claimed it last. */
  epoch: number
  /** Bytes that were acknowledged. */
  size: number
  /** First byte of the last accepted chunk; a repeat of exactly that chunk succeeds. */
  lastStart: number
  state: 'open' | 'done'
  /** Of the acknowledged bytes, once there are some; once done, of the blob. */
  digest: Digest | null
}

/** What an owner builds on: all that a server needs to go on with an upload that it never saw. */
export interface ClaimedUpload extends Pick<Upload, 'epoch' | 'size' | 'lastStart'> {
  /** Of the acknowledged bytes. */
  mark: Mark
}

/** Who writes to the row of an upload, and what it takes the row for. */
export interface UploadOwner {
  uploadId: string
  epoch: number
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
      backend: string
      principalId: string
      algorithm: Algorithm
      reserve: number
      now: number
      expiresAt: number
      most?: number
    },
    void
  >
  /** Makes the caller its owner, whoever was before. `upload-unknown`. */
  claimUpload: Command<{ uploadId: string }, ClaimedUpload>
  /**
   * The owner acknowledges the bytes of a mark, after the `from` that were. Reserves more when they outgrew their place.
   * `upload-unknown`, `range-invalid`, `quota-exceeded`, `unreferenced-full`.
   */
  noteUpload: Command<UploadOwner & { from: number; mark: Mark; lastStart: number; now: number; expiresAt: number }, void>
  /**
   * Holds a place for this many bytes in all, never fewer than are acknowledged. Of bytes that are there already none is refused its place.
   * `upload-unknown`, `range-invalid`, `quota-exceeded`, `unreferenced-full`.
   */
  reserveUpload: Command<UploadOwner & { size: number; areThere?: true; now: number; expiresAt: number }, void>
  /** Ends sessions whose life is over before then and that hold a place, the first one first, until `bytes` are free. Returns how many are. */
  endRestingUploads: Command<{ registryId: number; now: number; expiring: number; bytes: number; limit: number }, number>
  /**
   * The bytes are durable: object ready, blob made or joined, link with lease, reservation given back, session done.
   * Returns which object the digest has now; when it joined another, ours is condemned.
   * `upload-unknown`, `range-invalid`, `quota-exceeded`, `unreferenced-full`.
   */
  finishUpload: Command<
    UploadOwner & {
      /** Bytes that were acknowledged before. */
      from: number
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
  /**
   * Session gone, object condemned, with as many bytes as the caller knows of, else with those that it held a place for. With an epoch only if
   * that owner still has it. `upload-unknown`, `range-invalid`.
   */
  cancelUpload: Command<{ uploadId: string; epoch?: number; held?: number; now: number }, void>
  /** Ends sessions that expired; returns their keys. */
  reapUploads: Command<{ now: number; limit: number }, { uploadId: string; storageKey: string }[]>
}

/**
 * Upload sessions: what they hold a place for and how far they are.
 * Its promises are those of `metadata-store.ts`.
 *
 * A session is open → done, or gone.
 * open: it belongs to who claimed it last; who started it has it with epoch 1. Only the owner's bytes count: it names its epoch
 *       and the size that it builds on, and when either is not the row's the command fails with `range-invalid` (`detail.size` is
 *       the row's) and nothing of it happened. A claim ends by the next one and by nothing else: no clock is compared, a server
 *       that was lost keeps nobody waiting, one that was only slow finds out by its next command (docs/decisions/0054).
 * done: the blob is there; the row stays until `keepUntil`, so that a repeated PUT is answered as the first.
 * gone: cancelled, expired, or its digest was wrong. Its object is condemned.
 */
export interface Uploads extends UploadReads, UploadCommands {}
