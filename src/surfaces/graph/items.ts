import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryKind, DirectoryObject, Tenant } from '#ports/directory.ts'
import { applicationOf } from '#app/identity/applications.ts'
import { identifierUrisOf } from '#app/identity/new-applications.ts'
import { type ShownCredential, shownCredentials } from '#app/identity/shown-credentials.ts'
import type { DirectoryReading } from '#app/identity/directory.ts'

/** An object as Graph tells it: every property, in Graph's order. Never a secret's text or hash. */
export type Item = Readonly<Record<string, unknown>>

export const odataType: Readonly<Record<DirectoryKind, string>> = {
  user: '#microsoft.graph.user',
  servicePrincipal: '#microsoft.graph.servicePrincipal',
  application: '#microsoft.graph.application',
  group: '#microsoft.graph.group',
}

/** Of a user Graph tells only these, unless it is asked for more. */
const userByDefault = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
]

export async function itemsOf(deps: DirectoryReading, tenant: Tenant, objects: readonly DirectoryObject[]): Promise<Item[]> {
  const holders = objects.filter(({ kind }) => kind === 'application' || kind === 'servicePrincipal')
  const credentials = await shownCredentials(deps, holders)
  return Promise.all(
    objects.map(async (object) => {
      if (object.kind === 'user') return userItem(object)
      if (object.kind === 'group') return groupItem(object)
      const own = credentials.get(object.id) ?? []
      if (object.kind === 'application') return applicationItem(object, own, tenant)
      return servicePrincipalItem(object, own, await applicationOf(deps, object), tenant)
    }),
  )
}

/** What was asked for, or what Graph gives by itself. Fails with `request-invalid` for a property that there is not. */
export function selected(item: Item, kind: DirectoryKind, select: readonly string[] | undefined): Item {
  if (!select && kind !== 'user')
    return item.keyCredentials === undefined ? item : { ...item, keyCredentials: withoutKeys(item.keyCredentials) }
  const names = select ?? userByDefault
  return Object.fromEntries(
    names.map((name) => {
      const own = Object.keys(item).find((each) => each.toLowerCase() === name.toLowerCase())
      if (own === undefined)
        throw new RegistryError(
          'request-invalid',
          `Could not find a property named '${name.slice(0, 80)}' on type '${odataType[kind].slice(1)}'.`,
        )
      return [own, item[own]]
    }),
  )
}

/** The certificate itself is told to whom asks for `keyCredentials` by name. */
const withoutKeys = (keys: unknown) => (keys as Item[]).map((each) => ({ ...each, key: null }))

/** ISO 8601 to the second. */
const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
const timeOrNull = (at: number | null): string | null => (at === null ? null : time(at))

const userItem = ({ id, name, login, enabled, details, createdAt }: DirectoryObject): Item => ({
  id,
  businessPhones: details.businessPhones ?? [],
  displayName: name,
  givenName: details.givenName ?? null,
  jobTitle: details.jobTitle ?? null,
  mail: details.mail ?? null,
  mobilePhone: details.mobilePhone ?? null,
  officeLocation: details.officeLocation ?? null,
  preferredLanguage: details.preferredLanguage ?? null,
  surname: details.surname ?? null,
  userPrincipalName: login,
  accountEnabled: enabled,
  createdDateTime: time(createdAt),
  deletedDateTime: null,
  mailNickname: details.mailNickname ?? login?.slice(0, login.lastIndexOf('@')) ?? null,
  onPremisesImmutableId: details.onPremisesImmutableId ?? null,
  userType: 'Member',
})

const groupItem = ({ id, name, details, createdAt }: DirectoryObject): Item => ({
  id,
  deletedDateTime: null,
  classification: null,
  createdDateTime: time(createdAt),
  description: details.description ?? null,
  displayName: name,
  expirationDateTime: null,
  groupTypes: [],
  isAssignableToRole: null,
  mail: null,
  mailEnabled: false,
  mailNickname: details.mailNickname ?? name.replace(/[^A-Za-z0-9._-]/g, '') ?? null,
  membershipRule: null,
  proxyAddresses: [],
  renewedDateTime: time(createdAt),
  securityEnabled: true,
  visibility: null,
})

const applicationItem = (
  { id, name, appId, details, createdAt }: DirectoryObject,
  credentials: readonly ShownCredential[],
  { domain }: Tenant,
): Item => ({
  id,
  deletedDateTime: null,
  appId,
  applicationTemplateId: null,
  createdDateTime: time(createdAt),
  displayName: name,
  description: details.description ?? null,
  groupMembershipClaims: null,
  identifierUris: identifierUrisOf({ details }),
  isFallbackPublicClient: details.isFallbackPublicClient ?? null,
  notes: details.notes ?? null,
  publisherDomain: domain,
  serviceManagementReference: details.serviceManagementReference ?? null,
  signInAudience: 'AzureADMyOrg',
  tags: details.tags ?? [],
  optionalClaims: details.optionalClaims ?? null,
  addIns: [],
  api: details.api ?? { knownClientApplications: [], oauth2PermissionScopes: [], preAuthorizedApplications: [] },
  appRoles: details.appRoles ?? [],
  keyCredentials: keyCredentials(credentials),
  passwordCredentials: passwordCredentials(credentials),
  publicClient: { redirectUris: [], ...(details.publicClient as Item | undefined) },
  requiredResourceAccess: details.requiredResourceAccess ?? [],
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    ...(details.web as Item | undefined),
  },
  spa: { redirectUris: [], ...(details.spa as Item | undefined) },
})

const servicePrincipalItem = (
  { id, name, appId, enabled, details, createdAt }: DirectoryObject,
  credentials: readonly ShownCredential[],
  application: DirectoryObject | undefined,
  tenant: Tenant,
): Item => ({
  id,
  deletedDateTime: null,
  accountEnabled: enabled,
  alternativeNames: [],
  appDisplayName: application?.name ?? name,
  appId,
  appOwnerOrganizationId: tenant.id,
  appRoleAssignmentRequired: false,
  createdDateTime: time(createdAt),
  description: details.description ?? null,
  displayName: name,
  homepage: null,
  loginUrl: null,
  logoutUrl: null,
  notes: details.notes ?? null,
  notificationEmailAddresses: details.notificationEmailAddresses ?? [],
  replyUrls: [],
  servicePrincipalNames: [appId, ...(application ? identifierUrisOf(application) : [])],
  servicePrincipalType: 'Application',
  signInAudience: 'AzureADMyOrg',
  tags: details.tags ?? [],
  addIns: [],
  appRoles: application?.details.appRoles ?? [],
  keyCredentials: keyCredentials(credentials),
  oauth2PermissionScopes: [],
  passwordCredentials: passwordCredentials(credentials),
})

/** @param text only where the secret was made in this request */
export const passwordCredential = ({ name, hint, keyId, startsAt, endsAt }: ShownCredential, text: string | null): Item => ({
  customKeyIdentifier: null,
  displayName: name,
  endDateTime: timeOrNull(endsAt),
  hint,
  keyId,
  secretText: text,
  startDateTime: time(startsAt),
})

const passwordCredentials = (credentials: readonly ShownCredential[]): Item[] =>
  credentials.filter(({ kind }) => kind === 'password').map((each) => passwordCredential(each, null))

const keyCredentials = (credentials: readonly ShownCredential[]): Item[] =>
  credentials.flatMap(({ kind, certificate, name, keyId, startsAt, endsAt }) => {
    if (kind !== 'certificate' || certificate === null) return []
    const item = {
      // Graph works it out itself: the certificate's SHA-1, as people know it.
      customKeyIdentifier: certificate.sha1.toUpperCase(),
      displayName: name,
      endDateTime: timeOrNull(endsAt),
      key: Buffer.from(certificate.der).toString('base64'),
      keyId,
      startDateTime: time(startsAt),
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
    }
    return [item]
  })
