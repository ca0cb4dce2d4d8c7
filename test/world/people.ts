import { randomUUID } from 'node:crypto'
import { credentialsOfPrincipal } from '#app/identity/credentials.ts'
import { issueDirectoryToken } from '#app/identity/directory-tokens.ts'
import { builtInRoles } from '#core/built-in-roles.ts'
import { keyOf } from '#core/resource-id.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { FactDeps } from './facts.ts'

export const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

export const objectOf = (given: Partial<DirectoryObject> & Pick<DirectoryObject, 'id' | 'kind' | 'name'>): DirectoryObject => ({
  login: null,
  appId: null,
  enabled: true,
  details: {},
  createdAt: 0,
  ...given,
})

/** A user with roles, by name, at scopes. */
export async function userWith(
  store: MetadataStore,
  { name, roles, now }: { name: string; roles: Readonly<Record<string, string>>; now: number },
): Promise<DirectoryObject> {
  const user = objectOf({ id: randomUUID(), kind: 'user', name, login: `${name}@longshore.example`, createdAt: now })
  await store.putDirectoryObject({ object: user })
  for (const [role, scope] of Object.entries(roles))
    await store.putRoleAssignment({
      assignment: {
        name: randomUUID(),
        scope: keyOf(scope),
        scopeId: scope,
        principalId: user.id,
        principalType: 'User',
        roleId: builtInRoles.find((each) => each.name === role)?.id ?? '',
        details: {},
        createdAt: now,
        createdBy: 'setup',
      },
    })
  return user
}

/** The name of a secret of somebody's, which tokens carry; one is made when there is none. */
export async function credentialOf(store: MetadataStore, { id: objectId }: { id: string }): Promise<string> {
  const [first] = (await credentialsOfPrincipal({ store }, objectId))?.credentials ?? []
  if (first) return first.name
  const none = { name: null, hint: null, certificate: null }
  const secret = { ...none, keyId: randomUUID(), objectId, kind: 'password', hash: randomUUID(), startsAt: 0, endsAt: null } as const
  await store.putSecret({ secret })
  return (await credentialsOfPrincipal({ store }, objectId))?.credentials[0]?.name ?? ''
}

/** A token for ARM or Graph, as the authority would have given it to az. */
export async function tokenOf(
  deps: Pick<FactDeps, 'store' | 'signers' | 'clock' | 'ids' | 'origins'>,
  principal: DirectoryObject,
  resource: string,
): Promise<string> {
  const credential = await credentialOf(deps.store, principal)
  return issueDirectoryToken(deps, { principal, credential, clientId: principal.appId ?? azureCli, resource })
}
