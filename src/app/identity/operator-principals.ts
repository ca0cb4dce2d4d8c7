import type { IdentityDeeds, NewCredential, ServicePrincipalCredential, ServicePrincipalSummary } from '#core/identity-deeds.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import { addClientSecret, createApplication, createServicePrincipal, deleteApplication, deleteServicePrincipal } from './applications.ts'
import { type DirectoryDeps, everyObject, inTurn, tenantOf } from './directory.ts'
import { newCertificate } from './new-secrets.ts'
import { namedServicePrincipal } from './operator-names.ts'
import { giveRole } from './operator-roles.ts'
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
    const application = await createApplication(deps, { displayName: name })
    try {
      const principal = await createServicePrincipal(deps, { appId: application.appId ?? '' })
      const password = await addCredential(deps, application, credential)
      if (role !== undefined) await giveRole(deps, { principal, role, scope })
      return await told(deps, principal, password)
    } catch (error) {
      await deleteApplication(deps, application.id)
      throw error
    }
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
    const before = await secretsOfApplication(deps, found.appId ?? '')
    // The new one first: were the others gone and this one refused, nobody could sign in.
    const password = await addCredential(deps, (await applicationOf(deps, found)) ?? found, credential)
    if (!append) {
      for (const { objectId, keyId } of before) await deps.store.deleteSecret({ objectId, keyId })
      await deps.store.endSignIns({ principalId: found.id })
    }
    return told(deps, found, password)
  },
})

function checkYears({ years = 1 }: NewCredential): void {
  if (!Number.isSafeInteger(years) || years < 1 || years > mostYears)
    throw new RegistryError('request-invalid', `years must be a whole number from 1 to ${mostYears}`)
}

/** The secret's text, or null for a certificate. */
async function addCredential(
  deps: DirectoryDeps,
  object: DirectoryObject,
  { years = 1, certificate }: NewCredential,
): Promise<string | null> {
  const kind = object.kind === 'application' ? ('application' as const) : ('servicePrincipal' as const)
  if (certificate !== undefined) {
    const secret = newCertificate(deps, { objectId: object.id, name: null }, certificate)
    await inTurn(deps.store, () => deps.store.putSecret({ secret, replacesOthers: false }))
    return null
  }
  const startsAt = deps.clock.now()
  const endsAt = new Date(startsAt).setUTCFullYear(new Date(startsAt).getUTCFullYear() + years)
  return (await addClientSecret(deps, kind, object.id, { name: 'rbac', startsAt, endsAt })).text
}

async function told(deps: DirectoryDeps, { appId, name }: DirectoryObject, password: string | null): Promise<ServicePrincipalCredential> {
  return { appId: appId ?? '', displayName: name, password, tenant: (await tenantOf(deps)).id }
}

const applicationOf = async ({ store }: Pick<DirectoryDeps, 'store'>, { appId }: DirectoryObject): Promise<DirectoryObject | undefined> =>
  (await store.directoryObjectsByAppId(appId ?? '')).find(({ kind }) => kind === 'application')

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
