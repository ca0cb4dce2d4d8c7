import { unknownObject } from '#core/failures.ts'
import type { Caller } from '#core/access.ts'
import { isGuid } from '#core/resource-id.ts'
import type { AskedBy } from '#ports/command.ts'
import type { DirectoryCommands, DirectoryObject, DirectoryReads } from '#ports/directory.ts'
import { newAssignment } from '../authorization/assign-role.ts'
import { checkedDisplayName, checkedLogin } from './directory-names.ts'
import { changeObject, deleteObject, type DirectoryDeps, objectOf, tenantOf } from './directory.ts'
import { makePassword, newPassword } from './new-secrets.ts'

export interface NewUser {
  /** With or without `@<tenant's domain>`. */
  login: string
  /** The part before the `@` when absent. */
  displayName?: string
  /** Made when absent. */
  password?: string
  enabled?: boolean
  /** What Graph keeps. */
  details?: Readonly<Record<string, unknown>>
  /** Held from the first moment on. */
  role?: { role: string; scopeId: string; by: Caller }
}

export interface UserChange {
  login?: string
  displayName?: string
  enabled?: boolean
  /** Null takes a value away. */
  details?: Readonly<Record<string, unknown>>
  password?: string
}

/** Fails with `request-invalid` for a name or password that may not be, `conflict` when another user has the name. */
export async function createUser(deps: DirectoryDeps, input: NewUser & AskedBy): Promise<{ user: DirectoryObject; password: string }> {
  const login = checkedLogin(input.login, await tenantOf(deps))
  const user: DirectoryObject = {
    id: deps.ids.next(),
    kind: 'user',
    name: checkedDisplayName(input.displayName ?? login.slice(0, login.lastIndexOf('@'))),
    login,
    appId: null,
    enabled: input.enabled ?? true,
    details: input.details ?? {},
    createdAt: deps.clock.now(),
  }
  const password = input.password ?? makePassword(deps.random)
  const secret = await newPassword(deps, user.id, password)
  const roleAssignment = input.role && (await newAssignment(deps, { principal: user, ...input.role }))
  const made = { objects: [user], secrets: [secret], ...(roleAssignment && { roleAssignment }) }
  await deps.store.createDirectoryObjects({ ...made, askedBy: input.askedBy })
  return { user, password }
}

/** @param name an object id, or a principal name with or without its domain. Fails with `not-found`. */
export async function findUser(deps: { store: DirectoryReads }, name: string): Promise<DirectoryObject> {
  // First as an id: no name of a user can stand for another one's id.
  if (isGuid(name)) return objectOf(deps, 'user', name)
  const { domain } = await tenantOf(deps)
  const found = await deps.store.userByLogin(name.includes('@') ? name : `${name}@${domain}`)
  if (found) return found
  throw unknownObject(name)
}

/** Fails with `not-found`, `request-invalid`, `conflict`. A new password or `enabled: false` ends the user's refresh tokens. */
export async function changeUser(deps: DirectoryDeps, id: string, change: UserChange & AskedBy): Promise<DirectoryObject> {
  const tenant = await tenantOf(deps)
  const { login, displayName, enabled, details, password } = change
  // A password that may not be is refused before anything is changed.
  const secret = password === undefined ? undefined : await newPassword(deps, id, password)
  const changed = async (before: DirectoryObject) => ({
    object: {
      ...before,
      ...(login === undefined ? {} : { login: checkedLogin(login, tenant) }),
      ...(displayName === undefined ? {} : { name: checkedDisplayName(displayName) }),
      ...(enabled === undefined ? {} : { enabled }),
      ...(details === undefined ? {} : { details: { ...before.details, ...details } }),
    },
    ...(secret && { addSecrets: [secret], removeSecrets: await keyIdsOf(deps, before.id), endSignIns: true }),
  })
  return changeObject(deps, 'user', id, changed, change)
}

const keyIdsOf = async ({ store }: { store: DirectoryReads }, id: string): Promise<string[]> =>
  (await store.secrets([id])).filter(({ kind }) => kind === 'password').map(({ keyId }) => keyId)

/** With its memberships and refresh tokens. Fails with `not-found`. */
export const deleteUser = (deps: { store: DirectoryCommands & DirectoryReads }, id: string, by?: AskedBy): Promise<void> =>
  deleteObject(deps, 'user', id, by)
