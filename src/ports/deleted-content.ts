import type { Digest } from '#core/digest.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'

export interface DeletedManifest {
  digest: Digest
  mediaType: string
  deletedAt: number
}

export interface DeletedTag {
  tag: Tag
  digest: Digest
  deletedAt: number
}

/**
 * What was deleted from a repository while its registry kept what is deleted (`keepDeleted`), whether the repository itself
 * still is or not. Nothing else finds it; what it names is held as before. A manifest that is put again is no longer
 * deleted; with the registry all of it goes. Part of the metadata store; its promises are those of `metadata-store.ts`.
 */
export interface DeletedContentReads {
  /** In the order of their digests. */
  deletedManifests(registryId: number, name: RepositoryName, page: { after: string; limit: number }): Promise<DeletedManifest[]>
  /** By tag, then digest: a tag is deleted from each manifest that it was deleted with. */
  deletedTags(
    registryId: number,
    name: RepositoryName,
    page: { after: { tag: string; digest: string }; limit: number },
  ): Promise<DeletedTag[]>
}
