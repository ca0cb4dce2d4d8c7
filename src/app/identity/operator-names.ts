import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import type { DirectoryKind, DirectoryObject } from '#ports/directory.ts'
import { type DirectoryDeps, noSuchObject } from './directory.ts'
import { findUser } from './users.ts'

type Reads = Pick<DirectoryDeps, 'store'>

/** By its id, its application's id, or a name that only one has. Fails with `not-found`, `conflict`. */
export async function namedServicePrincipal({ store }: Reads, name: string): Promise<DirectoryObject> {
  if (!isGuid(name)) return onlyOne(await named({ store }, ['servicePrincipal'], name), name)
  const found = (await store.directoryObjectsByAppId(name)).find(({ kind }) => kind === 'servicePrincipal')
  const object = found ?? (await store.directoryObject(name.toLowerCase()))
  if (object?.kind === 'servicePrincipal') return object
  throw noSuchObject(name)
}

/** By its id, or a name that only one has. Fails with `not-found`, `conflict`. */
export async function namedGroup({ store }: Reads, name: string): Promise<DirectoryObject> {
  const object = isGuid(name) ? await store.directoryObject(name.toLowerCase()) : undefined
  if (object?.kind === 'group') return object
  return onlyOne(await named({ store }, ['group'], name), name)
}

/** Who can hold a role or be in a group: a user, a service principal or a group. Fails with `not-found`, `conflict`. */
export async function namedPrincipal({ store }: Reads, name: string): Promise<DirectoryObject> {
  if (isGuid(name)) {
    const object = await store.directoryObject(name.toLowerCase())
    return object && object.kind !== 'application' ? object : namedServicePrincipal({ store }, name)
  }
  if (name.includes('@')) return findUser({ store }, name)
  const user = await findUser({ store }, name).catch(absent)
  const others = await named({ store }, ['servicePrincipal', 'group'], name)
  return onlyOne(user ? [user, ...others] : others, name)
}

/** Nothing, for what is not there. */
export function absent(error: unknown): undefined {
  if (error instanceof RegistryError && error.failure === 'not-found') return undefined
  throw error
}

const named = ({ store }: Reads, kinds: readonly DirectoryKind[], equals: string): Promise<DirectoryObject[]> =>
  store.directoryObjects({ kinds, field: 'name', equals }, { after: '', limit: 10 })

function onlyOne(found: readonly DirectoryObject[], name: string): DirectoryObject {
  const [only] = found
  if (!only) throw noSuchObject(name)
  if (found.length === 1) return only
  const ids = found.map(({ kind, id, appId }) => `${kind} ${appId ?? id}`).join(', ')
  throw new RegistryError('conflict', `"${name.slice(0, 80)}" is the name of several: name one by its id (${ids})`)
}
