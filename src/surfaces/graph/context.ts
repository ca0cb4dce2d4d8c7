import { unknownObject } from '#core/failures.ts'
import type { Caller } from '#core/access.ts'
import type { DirectoryKind, DirectoryObject, Tenant } from '#ports/directory.ts'
import { findApplication } from '#app/identity/applications.ts'
import { type DirectoryDeps, objectOf } from '#app/identity/directory.ts'
import { findUser } from '#app/identity/users.ts'
import type { Deps } from '#app/deps.ts'
import type { Collection, Key } from './request.ts'

export type GraphDeps = Deps & DirectoryDeps

export interface Context {
  deps: GraphDeps
  caller: Caller
  tenant: Tenant
  /** `https://host/graph/v1.0` */
  base: string
}

export const kindOf: Readonly<Record<Collection, DirectoryKind>> = {
  users: 'user',
  groups: 'group',
  applications: 'application',
  servicePrincipals: 'servicePrincipal',
}

/** Fails with `not-found`. */
export async function resolve({ deps }: Pick<Context, 'deps'>, collection: Collection, { by, value }: Key): Promise<DirectoryObject> {
  const kind = kindOf[collection]
  if (by === 'appId') {
    if (kind !== 'application' && kind !== 'servicePrincipal') throw unknownObject(value)
    const found = await findApplication(deps, kind, value)
    if (found.appId !== value.toLowerCase()) throw unknownObject(value)
    return found
  }
  return collection === 'users' && value.includes('@') ? findUser(deps, value) : objectOf(deps, kind, value)
}
