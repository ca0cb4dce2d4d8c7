import type { Caller } from '#core/access.ts'
import type { BlobLink } from '#core/blob-link.ts'
import type { Algorithm, Digest } from '#core/digest.ts'
import type { Manifest } from '#core/manifest.ts'
import type { Precondition } from '#core/precondition.ts'
import type { ByteRange } from '#core/byte-range.ts'
import type { Reference, RepositoryName, Tag } from '#core/reference.ts'
import type { ReferrerRow, StoredManifest } from '#ports/content.ts'
import type { Registry } from '#ports/registries.ts'
import type { Body } from './upload-body.ts'

/** Who asks, of which registry. The caller was admitted already; it is here for whoever judges by more than rights. */
export interface Visit {
  registry: Registry
  caller: Caller
}

export interface RepositoryVisit extends Visit {
  repository: RepositoryName
}

/** A page of names: what comes after `after`, at most `limit`. */
export interface NamesPage {
  after: string
  limit: number
}

/** A blob that was found. Its bytes are opened by who sends them. */
export interface Blob {
  digest: Digest
  size: number
  /** Where they lie as a file of their own (`BlobStore.fileOf`). */
  file?(): Promise<string | undefined>
  /** Where the store itself gives them to whoever has the link, for some minutes (`BlobStore.presign`). */
  signed?(): Promise<URL | undefined>
  /** For who is told that it is there and opens nothing. Fails as `open`. */
  check(): Promise<void>
  /** Fails with `blob-unknown` where the bytes are gone since, with `blob-lost` where they should not be. */
  open(): Promise<OpenBlob>
}

export interface OpenBlob {
  /** Gives the bytes from `start` up to and with `end`, piece by piece, while `take` says true. Fails with CorruptBlob before a wrong byte. */
  read(part: { start: number; end: number }, take: (piece: Uint8Array) => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

export interface ManifestPush {
  reference: Reference
  tags: readonly Tag[]
  contentType: string
  bytes: Uint8Array
  /** Of what the reference names. */
  precondition?: Precondition | undefined
}

/** What locks leave open. */
export interface OpenOperations {
  read: boolean
  write: boolean
  delete: boolean
}

/**
 * Everything that a registry does with images, whoever serves it and whatever stands in front: pull-through, quarantine,
 * events and read-only registries are wrappers of this that `main/` composes. `/v2/`, the data endpoint and `/acr/v1/`
 * reach images through it alone.
 */
export interface Distribution {
  repositories(visit: Visit, page: NamesPage): Promise<string[]>
  /** Fails with `name-unknown`. */
  tags(visit: RepositoryVisit, page: NamesPage): Promise<string[]>
  referrers(
    visit: RepositoryVisit,
    query: { digest: Digest; artifactType?: string | undefined; after: string; limit: number; bytes: number },
  ): Promise<{ items: ReferrerRow[]; more: boolean }>
  /** For telling: the operation itself is judged where it is done. */
  openOperations(visit: RepositoryVisit, reference: Reference | undefined): Promise<OpenOperations>

  /** Fails with `manifest-unknown`, `manifest-damaged`, `locked`. A positive answer by digest is held by a lease. */
  manifest(visit: RepositoryVisit, reference: Reference): Promise<StoredManifest>
  /** Fails with `precondition-failed`, `manifest-invalid`, `manifest-too-large`, `manifest-blob-unknown`, `digest-mismatch`, `size-invalid`, `locked`, `quota-exceeded`. */
  putManifest(visit: RepositoryVisit, push: ManifestPush): Promise<{ digest: Digest; manifest: Manifest; tags: readonly Tag[] }>
  /** A tag alone, or a manifest with its tags and referrers. Fails with `manifest-unknown`, `precondition-failed`, `locked`. */
  deleteManifest(visit: RepositoryVisit, reference: Reference, precondition?: Precondition): Promise<void>

  /** A positive answer is held by a lease. Fails with `blob-unknown`, `locked`. */
  blob(visit: RepositoryVisit, digest: Digest): Promise<Blob>
  /** Fails with `blob-unknown`, `locked`, `in-use`. */
  deleteBlob(visit: RepositoryVisit, digest: Digest): Promise<void>
  /** False when there is nothing that the caller may read to mount from. Fails with `unauthorized`. */
  mountBlob(visit: RepositoryVisit, source: { digest: Digest; from?: RepositoryName | undefined }): Promise<boolean>

  /** A link to what `blob` found for somebody who may read it. */
  linkTo(registry: Registry, blob: Pick<BlobLink, 'repository' | 'digest'>): BlobLink
  /** What a link leads to, for whoever has it. Fails with `denied`, `address-refused`, `blob-unknown`, `locked`. */
  followLink(registry: Registry, link: BlobLink, address: string): Promise<Blob>

  /** Fails with `storage-full`, `quota-exceeded`, `unreferenced-full`, `blob-too-large`. */
  startUpload(visit: RepositoryVisit, upload: { algorithm: Algorithm; length?: number | undefined }): Promise<{ uploadId: string }>
  /** Bytes that the session has. Fails with `upload-unknown`. */
  uploadStatus(visit: RepositoryVisit, uploadId: string): Promise<{ size: number }>
  /** Fails with `upload-unknown`, `range-invalid` (the session stands), `size-invalid`, `storage-full`, `quota-exceeded`. */
  appendToUpload(
    visit: RepositoryVisit,
    uploadId: string,
    chunk: { body: Body; range: ByteRange | undefined; offset?: number | undefined },
  ): Promise<{ size: number }>
  /** Fails as `appendToUpload`, and with `digest-mismatch`, which ends the session. */
  finishUpload(
    visit: RepositoryVisit,
    uploadId: string,
    last: { body: Body; range: ByteRange | undefined; offset?: number | undefined; digest: Digest },
  ): Promise<void>
  /** Fails with `upload-unknown`. */
  cancelUpload(visit: RepositoryVisit, uploadId: string): Promise<void>
}
