import type { Caller } from '#core/access.ts'
import type { DirectoryKind, DirectoryObject, Tenant } from '#ports/directory.ts'
import { findApplication } from '#app/identity/applications.ts'
import { type DirectoryDeps, noSuchObject, objectOf } from '#app/identity/directory.ts'
import { findUser } from '#app/identity/users.ts'
import type { Deps, Origins } from '#app/deps.ts'
import { itemsOf, odataType, selected } from './items.ts'
import type { Collection, Key } from './request.ts'

export type GraphDeps = Deps & DirectoryDeps & { origins: Origins }

export interface Context {
  deps: GraphDeps
  caller: Caller
  tenant: Tenant
  /** `https://host/graph/v1.0` */
  base: string
}

export interface Answer {
  status: 200 | 201 | 204
  body?: Readonly<Record<string, unknown>>
  /** Of what was made. */
  location?: string
}

export const kindOf: Readonly<Record<Collection, DirectoryKind>> = {
  users: 'user',
  groups: 'group',
  applications: 'application',
  servicePrincipals: 'servicePrincipal',
}

export const done: Answer = { status: 204 }

export const collectionAnswer = ({ base }: Context, type: string, value: readonly unknown[], next?: string): Answer => ({
  status: 200,
  body: { '@odata.context': `${base}/$metadata#${type}`, ...(next === undefined ? {} : { '@odata.nextLink': next }), value },
})

/** One object, under its own type. */
export async function entityAnswer(
  { deps, tenant, base }: Context,
  collection: Collection,
  object: DirectoryObject,
  { status = 200, select }: { status?: 200 | 201; select?: readonly string[] | undefined } = {},
): Promise<Answer> {
  const [item = {}] = await itemsOf(deps, tenant, [object])
  return {
    status,
    body: { '@odata.context': `${base}/$metadata#${collection}/$entity`, ...selected(item, object.kind, select) },
    ...(status === 201 ? { location: `${base}/${collection}/${object.id}` } : {}),
  }
}

/** Objects of several kinds: each says its type. */
export async function mixedItems(
  { deps, tenant }: Pick<Context, 'deps' | 'tenant'>,
  objects: readonly DirectoryObject[],
  select?: readonly string[],
): Promise<Readonly<Record<string, unknown>>[]> {
  const items = await itemsOf(deps, tenant, objects)
  return objects.map((object, index) => ({ '@odata.type': odataType[object.kind], ...selected(items[index] ?? {}, object.kind, select) }))
}

/** Fails with `not-found`. */
export async function resolve({ deps }: Pick<Context, 'deps'>, collection: Collection, { by, value }: Key): Promise<DirectoryObject> {
  const kind = kindOf[collection]
  if (by === 'appId') {
    if (kind !== 'application' && kind !== 'servicePrincipal') throw noSuchObject(value)
    const found = await findApplication(deps, kind, value)
    if (found.appId !== value.toLowerCase()) throw noSuchObject(value)
    return found
  }
  return collection === 'users' && value.includes('@') ? findUser(deps, value) : objectOf(deps, kind, value)
}
