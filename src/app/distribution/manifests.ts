import type { CollectionCommands, CollectionReads } from '#ports/collection.ts'
import { unknownManifest } from '#core/failures.ts'
import { algorithmOf, type Digest, digestOf } from '#core/digest.ts'
import { locked } from '#core/disallowed.ts'
import { type Manifest, parseManifest } from '#core/manifest.ts'
import type { Precondition } from '#core/precondition.ts'
import { formatReference, type Reference, type RepositoryName, type Tag } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ContentCommands, ContentReads, StoredManifest } from '#ports/content.ts'
import type { AskedBy } from '#ports/command.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { platformOf } from './image-config.ts'
import { isShort, reliedBefore } from './leases.ts'
import { isHeld } from './unleased-answers.ts'

/** Fails with `manifest-unknown`, `locked`. A reading by digest is held by a lease, as for blobs: an index's children are asked for before it is put. */
export async function findManifest(
  deps: Pick<Deps, 'clock' | 'settings' | 'unleased'> & { store: ContentCommands & ContentReads },
  registry: Registry,
  name: RepositoryName,
  reference: Reference,
): Promise<StoredManifest> {
  const { store, settings } = deps
  if (reference.kind === 'tag') {
    const tagged = await store.manifestByTag(registry.id, name, reference.tag)
    if (!tagged) throw unknownManifest(reference)
    return readable(tagged, reference)
  }
  const manifest = await store.manifestByDigest(registry.id, name, reference.digest)
  if (!manifest) throw unknownManifest(reference)
  readable(manifest, reference)
  const now = deps.clock.now()
  if (!isShort(settings.lease, manifest, now)) return manifest
  const { repositoryId, digest } = manifest
  const held = await isHeld(deps, {
    byLease: () =>
      store.renewManifestLease({ registryId: registry.id, name, repositoryId, digest, now, leaseUntil: now + settings.lease.length }),
    // Only a delete takes it.
    byManifest: async () => true,
  })
  if (!held) throw unknownManifest(reference)
  return manifest
}

function readable(manifest: StoredManifest, reference: Reference): StoredManifest {
  if (manifest.readEnabled) return manifest
  throw locked(`reading ${formatReference(reference)}`, { reference: formatReference(reference) })
}

/**
 * Stores the bytes as they came, under their digest and the tags.
 * Fails with `precondition-failed`, `manifest-invalid`, `manifest-too-large`, `manifest-blob-unknown`, `digest-mismatch`, `size-invalid`, `locked`, `quota-exceeded`.
 */
export async function putManifest(
  deps: Pick<Deps, 'blobs' | 'clock' | 'settings' | 'failpoint' | 'hash' | 'platforms'> & {
    store: CollectionCommands & CollectionReads & ContentCommands & ContentReads
  },
  input: {
    registry: Registry
    name: RepositoryName
    reference: Reference
    tags: readonly Tag[]
    contentType: string
    bytes: Uint8Array
    /** Of what the reference names. */
    precondition?: Precondition | undefined
  } & AskedBy,
): Promise<{ digest: Digest; manifest: Manifest; tags: readonly Tag[] }> {
  const { registry, name, reference, contentType, bytes, askedBy } = input
  const algorithm = reference.kind === 'digest' ? algorithmOf(reference.digest) : 'sha256'
  const digest = digestOf(algorithm, deps.hash(algorithm, bytes))
  if (reference.kind === 'digest' && reference.digest !== digest)
    throw new RegistryError('digest-mismatch', `the manifest's digest is ${digest}, not the one in the URL`, {
      digest: reference.digest,
    })
  const manifest = parseManifest(bytes, contentType)
  const platform = await platformOf(deps, registry, name, manifest)
  const tags = [...new Set(reference.kind === 'tag' ? [reference.tag, ...input.tags] : input.tags)]
  const now = deps.clock.now()
  deps.failpoint('manifest.put.before-commit')
  await deps.store.putManifest({
    registryId: registry.id,
    name,
    digest,
    manifest,
    bytes,
    tags,
    platform,
    sparse: deps.settings.sparse,
    ...(input.precondition ? { condition: { reference, precondition: input.precondition } } : {}),
    now,
    leaseUntil: now + deps.settings.lease.length,
    askedBy,
  })
  deps.failpoint('manifest.put.after-commit')
  return { digest, manifest, tags }
}

/** A tag alone, or a manifest with its tags and referrers. Fails with `manifest-unknown`, `precondition-failed`, `locked`. */
export async function deleteManifest(
  deps: Pick<Deps, 'clock' | 'settings' | 'failpoint'> & { store: ContentCommands },
  {
    registry,
    name,
    reference,
    precondition,
    askedBy,
  }: { registry: Registry; name: RepositoryName; reference: Reference; precondition?: Precondition | undefined } & AskedBy,
): Promise<void> {
  const now = deps.clock.now()
  if (reference.kind === 'tag') {
    await deps.store.deleteTag({ registryId: registry.id, name, tag: reference.tag, now, precondition, askedBy })
    deps.failpoint('tag.delete.after-commit')
  } else {
    const { digest } = reference
    const held = reliedBefore(deps.settings.lease, now)
    await deps.store.deleteManifest({ registryId: registry.id, name, digest, now, reliedBefore: held, precondition, askedBy })
    deps.failpoint('manifest.delete.after-commit')
  }
}
