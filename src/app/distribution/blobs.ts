import type { CollectionCommands, CollectionReads } from '#ports/collection.ts'
import { lostBlob, unknownBlob } from '#core/failures.ts'
import { askingMore, type Caller, decide } from '#core/access.ts'
import { locked } from '#core/disallowed.ts'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName } from '#core/reference.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type BlobReader, CorruptBlob } from '#ports/blob-store.ts'
import type { ContentCommands, ContentReads, LinkedBlob } from '#ports/content.ts'
import type { AskedBy } from '#ports/command.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { isDue } from './leases.ts'
import { readerOfSmall } from './small-blobs.ts'
import { isHeld } from './unleased-answers.ts'

/**
 * What a repository's own link reaches; the answer that it is there is held by a lease first, so that collection never
 * takes it from a push that relies on the answer. Fails with `blob-unknown`, `locked`, and as the store does that cannot
 * write a lease (unleased-answers.ts).
 */
export async function findBlob(
  deps: Pick<Deps, 'clock' | 'settings' | 'unleased'> & { store: ContentCommands & ContentReads },
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
): Promise<LinkedBlob> {
  const blob = await deps.store.blob(registry.id, name, digest)
  if (!blob) throw unknownBlob(digest)
  if (!blob.readEnabled) throw locked(`reading ${name}`, { name })
  const now = deps.clock.now()
  const { lease } = deps.settings
  if (!isDue(lease, blob, now)) return blob
  const { repositoryId } = blob
  const held = await isHeld(deps, {
    byLease: () => deps.store.renewBlobLease({ repositoryId, digest, now, leaseUntil: now + lease.length }),
    byManifest: () => deps.store.isBlobNamed(repositoryId, digest),
  })
  if (!held) throw unknownBlob(digest)
  return blob
}

/** Opens the bytes of a blob; the caller closes them. Missing bytes are quarantined, so that the next push heals them. */
export async function openBlob(
  deps: Pick<Deps, 'blobs' | 'clock'> & { store: CollectionCommands & CollectionReads },
  blob: LinkedBlob,
): Promise<BlobReader> {
  if (blob.bytes) return readerOfSmall(blob.storageKey, blob.bytes, blob.checksums)
  const reader = await deps.blobs.at(blob.backend).open(blob.storageKey, blob.size, blob.checksums)
  if (reader) return reader
  // A collection that ran to its end between the two reads took them: then they are gone, not damaged.
  const object = await deps.store.objectByKey(blob.storageKey)
  if (object?.state !== 'ready') throw unknownBlob(blob.digest)
  await quarantine(deps, blob)
  throw lostBlob(blob.digest)
}

export async function quarantine(
  deps: Pick<Deps, 'clock'> & { store: CollectionCommands },
  blob: Pick<LinkedBlob, 'objectId'>,
): Promise<void> {
  await deps.store.quarantineObject({ objectId: blob.objectId, now: deps.clock.now() })
}

/** Gives a range of a blob's bytes, piece by piece. Wrong bytes on the disk end it with CorruptBlob and are quarantined. */
export async function readBlob(
  deps: Pick<Deps, 'blobs' | 'clock'> & { store: CollectionCommands },
  blob: LinkedBlob,
  reader: BlobReader,
  range: { start: number; end: number },
  take: (piece: Uint8Array) => Promise<boolean>,
): Promise<void> {
  try {
    await reader.read(range.start, range.end, take)
  } catch (error) {
    if (error instanceof CorruptBlob) await quarantine(deps, blob)
    throw error
  }
}

/**
 * Who is told that a blob is there sends it no more: an object that is gone, or was cut short, is quarantined first, so that a push heals it.
 * Reads no bytes of one that has its length. Fails with `blob-lost`, and as the store does.
 */
export async function checkFile(
  deps: Pick<Deps, 'blobs' | 'clock'> & { store: CollectionCommands & CollectionReads },
  blob: LinkedBlob,
): Promise<void> {
  const store = deps.blobs.at(blob.backend)
  if (blob.bytes || (await store.isThere(blob.storageKey, blob.size))) return
  const reader = await openBlob(deps, blob)
  const last = { start: blob.size - 1, end: blob.size - 1 }
  try {
    await readBlob(deps, blob, reader, last, async () => true)
  } catch (error) {
    throw error instanceof CorruptBlob ? lostBlob(blob.digest) : error
  } finally {
    await reader.close()
  }
}

/** `openBlob` and `readBlob` as one thing to hand on. */
export async function openBytes(deps: Pick<Deps, 'blobs' | 'clock'> & { store: CollectionCommands & CollectionReads }, blob: LinkedBlob) {
  const reader = await openBlob(deps, blob)
  return {
    read: (part: { start: number; end: number }, take: (piece: Uint8Array) => Promise<boolean>) => readBlob(deps, blob, reader, part, take),
    close: () => reader.close(),
  }
}

/**
 * Links a blob of another repository that the caller may read. Without `from`, any such repository will do.
 * False when there is none: the answer is the same whether the blob is absent or forbidden. Fails with `unauthorized`
 * when the principal may read there and only this token cannot: it is to ask for one that does. That is told from
 * rights alone, before anybody looks for the blob.
 */
export async function mountBlob(
  deps: Pick<Deps, 'clock' | 'settings' | 'failpoint'> & { store: ContentCommands & ContentReads },
  input: { registry: Registry; caller: Caller; name: RepositoryName; digest: Digest; from?: RepositoryName | undefined },
): Promise<boolean> {
  const { registry, name, digest } = input
  const stronger = askingMore(input.caller)
  const source = input.from ?? ('*' as RepositoryName)
  if (stronger && !(await mayPull(deps, registry, input.caller, source)) && (await mayPull(deps, registry, stronger, source)))
    throw new RegistryError('unauthorized', 'authentication required: the token does not cover the repository to mount from', {
      error: 'insufficient_scope',
      because: 'not-in-token',
    })
  const sources = input.from ? [input.from] : await deps.store.repositoriesWithBlob(registry.id, digest, mostSources)
  for (const from of sources) {
    if (!(await mayPull(deps, registry, input.caller, from))) continue
    const now = deps.clock.now()
    const mounted = await deps.store.mountBlob({
      registryId: registry.id,
      name,
      from,
      digest,
      now,
      leaseUntil: now + deps.settings.lease.length,
    })
    if (mounted) {
      deps.failpoint('mount.after-commit')
      return true
    }
  }
  return false
}

const mostSources = 100

async function mayPull(deps: { store: ContentReads }, registry: Registry, caller: Caller, name: RepositoryName): Promise<boolean> {
  const repositoryDeletedSeq = await deletedSeq(deps, registry, caller, name)
  return decide(caller, { kind: 'scope', type: 'repository', name, actions: ['pull'] }, { repositoryDeletedSeq }).allowed
}

/** The fact that `decide` wants of a token; nothing is asked when no repository was deleted since its issue. */
export function deletedSeq(
  { store }: { store: ContentReads },
  registry: Registry,
  caller: Caller,
  name: string,
): Promise<number | undefined> | undefined {
  if (caller.seq === undefined || caller.seq >= registry.seq) return undefined
  return store.repositoryDeletedSeq(registry.id, name)
}

/** Removes the repository's link. Fails with `blob-unknown`, `locked`, `in-use`. */
export async function deleteBlob(
  deps: Pick<Deps, 'clock' | 'failpoint'> & { store: ContentCommands },
  { registry, name, digest, askedBy }: { registry: Registry; name: RepositoryName; digest: Digest } & AskedBy,
): Promise<void> {
  await deps.store.deleteBlob({ registryId: registry.id, name, digest, now: deps.clock.now(), askedBy })
  deps.failpoint('blob.delete.after-commit')
}
