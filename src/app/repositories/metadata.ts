import type { ContentCommands, ContentReads } from '#ports/content.ts'
import type { AttributesChange } from '#core/attributes.ts'
import type { Digest } from '#core/digest.ts'
import type { Precondition } from '#core/precondition.ts'
import type { Tag } from '#core/reference.ts'
import type {
  ListPage,
  ManifestAttributes,
  RepositoryAttributeCommands,
  RepositoryAttributeReads,
  RepositoryAttributes,
  TagAttributes,
} from '#ports/repository-attributes.ts'
import type { Deps } from '../deps.ts'
import type { Distribution, NamesPage, RepositoryVisit, Visit } from '../distribution/distribution.ts'
import { listManifests, type ShownManifest, showManifest, updateManifest } from './manifests.ts'
import { deleteRepository, showRepository, updateRepository } from './repositories.ts'
import { listTags, showTag, updateTag } from './tags.ts'

/** What is known of repositories, tags and manifests beside their bytes, and what an administrator does with it. A seam as `Distribution` is. */
export interface Metadata {
  repositories(visit: Visit, page: NamesPage): Promise<string[]>
  /** These three fail with `name-unknown`; each change returns what it is then. */
  repository(visit: RepositoryVisit): Promise<RepositoryAttributes>
  updateRepository(visit: RepositoryVisit, change: AttributesChange): Promise<RepositoryAttributes>
  /** With all that is in it, or nothing when anything in it is `locked`. */
  deleteRepository(visit: RepositoryVisit): Promise<{ manifests: Digest[]; tags: Tag[] }>

  /** These fail with `name-unknown`, `tag-unknown`. */
  tags(visit: RepositoryVisit, page: ListPage & { digest?: Digest | undefined }): Promise<TagAttributes[]>
  tag(visit: RepositoryVisit, tag: Tag): Promise<TagAttributes>
  updateTag(visit: RepositoryVisit, tag: Tag, change: AttributesChange): Promise<TagAttributes>
  /** The tag alone: its manifest stays. Also fails with `precondition-failed`, `locked`. */
  untag(visit: RepositoryVisit, tag: Tag, precondition?: Precondition): Promise<void>

  /** These fail with `name-unknown`, `manifest-unknown`. */
  manifests(visit: RepositoryVisit, page: ListPage): Promise<ManifestAttributes[]>
  manifest(visit: RepositoryVisit, digest: Digest): Promise<ShownManifest>
  updateManifest(visit: RepositoryVisit, digest: Digest, change: AttributesChange): Promise<ShownManifest>
}

/** Of the images that lie here. What touches the images themselves goes through `distribution`, and so through its wrappers. */
export const localMetadata = (
  deps: Pick<Deps, 'clock'> & { store: ContentCommands & ContentReads & RepositoryAttributeCommands & RepositoryAttributeReads },
  distribution: Distribution,
): Metadata => ({
  repositories: (visit, page) => distribution.repositories(visit, page),
  repository: ({ registry, repository }) => showRepository(deps, registry, repository),
  updateRepository: (visit, change) => updateRepository(deps, visit, change),
  deleteRepository: (visit) => deleteRepository(deps, visit),

  tags: ({ registry, repository }, page) => listTags(deps, registry, repository, page),
  tag: ({ registry, repository }, tag) => showTag(deps, registry, repository, tag),
  updateTag: (visit, tag, change) => updateTag(deps, visit, tag, change),
  async untag(visit, tag, precondition) {
    await showTag(deps, visit.registry, visit.repository, tag)
    await distribution.deleteManifest(visit, { kind: 'tag', tag }, precondition)
  },

  manifests: ({ registry, repository }, page) => listManifests(deps, registry, repository, page),
  manifest: ({ registry, repository }, digest) => showManifest(deps, registry, repository, digest),
  updateManifest: (visit, digest, change) => updateManifest(deps, visit, digest, change),
})
