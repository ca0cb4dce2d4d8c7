import type { AskedBy } from '#ports/command.ts'
import type { CredentialCommands, CredentialReads } from '#ports/credentials.ts'
import type { InstallationCommands, InstallationReads } from '#ports/installation.ts'
import type { RegistryReads } from '#ports/registries.ts'
import type { ResourceCommands, ResourceReads } from '#ports/resources.ts'
import type { RoleReads } from '#ports/roles.ts'
import { unknownObject } from '#core/failures.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import type {
  DirectoryCommands,
  DirectoryKind,
  DirectoryObject,
  DirectoryReads,
  ObjectChange,
  StoredObject,
  Tenant,
} from '#ports/directory.ts'
import type { Deps } from '../deps.ts'

/** What it needs to tell of the directory. */
export type DirectoryReading = Pick<Deps, 'certificates'> & { store: DirectoryReads }

/** What a change of the directory needs. */
export type DirectoryDeps = Pick<Deps, 'clock' | 'ids' | 'hasher' | 'certificates' | 'random'> & {
  store: CredentialCommands &
    CredentialReads &
    DirectoryCommands &
    DirectoryReads &
    InstallationCommands &
    InstallationReads &
    RegistryReads &
    ResourceCommands &
    ResourceReads &
    RoleReads
}

/** Fails with `not-found` before the first start has made the directory. */
export async function tenantOf({ store }: { store: DirectoryReads }): Promise<Tenant> {
  const tenant = await store.tenant()
  if (tenant) return tenant
  throw new RegistryError('not-found', 'there is no directory yet: start the server once')
}

/** Fails with `not-found`, also for an object of another kind. */
export async function objectOf({ store }: { store: DirectoryReads }, kind: DirectoryKind, id: string): Promise<StoredObject> {
  const object = await store.directoryObject(id.toLowerCase())
  if (object?.kind === kind) return object
  throw unknownObject(id)
}

/** An object of any kind. Fails with `not-found`. */
export async function anyObject({ store }: { store: DirectoryReads }, id: string): Promise<StoredObject> {
  const object = isGuid(id) ? await store.directoryObject(id.toLowerCase()) : undefined
  if (object) return object
  throw unknownObject(id)
}

/** Those of these that there are, in their order. */
export async function objectsById({ store }: { store: DirectoryReads }, ids: readonly string[]): Promise<DirectoryObject[]> {
  const found: DirectoryObject[] = []
  for (const id of ids) {
    const object = await store.directoryObject(id)
    if (object) found.push(object)
  }
  return found
}

/** How often a change is tried anew when others changed the same object meanwhile. */
const mostTries = 10

/**
 * Reads an object, works out what becomes of it and writes that, anew while somebody else changed it in between.
 * Fails with `not-found`, `conflict`, `precondition-failed` when that never ends, and as `changeOf` does. Who is switched off loses the refresh tokens.
 */
export async function changeObject(
  { store }: { store: DirectoryCommands & DirectoryReads },
  kind: DirectoryKind,
  id: string,
  changeOf: (object: DirectoryObject) => Omit<ObjectChange, 'expect'> | Promise<Omit<ObjectChange, 'expect'>>,
  { askedBy }: AskedBy = {},
): Promise<DirectoryObject> {
  for (let tries = 1; ; tries++) {
    const before = await objectOf({ store }, kind, id)
    const change = await changeOf(before)
    const isSwitchedOff = before.enabled && !change.object.enabled
    try {
      const endSignIns = change.endSignIns === true || isSwitchedOff
      await store.putDirectoryObject({ ...change, expect: before.version, endSignIns, askedBy })
      return change.object
    } catch (error) {
      if (!(error instanceof RegistryError) || error.failure !== 'precondition-failed' || tries === mostTries) throw error
    }
  }
}

/** Fails with `not-found`. */
export async function deleteObject(
  { store }: { store: DirectoryCommands & DirectoryReads },
  kind: DirectoryKind,
  id: string,
  { askedBy }: AskedBy = {},
): Promise<void> {
  await store.deleteDirectoryObject({ id: (await objectOf({ store }, kind, id)).id, askedBy })
}
