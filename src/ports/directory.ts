import type { Command } from './command.ts'
import type { RoleAssignment } from './roles.ts'

export const directoryKinds = ['user', 'servicePrincipal', 'application', 'group'] as const

export type DirectoryKind = (typeof directoryKinds)[number]

export interface DirectoryObject {
  id: string
  kind: DirectoryKind
  /** For people. */
  name: string
  /** A user's principal name, lower case; one in the directory. */
  login: string | null
  /** An application and its service principal share it. */
  appId: string | null
  enabled: boolean
  /** What Graph keeps and the house does not read. */
  details: Readonly<Record<string, unknown>>
  createdAt: number
}

/** As it is read: `version` grows with each change of the object and of its secrets. */
export interface StoredObject extends DirectoryObject {
  version: number
}

export interface StoredSecret {
  keyId: string
  /** A user, or an application; what an application has is good for its service principal too. */
  objectId: string
  kind: 'password' | 'certificate'
  name: string | null
  /** A password's Argon2id string, or SHA-256 in hex of a secret that we made of 256 random bits; of a certificate, SHA-256 of its DER. */
  hash: string
  /** The first characters of a client secret; a certificate's PEM. */
  hint: string | null
  certificate: string | null
  startsAt: number
  /** Null: it does not end. */
  endsAt: number | null
}

/** A user or a service principal, and what it can prove itself with: its own secrets, and its application's. */
export interface PrincipalWithSecrets {
  principal: StoredObject
  /** Grows each time that it is switched off. */
  generation: number
  /** As `secrets` has them. */
  secrets: StoredSecret[]
}

export interface DirectoryFilter {
  kinds: readonly DirectoryKind[]
  field?: 'name' | 'appId' | 'login'
  /** Without case. */
  equals?: string
  startsWith?: string
}

export interface Tenant {
  id: string
  /** What users' principal names end with. */
  domain: string
}

export interface DirectoryReads {
  /** Undefined before the first start has made it. */
  tenant(): Promise<Tenant | undefined>
  directoryObject(id: string): Promise<StoredObject | undefined>
  /** The application and its service principal. */
  directoryObjectsByAppId(appId: string): Promise<StoredObject[]>
  userByLogin(login: string): Promise<StoredObject | undefined>
  /** In id order. */
  directoryObjects(filter: DirectoryFilter, page: { after: string; limit: number }): Promise<StoredObject[]>
  /** At most `limit` of those, in no order: tells cheaply whether a filter finds few. */
  directoryMatches(filter: DirectoryFilter, limit: number): Promise<StoredObject[]>
  /** Of these objects, the newest of each first: in the order in which they came, whatever their times. */
  secrets(objectIds: readonly string[]): Promise<StoredSecret[]>
  /** Direct members, in id order. */
  groupMembers(groupId: string, page: { after: string; limit: number }): Promise<StoredObject[]>
  /** The groups that name it as a member themselves, in id order. */
  directGroupsOf(memberId: string): Promise<StoredObject[]>
  /** Through any number of groups. */
  groupsOf(memberId: string): Promise<StoredObject[]>
  /** Undefined also for what cannot sign in. */
  principalWithSecrets(principalId: string): Promise<PrincipalWithSecrets | undefined>
}

export interface DirectoryCommands {
  /** `conflict` when there is one. */
  putTenant: Command<Tenant, void>
  /**
   * What begins together is made together. `conflict` when another object has the id, the login, the application id or an
   * identifier URI, or another secret the keyId; `parent-unknown` for a service principal whose application is not there;
   * `request-invalid` when details are too large; for a role as `putRoleAssignment` fails.
   */
  createDirectoryObjects: Command<
    {
      objects: readonly DirectoryObject[]
      secrets?: readonly StoredSecret[]
      /** Of the application among them. */
      identifierUris?: readonly string[]
      roleAssignment?: RoleAssignment
    },
    void
  >
  /** Makes or replaces, and all that changes with it. An application's new name is its service principal's too. Fails as named there. */
  putDirectoryObject: Command<ObjectChange, void>
  /** With its secrets, memberships and sign-ins; an application's service principal and the sign-ins of its client id. `not-found`. */
  deleteDirectoryObject: Command<{ id: string }, void>
  /** `not-found`; `conflict` when another secret has the keyId; `request-invalid` when the object has too many. */
  putSecret: Command<{ secret: StoredSecret }, void>
  /** `not-found`. */
  deleteSecret: Command<{ objectId: string; keyId: string }, void>
  /** `not-found`, also for a group that is none; `conflict` for who is in it; `request-invalid` when the group would hold itself. */
  putGroupMember: Command<{ groupId: string; memberId: string }, void>
  deleteGroupMember: Command<{ groupId: string; memberId: string }, void>
}

/**
 * One that is switched off gets another generation. `precondition-failed` when the object is not as `expect` says, and as
 * `createDirectoryObjects` does.
 */
export interface ObjectChange {
  object: DirectoryObject
  /** The version that was read; null: there is none yet; absent: whatever is there. */
  expect?: number | null
  addSecrets?: readonly StoredSecret[]
  /** By keyId. */
  removeSecrets?: readonly string[]
  /** All that it has from now on; absent: as they are. */
  identifierUris?: readonly string[]
  /** What came of its signing in ends. */
  endSignIns?: boolean
}

/**
 * Who there is: the embedded directory's objects, what they prove themselves with, and who belongs to which group.
 * Whoever disables, deletes, takes out of a group or takes a role away: where a user or a service principal that is enabled
 * holds Owner at `/`, itself or through groups, one does afterwards, or the command fails with `in-use`, `lastOwner` in its
 * detail.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Directory extends DirectoryReads, DirectoryCommands {}
