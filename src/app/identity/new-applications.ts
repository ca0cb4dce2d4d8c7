import type { Caller } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import type { AskedBy } from '#ports/command.ts'
import type { DirectoryObject, StoredSecret } from '#ports/directory.ts'
import type { RoleAssignment } from '#ports/roles.ts'
import { newAssignment } from '../authorization/assign-role.ts'
import { mustBeAllowed } from '../authorization/authority.ts'
import { checkedDisplayName, checkedIdentifierUri } from './directory-names.ts'
import type { DirectoryDeps } from './directory.ts'
import { newCertificate, newClientSecret, type Validity } from './new-secrets.ts'

export interface NewCertificate {
  /** Kept when it is one of the object's; the PEM may then be absent. */
  keyId?: string
  name: string | null
  pem?: string
  within?: Partial<Validity>
}

type Details = Readonly<Record<string, unknown>>

export interface NewApplication {
  displayName: string
  details?: Details
  certificates?: readonly NewCertificate[]
}

/** Fails with `request-invalid`, `conflict` when another application has one of the identifier URIs. */
export async function createApplication(deps: DirectoryDeps, given: NewApplication & AskedBy): Promise<DirectoryObject> {
  const { application, secrets, identifierUris } = prepared(deps, given)
  await deps.store.createDirectoryObjects({ objects: [application], secrets, identifierUris, askedBy: given.askedBy })
  return application
}

export interface WholeApplication {
  application: DirectoryObject
  principal: DirectoryObject
  /** Its text is told this once. */
  secret: { text: string; secret: StoredSecret } | undefined
  role: RoleAssignment | undefined
}

/**
 * An application, the service principal that it acts as, what it signs in with and a role, all at once or nothing: one command.
 * Fails as each of these does; with `denied` for whoever may not make service principals, or give that role.
 */
export async function createWholeApplication(
  deps: DirectoryDeps,
  { by, secret: asked, role: wanted, ...given }: NewApplication & { by: Caller; secret?: Secret; role?: { role: string; scopeId: string } },
): Promise<WholeApplication> {
  mustBeAllowed(by, 'Microsoft.Authorization/directory/servicePrincipals/write', '')
  const { application, secrets, identifierUris } = prepared(deps, given)
  const principal = newServicePrincipal(deps, application)
  const secret = asked && newClientSecret(deps, { objectId: application.id, name: asked.name }, asked)
  const role = wanted && (await newAssignment(deps, { principal, by, ...wanted }))
  await deps.store.createDirectoryObjects({
    objects: [application, principal],
    secrets: secret ? [...secrets, secret.secret] : secrets,
    identifierUris,
    ...(role && { roleAssignment: role }),
    askedBy: by.id,
  })
  return { application, principal, secret, role }
}

type Secret = Validity & { name: string | null }

function prepared(deps: DirectoryDeps, { certificates = [], ...given }: NewApplication) {
  const application = newApplication(deps, given)
  const secrets = certificates.map((each) => certificateFrom(deps, application.id, each))
  return { application, secrets, identifierUris: checkedIdentifierUris(application) }
}

/** What an application is before it is written. Fails with `request-invalid`. */
const newApplication = (
  { ids, clock }: Pick<DirectoryDeps, 'ids' | 'clock'>,
  { displayName, details = {} }: NewApplication,
): DirectoryObject => ({
  id: ids.next(),
  kind: 'application',
  name: checkedDisplayName(displayName),
  login: null,
  appId: ids.next(),
  enabled: true,
  details,
  createdAt: clock.now(),
})

/** What an application acts as, before it is written. */
export const newServicePrincipal = (
  { ids, clock }: Pick<DirectoryDeps, 'ids' | 'clock'>,
  application: DirectoryObject,
  { enabled = true, details = {} }: { enabled?: boolean; details?: Details } = {},
): DirectoryObject => ({
  id: ids.next(),
  kind: 'servicePrincipal',
  name: application.name,
  login: null,
  appId: application.appId,
  enabled,
  details,
  createdAt: clock.now(),
})

export const identifierUrisOf = ({ details }: Pick<DirectoryObject, 'details'>): readonly string[] =>
  Array.isArray(details.identifierUris) ? (details.identifierUris as string[]) : []

/** Fails with `request-invalid`. */
export function certificateFrom(deps: DirectoryDeps, objectId: string, { keyId, name, pem, within }: NewCertificate): StoredSecret {
  if (pem === undefined) throw new RegistryError('request-invalid', 'a certificate that is not there yet needs its key')
  if (keyId !== undefined && !isGuid(keyId)) throw new RegistryError('request-invalid', 'the keyId of a certificate is a GUID')
  return newCertificate(deps, { objectId, name, ...(keyId === undefined ? {} : { keyId: keyId.toLowerCase() }) }, pem, within)
}

export const checkedIdentifierUris = (application: DirectoryObject): string[] => identifierUrisOf(application).map(checkedIdentifierUri)
