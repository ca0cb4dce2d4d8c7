import type { Command } from './command.ts'
import type { Attributes, AttributesChange, Quarantine } from '#core/attributes.ts'
import type { Digest } from '#core/digest.ts'
import type { Platform } from '#core/platform.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'

/** A repository without a manifest is hidden: here it is not known. */
export interface RepositoryAttributes {
  name: RepositoryName
  createdAt: number
  /** When something was last pushed into it, or deleted from it. */
  updatedAt: number
  manifests: number
  tags: number
  attributes: Attributes
}

export interface TagAttributes {
  name: Tag
  digest: Digest
  createdAt: number
  updatedAt: number
  attributes: Attributes
}

export interface ManifestAttributes extends Platform {
  digest: Digest
  mediaType: string
  /** Of what an image names; of an index, what its children had when it was put. In bytes. */
  imageSize: number
  configMediaType: string | null
  createdAt: number
  updatedAt: number
  /** All of them, those too that lists hide: who deletes what has no tag must see each. */
  tags: Tag[]
  attributes: Attributes & { [Name in keyof Quarantine]: string | null }
}

export type ListOrder = 'name' | 'timeasc' | 'timedesc'

/**
 * The last one of the page before: a tag's name or a manifest's digest, and in an order of time also the time that it had.
 * Without that time it is the one that it has now; one that is gone then begins the list again, so that nothing is left out.
 */
export interface ListPosition {
  key: string
  updatedAt?: number
}

export interface ListPage {
  /** By the last update, and by name where several have the same; `timedesc` is `timeasc` backwards. */
  order: ListOrder
  after: ListPosition | undefined
  limit: number
}

/** What is known of a repository, its tags and its manifests beside their bytes. The promises are those of `metadata-store.ts`. */
export interface RepositoryAttributeReads {
  repositoryAttributes(registryId: number, name: RepositoryName): Promise<RepositoryAttributes | undefined>
  tagAttributes(registryId: number, name: RepositoryName, tag: Tag): Promise<TagAttributes | undefined>
  manifestAttributes(registryId: number, name: RepositoryName, digest: Digest): Promise<ManifestAttributes | undefined>
  /** Those that may be listed; of one manifest, when a digest is given. Undefined: no such repository. */
  listTagAttributes(
    registryId: number,
    name: RepositoryName,
    page: ListPage & { digest?: Digest | undefined },
  ): Promise<TagAttributes[] | undefined>
  listManifestAttributes(registryId: number, name: RepositoryName, page: ListPage): Promise<ManifestAttributes[] | undefined>
}

export interface RepositoryAttributeCommands {
  /** What is not named stays as it is; only a manifest has a quarantine. `name-unknown`, `tag-unknown`, `manifest-unknown`. */
  changeAttributes: Command<
    {
      registryId: number
      name: RepositoryName
      target: { kind: 'repository' } | { kind: 'tag'; tag: Tag } | { kind: 'manifest'; digest: Digest }
      change: AttributesChange
    },
    void
  >
}
