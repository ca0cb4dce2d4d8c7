import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import type { DirectoryObject, StoredSecret } from '#ports/directory.ts'
import { checkedDisplayName, checkedIdentifierUri } from './directory-names.ts'
import { changeObject, deleteObject, type DirectoryDeps, everyObject, inTurn, noSuchObject, objectOf } from './directory.ts'
import { newClientSecret, newCertificate, type Validity } from './new-secrets.ts'

/** What carries client secrets and certificates. */
export type ApplicationKind = 'application' | 'servicePrincipal'

export interface NewCertificate {
  /** Kept when it is one of the object's; the PEM may then be absent. */
  keyId?: string
  name: string | null
  pem?: string
  within?: Partial<Validity>
}

type Details = Readonly<Record<string, unknown>>

/** Fails with `request-invalid`, `conflict` when another application has one of the identifier URIs. */
export async function createApplication(
  deps: DirectoryDeps,
  { displayName, details = {}, certificates = [] }: { displayName: string; details?: Details; certificates?: readonly NewCertificate[] },
): Promise<DirectoryObject> {
  const application: DirectoryObject = {
    id: deps.ids.next(),
    kind: 'application',
    name: checkedDisplayName(displayName),
    login: null,
    appId: deps.ids.next(),
    enabled: true,
    details,
    createdAt: deps.clock.now(),
  }
  const secrets = certificates.map((each) => certificateFrom(deps, application.id, each))
  return inTurn(deps.store, async () => {
    await checkIdentifierUris(deps, application)
    await deps.store.putDirectoryObject({ object: application, secrets })
    return application
  })
}

/**
 * The principal that an application acts as. Fails with `request-invalid` when there is no such application, `conflict`
 * when it has its principal.
 */
export async function createServicePrincipal(
  { store, ids, clock }: DirectoryDeps,
  { appId, enabled = true, details = {} }: { appId: string; enabled?: boolean; details?: Details },
): Promise<DirectoryObject> {
  return inTurn(store, async () => {
    const application = (await store.directoryObjectsByAppId(appId)).find(({ kind }) => kind === 'application')
    if (!application)
      throw new RegistryError(
        'request-invalid',
        `The appId '${appId.slice(0, 80)}' of the service principal does not reference a valid application object.`,
      )
    const principal: DirectoryObject = {
      id: ids.next(),
      kind: 'servicePrincipal',
      name: application.name,
      login: null,
      appId: application.appId,
      enabled,
      details,
      createdAt: clock.now(),
    }
    await store.putDirectoryObject({ object: principal })
    return principal
  })
}

/** A new name is the service principal's too. Fails with `not-found`, `request-invalid`, `conflict`. */
export async function changeApplication(
  deps: DirectoryDeps,
  id: string,
  { displayName, details }: { displayName?: string; details?: Details },
): Promise<DirectoryObject> {
  const application = await changeObject(deps, 'application', id, async (before) => {
    const after = {
      ...before,
      ...(displayName === undefined ? {} : { name: checkedDisplayName(displayName) }),
      ...(details === undefined ? {} : { details: { ...before.details, ...details } }),
    }
    await checkIdentifierUris(deps, after)
    return after
  })
  const principal = displayName === undefined ? undefined : await principalOf(deps, application)
  if (principal) await changeObject(deps, 'servicePrincipal', principal.id, (before) => ({ ...before, name: application.name }))
  return application
}

/** Fails with `not-found`. `enabled: false` ends its refresh tokens, and its access tokens at their next use. */
export const changeServicePrincipal = (
  deps: DirectoryDeps,
  id: string,
  { enabled, details }: { enabled?: boolean; details?: Details },
): Promise<DirectoryObject> =>
  changeObject(deps, 'servicePrincipal', id, (before) => ({
    ...before,
    ...(enabled === undefined ? {} : { enabled }),
    ...(details === undefined ? {} : { details: { ...before.details, ...details } }),
  }))

/** With its service principal. Fails with `not-found`. */
export async function deleteApplication(deps: Pick<DirectoryDeps, 'store'>, id: string): Promise<void> {
  const application = await objectOf(deps, 'application', id)
  const principal = await principalOf(deps, application)
  // First what signs in: an end in between leaves an application that can do nothing.
  if (principal) await deleteObject(deps, 'servicePrincipal', principal.id)
  await deleteObject(deps, 'application', application.id)
}

/** The application stays. Fails with `not-found`. */
export const deleteServicePrincipal = (deps: Pick<DirectoryDeps, 'store'>, id: string): Promise<void> =>
  deleteObject(deps, 'servicePrincipal', id)

/** A new client secret of an application or a service principal; its text is told this once. Fails with `not-found`, `request-invalid`. */
export async function addClientSecret(
  deps: DirectoryDeps,
  kind: ApplicationKind,
  id: string,
  { name, ...validity }: Validity & { name: string | null },
): Promise<{ text: string; secret: StoredSecret }> {
  const { id: objectId } = await objectOf(deps, kind, id)
  const made = newClientSecret(deps, { objectId, name }, validity)
  await deps.store.putSecret({ secret: made.secret, replacesOthers: false })
  return made
}

/** Fails with `not-found`. */
export async function removeClientSecret(
  deps: Pick<DirectoryDeps, 'store'>,
  kind: ApplicationKind,
  id: string,
  keyId: string,
): Promise<void> {
  const { id: objectId } = await objectOf(deps, kind, id)
  const secret = (await deps.store.secrets([objectId])).find((each) => each.keyId === keyId.toLowerCase() && each.kind === 'password')
  if (!secret) throw new RegistryError('not-found', `No password credential found with keyId '${keyId.slice(0, 80)}'.`)
  await deps.store.deleteSecret({ objectId, keyId: secret.keyId })
}

/**
 * Makes these its certificates: those that it has and that are named by their key ids stay, others go, new ones come.
 * Fails with `not-found`, `request-invalid`.
 */
export async function replaceCertificates(
  deps: DirectoryDeps,
  kind: ApplicationKind,
  id: string,
  wanted: readonly NewCertificate[],
): Promise<void> {
  await inTurn(deps.store, async () => {
    const { id: objectId } = await objectOf(deps, kind, id)
    const had = (await deps.store.secrets([objectId])).filter((each) => each.kind === 'certificate')
    const kept = new Set(wanted.map((each) => each.keyId?.toLowerCase()))
    const isNew = (each: NewCertificate) => !had.some(({ keyId }) => keyId === each.keyId?.toLowerCase())
    // All are read before the first is written.
    const added = wanted.filter(isNew).map((each) => certificateFrom(deps, objectId, each))
    for (const secret of added) await deps.store.putSecret({ secret, replacesOthers: false })
    for (const { keyId } of had) if (!kept.has(keyId)) await deps.store.deleteSecret({ objectId, keyId })
  })
}

/** @param name an application's id or object id, or a service principal's. Fails with `not-found`. */
export async function findApplication(
  { store }: Pick<DirectoryDeps, 'store'>,
  kind: ApplicationKind,
  name: string,
): Promise<DirectoryObject> {
  if (!isGuid(name)) throw noSuchObject(name)
  const found = (await store.directoryObjectsByAppId(name)).find((each) => each.kind === kind)
  return found ?? objectOf({ store }, kind, name)
}

/** The application's principal, if it has one. */
export const principalOf = async (
  { store }: Pick<DirectoryDeps, 'store'>,
  { appId }: Pick<DirectoryObject, 'appId'>,
): Promise<DirectoryObject | undefined> =>
  appId === null ? undefined : (await store.directoryObjectsByAppId(appId)).find(({ kind }) => kind === 'servicePrincipal')

export const identifierUrisOf = ({ details }: Pick<DirectoryObject, 'details'>): readonly string[] =>
  Array.isArray(details.identifierUris) ? (details.identifierUris as string[]) : []

function certificateFrom(deps: DirectoryDeps, objectId: string, { keyId, name, pem, within }: NewCertificate): StoredSecret {
  if (pem === undefined) throw new RegistryError('request-invalid', 'a certificate that is not there yet needs its key')
  if (keyId !== undefined && !isGuid(keyId)) throw new RegistryError('request-invalid', 'the keyId of a certificate is a GUID')
  return newCertificate(deps, { objectId, name, ...(keyId === undefined ? {} : { keyId: keyId.toLowerCase() }) }, pem, within)
}

async function checkIdentifierUris(deps: Pick<DirectoryDeps, 'store'>, application: DirectoryObject): Promise<void> {
  const wanted = new Set(identifierUrisOf(application).map((each) => checkedIdentifierUri(each).toLowerCase()))
  if (wanted.size === 0) return
  for await (const other of everyObject(deps, ['application']))
    if (other.id !== application.id && identifierUrisOf(other).some((each) => wanted.has(each.toLowerCase())))
      throw new RegistryError('conflict', 'Another object with the same value for property identifierUris already exists.')
}
