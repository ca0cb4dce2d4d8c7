import { RegistryError } from '#core/registry-error.ts'
import { deleteApplication, deleteServicePrincipal } from '#app/identity/applications.ts'
import { anyObject, objectOf, objectsById } from '#app/identity/directory.ts'
import { deleteGroup } from '#app/identity/groups.ts'
import { deleteUser } from '#app/identity/users.ts'
import type { Answer } from '#http/answer.ts'
import { collectionAnswer, done, entityAnswer, mixedItems, odata } from './answers.ts'
import { type Context, kindOf, resolve } from './context.ts'
import { odataType, selected } from './items.ts'
import { nextLink } from './query.ts'
import type { GraphRequest } from './request.ts'
import { search } from './search.ts'

type Of<Kind extends GraphRequest['kind']> = Extract<GraphRequest, { kind: Kind }>

export async function listObjects(context: Context, { collection, query, parameters }: Of<'list'>): Promise<Answer> {
  const { deps, tenant, base } = context
  const kind = kindOf[collection]
  const { items, next } = await search(deps, tenant, kind, query)
  return collectionAnswer(
    context,
    collection,
    items.map((item) => selected(item, kind, query.select)),
    next === undefined ? undefined : nextLink(`${base}/${collection}`, parameters, next),
  )
}

export async function getObject(context: Context, { collection, key, query }: Of<'get'>): Promise<Answer> {
  return entityAnswer(context, collection, await resolve(context, collection, key), query.select)
}

const deletes = {
  users: deleteUser,
  groups: deleteGroup,
  applications: deleteApplication,
  servicePrincipals: deleteServicePrincipal,
} as const

export async function removeObject(context: Context, { collection, key }: Of<'delete'>): Promise<Answer> {
  const { id } = await resolve(context, collection, key)
  await deletes[collection](context.deps, id, { askedBy: context.caller.id })
  return done
}

export async function showMe(context: Context, { query }: Of<'me'>): Promise<Answer> {
  const { caller, deps } = context
  if (caller.kind !== 'user') throw new RegistryError('request-invalid', '/me request is only valid with delegated authentication flow.')
  return entityAnswer(context, 'users', await objectOf(deps, 'user', caller.id), query.select)
}

export async function showObject(context: Context, { id, query }: Of<'object.get'>): Promise<Answer> {
  const [item = {}] = await mixedItems(context, [await anyObject(context.deps, id)], query.select)
  return odata(context, 'directoryObjects/$entity', item)
}

/** Those that there are, of the types that are wanted; an id of nobody is left out. */
export async function getByIds(context: Context, { ids, types }: Of<'objects.by-ids'>): Promise<Answer> {
  const found = (await objectsById(context.deps, ids)).filter(({ kind }) => {
    const type = odataType[kind].slice('#microsoft.graph.'.length).toLowerCase()
    return !types || types.includes(type) || types.includes('directoryobject')
  })
  return collectionAnswer(context, 'directoryObjects', await mixedItems(context, found))
}

/** Nobody owns an object here: who may change it is told by roles. The object must be there all the same. */
export async function listOwners(context: Context, { collection, key }: Of<'owners.list'>): Promise<Answer> {
  await resolve(context, collection, key)
  return collectionAnswer(context, 'directoryObjects', [])
}

export async function listOwned(context: Context): Promise<Answer> {
  return collectionAnswer(context, 'directoryObjects', [])
}

export async function listOrganizations(context: Context): Promise<Answer> {
  const { id, domain } = context.tenant
  const verifiedDomains = [{ capabilities: '', isDefault: true, isInitial: true, name: domain, type: 'Managed' }]
  return collectionAnswer(context, 'organization', [{ id, displayName: domain, tenantType: 'AAD', verifiedDomains }])
}
