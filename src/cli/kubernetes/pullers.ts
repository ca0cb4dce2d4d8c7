import type { ArmClient, ArmRegistry, ArmToken } from '#client/arm.ts'
import type { GraphClient, GraphCredential, GraphServicePrincipal } from '#client/graph.ts'
import { isGuid, keyOf } from '#core/resource-id.ts'
import { Refusal } from '#core/refusal.ts'
import type { Operator } from '../host.ts'
import { namedServicePrincipal } from '../named-principal.ts'
import { type Owner, ownersOf } from '../principal-credentials.ts'

/** A password of somebody; not what it is, only which. */
export interface Standing {
  id: string
  createdAt: number
}

export interface NewPassword extends Standing {
  value: string
}

/** Something that was made on the way, in the order in which it was. */
export type Made =
  | { what: 'token'; name: string; scopeMap: string }
  | { what: 'principal'; name: string; appId: string }
  | { what: 'role'; name: string; registry: string }
  | { what: 'password'; name: string; until: string }
  | { what: 'secret'; name: string; namespace: string }
  | { what: 'account'; name: string; namespace: string; secret: string }

/** Who pulls, and the passwords that were made for this Secret and are still good. At most two of them stand at a time. */
export interface Puller {
  username: string
  /** Newest first. */
  standing: Standing[]
  /**
   * Another password. The kept one stays good, so that what pulls meanwhile goes on; of a principal all others end, of a token, which
   * has room for two, at most one.
   */
  makePassword: (kept: string | undefined, until: number) => Promise<NewPassword>
}

interface Asked {
  now: number
  /** Told of each thing when it has been made. */
  made: (thing: Made) => void
}

/** A token of the registry, made where there is none. */
export async function tokenPuller(
  arm: ArmClient,
  registry: ArmRegistry,
  { name, scopeMap: named, now, made }: { name: string; scopeMap: string | undefined } & Asked,
): Promise<Puller> {
  const scopeMap = named ?? '_repositories_pull'
  const there = await arm.token(registry.id, name)
  const has = there?.properties.scopeMapId.split('/').at(-1) ?? ''
  // Another map would change what others of this token may do.
  if (there && named !== undefined && has.toLowerCase() !== scopeMap.toLowerCase())
    throw new Refusal('pull-token-other', { name, has, scopeMap })
  const token = there ?? (await arm.putToken(registry.id, name, { scopeMapId: `${registry.id}/scopeMaps/${scopeMap}` }))
  if (!there) made({ what: 'token', name, scopeMap })
  const passwords = token.properties.credentials.passwords.filter(({ expiry }) => !hasEnded(expiry, now)).map(ofToken)
  return {
    username: token.name,
    standing: newestFirst(passwords),
    makePassword: async (kept, until) => {
      const free = (['password1', 'password2'] as const).find((slot) => passwords.every((each) => each.slot !== slot))
      const oldest = newestFirst(passwords.filter(({ id }) => id !== kept)).at(-1)
      const slot = free ?? oldest?.slot ?? 'password2'
      const asked = { tokenId: token.id, name: slot, expiry: new Date(until).toISOString() }
      const [fresh] = (await arm.generateCredentials(registry.id, asked)).passwords
      if (!fresh) throw new Error('the registry told no password')
      return { ...ofToken(fresh), value: fresh.value }
    },
  }
}

const ofToken = ({ name, creationTime }: ArmToken['properties']['credentials']['passwords'][number]) => ({
  id: `${name} ${creationTime}`,
  slot: name,
  createdAt: Date.parse(creationTime),
})

/** As ACR's attach gives it: all repositories of the registry, and nothing but to pull. */
const pullRole = 'AcrPull'

/**
 * A service principal that may pull from the registry, made with that right where there is none of the name.
 * @param label what its passwords for this Secret are called: others of it are left alone
 */
export async function principalPuller(
  operator: Operator,
  registry: ArmRegistry,
  { name, label, makeGuid, now, made }: { name: string; label: string; makeGuid: () => string } & Asked,
): Promise<Puller> {
  const { arm, graph } = operator
  const found = await findPrincipal(graph, name)
  if (!found) return newPrincipal(operator, registry, { name, label, now, made })
  await givePull(arm, registry, { principal: found, name: makeGuid(), made })
  const owners = await ownersOf(graph, found)
  const ours = ofOurs(owners, label, now)
  return {
    username: found.appId,
    standing: newestFirst(ours),
    makePassword: async (kept, until) => {
      const [owner] = owners
      const fresh = await graph.addPassword(owner.collection, owner.id, passwordAsked(label, now, until))
      for (const each of ours) if (each.id !== kept) await graph.removePassword(each.collection, each.owner, each.id)
      return { id: fresh.keyId, createdAt: now, value: fresh.secretText }
    },
  }
}

/** All of it is made when the first password is wanted: somebody who cannot sign in is of no use. */
function newPrincipal(
  { graph }: Operator,
  registry: ArmRegistry,
  { name, label, now, made }: { name: string; label: string } & Asked,
): Promise<Puller> {
  const puller: Puller = {
    username: '',
    standing: [],
    makePassword: async (_kept, until) => {
      const role = { roleDefinitionId: pullRole, scope: registry.id }
      const { appId, secretText } = await graph.createWholeApplication(name, { credential: passwordAsked(label, now, until), role })
      made({ what: 'principal', name, appId })
      made({ what: 'role', name, registry: registry.name.toLowerCase() })
      puller.username = appId
      const application = await graph.applicationOf(appId)
      const id = application?.passwordCredentials[0]?.keyId
      if (id === undefined || secretText === null) throw new Error('the directory told no password')
      return { id, createdAt: now, value: secretText }
    },
  }
  return Promise.resolve(puller)
}

const passwordAsked = (displayName: string, now: number, until: number) => ({
  displayName,
  startDateTime: new Date(now).toISOString(),
  endDateTime: new Date(until).toISOString(),
})

/** Undefined: nobody has the name. What looks like an id must be one that is there. */
export async function findPrincipal(graph: GraphClient, name: string): Promise<GraphServicePrincipal | undefined> {
  try {
    return await namedServicePrincipal(graph, name)
  } catch (error) {
    if (error instanceof Refusal && error.reason === 'principal-unknown' && !isGuid(name)) return undefined
    throw error
  }
}

async function givePull(
  arm: ArmClient,
  registry: ArmRegistry,
  { principal, name, made }: { principal: GraphServicePrincipal; name: string; made: Asked['made'] },
): Promise<void> {
  if ((await pullAssignments(arm, registry, principal.id)).length > 0) return
  const definition = await pullDefinition(arm, registry)
  await arm.putRoleAssignment(registry.id, name, { roleDefinitionId: definition?.id ?? pullRole, principalId: principal.id })
  made({ what: 'role', name: principal.displayName, registry: registry.name.toLowerCase() })
}

async function pullDefinition(arm: ArmClient, registry: ArmRegistry) {
  for await (const each of arm.roleDefinitions(registry.id)) if (each.properties.roleName === pullRole) return each
  return undefined
}

/** Those that give it the right to pull, at the registry itself. */
export async function pullAssignments(arm: ArmClient, registry: ArmRegistry, principalId: string) {
  const definition = await pullDefinition(arm, registry)
  const all = await Array.fromAsync(arm.roleAssignments(registry.id, `principalId eq '${principalId}'`))
  return all.filter(
    ({ properties }) =>
      keyOf(properties.scope) === keyOf(registry.id) &&
      definition !== undefined &&
      properties.roleDefinitionId.toLowerCase().endsWith(`/${definition.name.toLowerCase()}`),
  )
}

interface OwnedPassword extends Standing {
  collection: Owner['collection']
  /** The object id of its owner. */
  owner: string
}

/** The passwords of that label that are still good. */
export const ofOurs = (owners: readonly Owner[], label: string, now: number): OwnedPassword[] =>
  owners.flatMap(({ collection, id: owner, passwordCredentials }) =>
    passwordCredentials
      .filter((each) => each.displayName === label && !hasEnded(each.endDateTime ?? undefined, now))
      .map((each) => ({ id: each.keyId, createdAt: createdAt(each), collection, owner })),
  )

const createdAt = ({ startDateTime }: GraphCredential): number => (startDateTime === null ? 0 : Date.parse(startDateTime))

const hasEnded = (until: string | undefined, now: number): boolean => until !== undefined && Date.parse(until) <= now

const newestFirst = <Item extends Standing>(passwords: readonly Item[]): Item[] =>
  [...passwords].sort((one, other) => other.createdAt - one.createdAt)
