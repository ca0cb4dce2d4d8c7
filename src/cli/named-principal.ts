import type { GraphClient, GraphObject, GraphServicePrincipal, GraphUser } from '#client/graph.ts'
import { Refusal } from '#core/refusal.ts'
import { isGuid } from '#core/resource-id.ts'

export const kindOf = ({ '@odata.type': type }: Pick<GraphObject, '@odata.type'>) =>
  type.slice('#microsoft.graph.'.length) as 'user' | 'group' | 'servicePrincipal' | 'application'

/** What people call it. */
export const nameOf = ({ userPrincipalName, displayName }: Pick<GraphObject, 'userPrincipalName' | 'displayName'>): string =>
  userPrincipalName ?? displayName

/** By id or principal name; without "@" it is one of the directory's own domain. */
export async function namedUser(graph: GraphClient, name: string): Promise<GraphUser> {
  return (await findUser(graph, name)) ?? unknown(name)
}

/** By its id, its application's id, or a name that only one has. */
export async function namedServicePrincipal(graph: GraphClient, name: string): Promise<GraphServicePrincipal> {
  if (!isGuid(name)) return onlyOne(withType('servicePrincipal', await Array.fromAsync(graph.servicePrincipalsNamed(name))), name)
  const found = await graph.servicePrincipalOf(name)
  if (found) return found
  const object = await graph.findObject(name)
  return object && kindOf(object) === 'servicePrincipal' ? graph.servicePrincipal(object.id) : unknown(name)
}

/** By its id, or a name that only one has. */
export async function namedGroup(graph: GraphClient, name: string): Promise<Pick<GraphObject, 'id' | 'displayName'>> {
  const object = isGuid(name) ? await graph.findObject(name) : undefined
  if (object && kindOf(object) === 'group') return object
  return onlyOne(withType('group', await Array.fromAsync(graph.groupsNamed(name))), name)
}

/** Who can hold a role or be in a group: a user, a service principal or a group. */
export async function namedPrincipal(graph: GraphClient, name: string): Promise<GraphObject> {
  if (isGuid(name)) {
    const object = await graph.findObject(name)
    if (object && kindOf(object) !== 'application') return object
    return { ...(await namedServicePrincipal(graph, name)), '@odata.type': '#microsoft.graph.servicePrincipal' }
  }
  if (name.includes('@')) return { ...(await namedUser(graph, name)), '@odata.type': '#microsoft.graph.user' }
  const user = await findUser(graph, name)
  return onlyOne<GraphObject>(
    [
      ...withType('user', user ? [user] : []),
      ...withType('servicePrincipal', await Array.fromAsync(graph.servicePrincipalsNamed(name))),
      ...withType('group', await Array.fromAsync(graph.groupsNamed(name))),
    ],
    name,
  )
}

async function findUser(graph: GraphClient, name: string): Promise<GraphUser | undefined> {
  if (isGuid(name) || name.includes('@')) return graph.findUser(name)
  const { verifiedDomains } = await graph.organization()
  return graph.findUser(`${name}@${verifiedDomains.find(({ isDefault }) => isDefault)?.name ?? ''}`)
}

const withType = <Kind extends 'user' | 'group' | 'servicePrincipal', Item>(kind: Kind, items: readonly Item[]) =>
  items.map((item) => ({ ...item, '@odata.type': `#microsoft.graph.${kind}` as const }))

function onlyOne<Item extends Pick<GraphObject, '@odata.type' | 'id' | 'appId'>>(found: readonly Item[], name: string): Item {
  const [only] = found
  if (!only) return unknown(name)
  if (found.length === 1) return only
  const ids = found.map((each) => `${kindOf(each)} ${each.appId ?? each.id}`).join(', ')
  throw new Refusal('name-of-several', { name, ids })
}

function unknown(name: string): never {
  throw new Refusal('principal-unknown', { name })
}
