import type { IdentityDeeds, NewCredential, ServicePrincipalCredential, ServicePrincipalSummary } from '#core/identity-deeds.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryObject, StoredSecret } from '#ports/directory.ts'
import { applicationOf, deleteApplication, deleteServicePrincipal, newApplication, newServicePrincipal } from './applications.ts'
import { newAssignment } from '../authorization/assign-role.ts'
import { type DirectoryDeps, everyObject, tenantOf } from './directory.ts'
import { newCertificate, newClientSecret } from './new-secrets.ts'
import { namedServicePrincipal } from './operator-names.ts'
import { firstSubscription } from './operator-roles.ts'
import { secretsOfApplication } from './secrets.ts'

const mostYears = 100

type Deeds = Pick<
  IdentityDeeds,
  'createServicePrincipal' | 'listServicePrincipals' | 'showServicePrincipal' | 'deleteServicePrincipal' | 'resetServicePrincipal'
>

/** What an operator does with service principals. */
export const principalDeeds = (deps: DirectoryDeps): Deeds => ({
  createServicePrincipal: async ({ name, role, scope, ...credential }) => {
    if (role === undefined && scope !== undefined) throw new RegistryError('request-invalid', 'a scope needs a role: give both, or none')
    checkYears(credential)
    const application = newApplication(deps, { displayName: name })
    const principal = newServicePrincipal(deps, application)
    const { secret, text } = newCredential(deps, application, credential)
    const scopeId = scope ?? (role === undefined ? '' : await firstSubscription(deps))
    const roleAssignment =
      role === undefined ? {} : { roleAssignment: await newAssignment(deps, { principal, role, scopeId, by: 'operator' }) }
    await deps.store.createDirectoryObjects({ objects: [application, principal], secrets: [secret], ...roleAssignment })
    return told(deps, principal, text)
  },
  listServicePrincipals: async () => {
    const all: ServicePrincipalSummary[] = []
    for await (const principal of everyObject(deps, ['servicePrincipal'])) all.push(await summaryOf(deps, principal))
    return all
  },
  showServicePrincipal: async ({ principal }) => summaryOf(deps, await namedServicePrincipal(deps, principal)),
  deleteServicePrincipal: async ({ principal }) => {
    const found = await namedServicePrincipal(deps, principal)
    const summary = await summaryOf(deps, found)
    const application = await applicationOf(deps, found)
    await (application ? deleteApplication(deps, application.id) : deleteServicePrincipal(deps, found.id))
    return summary
  },
  resetServicePrincipal: async ({ principal, append, ...credential }) => {
    checkYears(credential)
    const found = await namedServicePrincipal(deps, principal)
    const holders = await deps.store.directoryObjectsByAppId(found.appId ?? '')
    const { secret, text } = newCredential(deps, holders.find(({ kind }) => kind === 'application') ?? found, credential)
    await (append
      ? deps.store.putSecret({ secret })
      : deps.store.replaceSecrets({ secret, of: holders.map(({ id }) => id), endSignInsOf: found.id }))
    return told(deps, found, text)
  },
})

function checkYears({ years = 1 }: NewCredential): void {
  if (!Number.isSafeInteger(years) || years < 1 || years > mostYears)
    throw new RegistryError('request-invalid', `years must be a whole number from 1 to ${mostYears}`)
}

/** A client secret and its text, or a certificate, which has none. Fails with `request-invalid`. */
function newCredential(
  deps: DirectoryDeps,
  { id: objectId }: DirectoryObject,
  { years = 1, certificate }: NewCredential,
): { secret: StoredSecret; text: string | null } {
  if (certificate !== undefined) return { secret: newCertificate(deps, { objectId, name: null }, certificate), text: null }
  const startsAt = deps.clock.now()
  const endsAt = new Date(startsAt).setUTCFullYear(new Date(startsAt).getUTCFullYear() + years)
  return newClientSecret(deps, { objectId, name: 'rbac' }, { startsAt, endsAt })
}

async function told(deps: DirectoryDeps, { appId, name }: DirectoryObject, password: string | null): Promise<ServicePrincipalCredential> {
  return { appId: appId ?? '', displayName: name, password, tenant: (await tenantOf(deps)).id }
}

async function summaryOf(
  deps: Pick<DirectoryDeps, 'store'>,
  { id, appId, name, enabled }: DirectoryObject,
): Promise<ServicePrincipalSummary> {
  const secrets = await secretsOfApplication(deps, appId ?? '')
  return {
    appId: appId ?? '',
    displayName: name,
    id,
    enabled,
    credentials: secrets.map((each) => ({
      keyId: each.keyId,
      kind: each.kind,
      name: each.name,
      endsAt: each.endsAt === null ? null : new Date(each.endsAt).toISOString(),
    })),
  }
}
