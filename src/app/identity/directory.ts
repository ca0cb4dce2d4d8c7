import { RegistryError } from '#core/registry-error.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { DirectoryKind, DirectoryObject, Tenant } from '#ports/directory.ts'
import type { Deps } from '../deps.ts'
import type { Random } from './new-secrets.ts'

/** What the deeds on the directory need. */
export type DirectoryDeps = Pick<Deps, 'store' | 'clock' | 'ids' | 'hasher'> & { random: Random }

/** Fails with `not-found` before the first start has made the directory. */
export async function tenantOf({ store }: Pick<Deps, 'store'>): Promise<Tenant> {
  const tenant = await store.tenant()
  if (tenant) return tenant
  throw new RegistryError('not-found', 'there is no directory yet: start the server once')
}

export const noSuchObject = (name: string) =>
  new RegistryError(
    'not-found',
    `Resource '${name.slice(0, 200)}' does not exist or one of its queried reference-property objects are not present.`,
  )

/** Fails with `not-found`, also for an object of another kind. */
export async function objectOf({ store }: Pick<Deps, 'store'>, kind: DirectoryKind, id: string): Promise<DirectoryObject> {
  const object = await store.directoryObject(id.toLowerCase())
  if (object?.kind === kind) return object
  throw noSuchObject(id)
}

/**
 * Reads, changes and writes an object as one step. Fails with `not-found`, and as the change does; `conflict`.
 * A change of `enabled` to false ends the refresh tokens.
 */
export async function changeObject(
  { store }: Pick<Deps, 'store'>,
  kind: DirectoryKind,
  id: string,
  change: (object: DirectoryObject) => DirectoryObject | Promise<DirectoryObject>,
): Promise<DirectoryObject> {
  return inTurn(store, async () => {
    const before = await objectOf({ store }, kind, id)
    const object = await change(before)
    await store.putDirectoryObject({ object })
    if (before.enabled && !object.enabled) await store.endSignIns({ principalId: id })
    return object
  })
}

/** Fails with `not-found`. */
export async function deleteObject({ store }: Pick<Deps, 'store'>, kind: DirectoryKind, id: string): Promise<void> {
  await inTurn(store, async () => {
    const object = await objectOf({ store }, kind, id)
    await store.deleteDirectoryObject({ id: object.id })
  })
}

/** Everything of a kind, in id order; `most` at a time are read. */
export async function* everyObject({ store }: Pick<Deps, 'store'>, kinds: readonly DirectoryKind[]): AsyncIterable<DirectoryObject> {
  const most = 500
  for (let after = ''; ; ) {
    const page = await store.directoryObjects({ kinds }, { after, limit: most })
    yield* page
    const last = page.at(-1)
    if (!last || page.length < most) return
    after = last.id
  }
}

const last = new WeakMap<MetadataStore, Promise<unknown>>()

/** One change of the directory at a time: what was read is still so when it is written, and what was deleted stays so. */
export function inTurn<Result>(store: MetadataStore, work: () => Promise<Result>): Promise<Result> {
  const next = (last.get(store) ?? Promise.resolve()).then(work)
  last.set(
    store,
    next.catch(() => {}),
  )
  return next
}
