import type { CollectionCommands, CollectionReads } from '#ports/collection.ts'
import type { CredentialReads } from '#ports/credentials.ts'
import type { DirectoryReads } from '#ports/directory.ts'
import type { RegistryReads } from '#ports/registries.ts'
import type { RepositoryAttributeCommands, RepositoryAttributeReads } from '#ports/repository-attributes.ts'
import type { ResourceReads } from '#ports/resources.ts'
import type { RoleReads } from '#ports/roles.ts'
import { unknownRepository } from '#core/failures.ts'
import { openOperations } from '../repositories/open-operations.ts'
import type { ContentCommands, ContentReads, LinkedBlob } from '#ports/content.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { followLink, linkTo } from './blob-links.ts'
import { checkFile, deleteBlob, findBlob, mountBlob, openBytes } from './blobs.ts'
import type { Blob, Distribution, RepositoryVisit } from './distribution.ts'
import { deleteManifest, findManifest, putManifest } from './manifests.ts'
import type { UploadAddress, Uploads } from './uploads.ts'

export type LocalDistributionDeps = Pick<
  Deps,
  'blobs' | 'clock' | 'settings' | 'failpoint' | 'unleased' | 'hash' | 'links' | 'platforms'
> & {
  store: CollectionCommands &
    CollectionReads &
    ContentCommands &
    ContentReads &
    CredentialReads &
    DirectoryReads &
    RegistryReads &
    RepositoryAttributeCommands &
    RepositoryAttributeReads &
    ResourceReads &
    RoleReads
  uploads: Uploads
}

/** The images that lie here: what every wrapper wraps in the end. */
export function localDistribution(deps: LocalDistributionDeps): Distribution {
  const { store, uploads } = deps
  const signed = async (registry: Registry, blob: LinkedBlob) => {
    if (blob.bytes || !deps.settings.isSigned(registry.name)) return undefined
    return (await deps.blobs.at(blob.backend).presign?.(blob.storageKey, 'application/octet-stream'))?.url
  }
  const opened = (registry: Registry, blob: LinkedBlob): Blob => ({
    digest: blob.digest,
    size: blob.size,
    file: async () => (blob.bytes ? undefined : deps.blobs.at(blob.backend).fileOf?.(blob.storageKey, blob.size)),
    signed: () => signed(registry, blob),
    check: () => checkFile(deps, blob),
    open: () => openBytes(deps, blob),
  })
  return {
    repositories: ({ registry }, page) => store.repositories(registry.id, page),
    async tags({ registry, repository }, page) {
      const tags = await store.tags(registry.id, repository, page)
      if (!tags) throw unknownRepository(repository)
      return tags
    },
    referrers: ({ registry, repository }, { digest, ...page }) => store.referrers(registry.id, repository, digest, page),
    openOperations: ({ registry, repository }, reference) => openOperations(deps, registry, repository, reference),

    manifest: ({ registry, repository }, reference) => findManifest(deps, registry, repository, reference),
    putManifest: ({ registry, caller, repository }, push) => putManifest(deps, { registry, name: repository, askedBy: caller.id, ...push }),
    deleteManifest: ({ registry, caller, repository }, reference, precondition) =>
      deleteManifest(deps, { registry, name: repository, askedBy: caller.id, reference, precondition }),

    blob: async ({ registry, repository }, digest) => opened(registry, await findBlob(deps, registry, repository, digest)),
    deleteBlob: ({ registry, caller, repository }, digest) => deleteBlob(deps, { registry, name: repository, digest, askedBy: caller.id }),
    mountBlob: ({ registry, caller, repository }, source) => mountBlob(deps, { registry, caller, name: repository, ...source }),

    linkTo: (registry, blob) => linkTo(deps, registry, blob),
    followLink: async (registry, link, address) => opened(registry, await followLink(deps, registry, link, address)),

    startUpload: ({ registry, caller, repository }, upload) =>
      uploads.start({ registry, name: repository, principalId: caller.id, ...upload }),
    uploadStatus: (visit, uploadId) => uploads.status(addressOf(visit, uploadId)),
    appendToUpload: (visit, uploadId, { body, range, offset }) => uploads.append(addressOf(visit, uploadId), body, range, offset),
    finishUpload: (visit, uploadId, { body, range, digest, offset }) =>
      uploads.finish(addressOf(visit, uploadId), body, range, digest, offset),
    cancelUpload: (visit, uploadId) => uploads.cancel(addressOf(visit, uploadId)),
  }
}

const addressOf = ({ registry, caller, repository }: RepositoryVisit, uploadId: string): UploadAddress => ({
  registry,
  name: repository,
  uploadId,
  principalId: caller.id,
})
