import { unknownObject } from '#core/failures.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isGuid } from '#core/resource-id.ts'
import type { AskedBy } from '#ports/command.ts'
import type { DirectoryCommands, DirectoryObject, DirectoryReads, ObjectChange, StoredSecret } from '#ports/directory.ts'
import { checkedDisplayName } from './directory-names.ts'
import { changeObject, deleteObject, type DirectoryDeps, objectOf } from './directory.ts'
import { certificateFrom, checkedIdentifierUris, type NewCertificate, newServicePrincipal } from './new-applications.ts'
import { newClientSecret, type Validity } from './new-secrets.ts'

/** What carries client secrets and certificates. */
export type ApplicationKind = 'application' | 'servicePrincipal'

type Details = Readonly<Record<string, unknown>>
interface PrincipalChange {
  enabled?: boolean
  details?: Details
  certificates?: readonly NewCertificate[]
}

/**
 * The principal that an application acts as. Fails with `request-invalid` when there is no such application, `conflict`
 * when it has its principal.
 */
export async function createServicePrincipal(
  deps: DirectoryDeps,
  { appId, certificates = [], askedBy, ...given }: { appId: string } & PrincipalChange & AskedBy,
): Promise<DirectoryObject> {
  const application = await applicationOf(deps, { appId })
  if (!application) throw noSuchApplication(appId)
  const principal = newServicePrincipal(deps, application, given)
  const secrets = certificates.map((each) => certificateFrom(deps, principal.id, each))
  try {
    await deps.store.createDirectoryObjects({ objects: [principal], secrets, askedBy })
  } catch (error) {
    // It was deleted in between.
    throw error instanceof RegistryError && error.failure === 'parent-unknown' ? noSuchApplication(appId) : error
  }
  return principal
}

const noSuchApplication = (appId: string) =>
  new RegistryError(
    'request-invalid',
    `The appId '${appId.slice(0, 80)}' of the service principal does not reference a valid application object.`,
  )

/** A new name is the service principal's too. Fails with `not-found`, `request-invalid`, `conflict`. */
export function changeApplication(
  deps: DirectoryDeps,
  id: string,
  change: { displayName?: string; details?: Details; certificates?: readonly NewCertificate[] } & AskedBy,
): Promise<DirectoryObject> {
  const { displayName, details, certificates } = change
  const changed = async (before: DirectoryObject) => {
    const object = {
      ...before,
      ...(displayName === undefined ? {} : { name: checkedDisplayName(displayName) }),
      ...(details === undefined ? {} : { details: { ...before.details, ...details } }),
    }
    const identifierUris = details?.identifierUris === undefined ? {} : { identifierUris: checkedIdentifierUris(object) }
    return { object, ...identifierUris, ...(await certificateChange(deps, before.id, certificates)) }
  }
  return changeObject(deps, 'application', id, changed, change)
}

/** Fails with `not-found`, `request-invalid`. `enabled: false` ends its refresh tokens, and its access tokens at their next use. */
export function changeServicePrincipal(deps: DirectoryDeps, id: string, change: PrincipalChange & AskedBy): Promise<DirectoryObject> {
  const { enabled, details, certificates } = change
  const changed = async (before: DirectoryObject) => ({
    object: {
      ...before,
      ...(enabled === undefined ? {} : { enabled }),
      ...(details === undefined ? {} : { details: { ...before.details, ...details } }),
    },
    ...(await certificateChange(deps, before.id, certificates)),
  })
  return changeObject(deps, 'servicePrincipal', id, changed, change)
}

/** With its service principal. Fails with `not-found`. */
export const deleteApplication = (deps: { store: DirectoryCommands & DirectoryReads }, id: string, by?: AskedBy): Promise<void> =>
  deleteObject(deps, 'application', id, by)

/** The application stays. Fails with `not-found`. */
export const deleteServicePrincipal = (deps: { store: DirectoryCommands & DirectoryReads }, id: string, by?: AskedBy): Promise<void> =>
  deleteObject(deps, 'servicePrincipal', id, by)

/** A new client secret of an application or a service principal; its text is told this once. Fails with `not-found`, `request-invalid`. */
export async function addClientSecret(
  deps: DirectoryDeps,
  kind: ApplicationKind,
  id: string,
  { name, askedBy, ...validity }: Validity & { name: string | null } & AskedBy,
): Promise<{ text: string; secret: StoredSecret }> {
  const { id: objectId } = await objectOf(deps, kind, id)
  const made = newClientSecret(deps, { objectId, name }, validity)
  await deps.store.putSecret({ secret: made.secret, askedBy })
  return made
}

/** Fails with `not-found`. */
export async function removeClientSecret(
  deps: { store: DirectoryCommands & DirectoryReads },
  kind: ApplicationKind,
  id: string,
  { keyId, askedBy }: { keyId: string } & AskedBy,
): Promise<void> {
  const { id: objectId } = await objectOf(deps, kind, id)
  const secret = (await deps.store.secrets([objectId])).find((each) => each.keyId === keyId.toLowerCase() && each.kind === 'password')
  if (!secret) throw new RegistryError('not-found', `No password credential found with keyId '${keyId.slice(0, 80)}'.`)
  await deps.store.deleteSecret({ objectId, keyId: secret.keyId, askedBy })
}

/**
 * How the certificates of an object become the wanted ones: those that it has and that are named by their key ids stay,
 * others go, new ones come. Fails with `request-invalid`.
 */
async function certificateChange(
  deps: DirectoryDeps,
  objectId: string,
  wanted: readonly NewCertificate[] | undefined,
): Promise<Pick<ObjectChange, 'addSecrets' | 'removeSecrets'>> {
  if (!wanted) return {}
  const before = (await deps.store.secrets([objectId])).filter(({ kind }) => kind === 'certificate').map(({ keyId }) => keyId)
  const named = new Set(wanted.map((each) => each.keyId?.toLowerCase()))
  return {
    addSecrets: wanted
      .filter(({ keyId }) => keyId === undefined || !before.includes(keyId.toLowerCase()))
      .map((each) => certificateFrom(deps, objectId, each)),
    removeSecrets: before.filter((keyId) => !named.has(keyId)),
  }
}

/** @param name an application's id or object id, or a service principal's. Fails with `not-found`. */
export async function findApplication({ store }: { store: DirectoryReads }, kind: ApplicationKind, name: string): Promise<DirectoryObject> {
  if (!isGuid(name)) throw unknownObject(name)
  const found = (await store.directoryObjectsByAppId(name)).find((each) => each.kind === kind)
  return found ?? objectOf({ store }, kind, name)
}

/** The application that a service principal acts for. */
export const applicationOf = async (
  { store }: { store: DirectoryReads },
  { appId }: Pick<DirectoryObject, 'appId'>,
): Promise<DirectoryObject | undefined> =>
  appId === null ? undefined : (await store.directoryObjectsByAppId(appId)).find(({ kind }) => kind === 'application')
