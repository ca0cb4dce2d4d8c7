/**
 * Who there is: the embedded directory's objects, what they prove themselves with, who belongs to which group, and
 * sign-ins under way. Part of the metadata store; its promises are those of `metadata-store.ts`.
 */
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
export interface StoredStanding {
  principal: DirectoryObject
  /** Grows each time that it is switched off. */
  generation: number
  /** As `secrets` has them. */
  secrets: StoredSecret[]
}

/** A code, a device's question or a refresh token; known by the hash of what the client holds. */
export interface StoredSignIn {
  id: string
  kind: 'code' | 'device' | 'refresh'
  /** A device's second name: what the person types. */
  userCode: string | null
  /** Null until somebody answered. */
  principalId: string | null
  /** `replaced`: a refresh token that another one stands for now. */
  state: 'asked' | 'granted' | 'refused' | 'replaced'
  clientId: string
  /** Refresh tokens that came of one another end together; null for what is none. */
  family: string | null
  details: Readonly<Record<string, unknown>>
  createdAt: number
  expiresAt: number
}

/** A role held by a principal itself or through its groups. */
export interface StoredRight {
  /** A resource key (core/resource-id.ts). */
  scope: string
  roleId: string
  /** JSON of a custom role's permissions; null for a built-in one. */
  permissions: string | null
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
  directoryObject(id: string): Promise<DirectoryObject | undefined>
  /** The application and its service principal. */
  directoryObjectsByAppId(appId: string): Promise<DirectoryObject[]>
  userByLogin(login: string): Promise<DirectoryObject | undefined>
  /** In id order. */
  directoryObjects(filter: DirectoryFilter, page: { after: string; limit: number }): Promise<DirectoryObject[]>
  /** At most `limit` of those, in no order: tells cheaply whether a filter finds few. */
  directoryMatches(filter: DirectoryFilter, limit: number): Promise<DirectoryObject[]>
  /** Of these objects, the newest of each first: in the order in which they came, whatever their times. */
  secrets(objectIds: readonly string[]): Promise<StoredSecret[]>
  /** Direct members, in id order. */
  groupMembers(groupId: string, page: { after: string; limit: number }): Promise<DirectoryObject[]>
  /** The groups that name it as a member themselves, in id order. */
  directGroupsOf(memberId: string): Promise<DirectoryObject[]>
  /** Through any number of groups. */
  groupsOf(memberId: string): Promise<DirectoryObject[]>
  /** Undefined also for what cannot sign in. */
  standing(principalId: string): Promise<StoredStanding | undefined>
  rights(principalId: string): Promise<StoredRight[]>
  /** When a credential was last shown from an address; undefined when it never was, or that was forgotten. */
  familiarAddress(credential: string, address: string): Promise<number | undefined>
  signIn(id: string): Promise<StoredSignIn | undefined>
  signInByUserCode(userCode: string): Promise<StoredSignIn | undefined>
}

type Command<Input, Output> = (input: Input) => Promise<Output>

/**
 * Whoever disables, deletes, takes out of a group or takes a role away: where a user or a service principal that is enabled
 * holds Owner at `/`, itself or through groups, one does afterwards, or the command fails with `in-use`, `lastOwner` in its
 * detail.
 */
export interface DirectoryCommands {
  /** `conflict` when there is one. */
  putTenant: Command<Tenant, void>
  /**
   * Makes or replaces. One that is switched off gets another generation. `conflict` when another object has the login or the
   * application id; `request-invalid` when its details are too large.
   */
  putDirectoryObject: Command<{ object: DirectoryObject; secrets?: readonly StoredSecret[] }, void>
  /** With its secrets, memberships and sign-ins; an application's, those of its client id. `not-found`. */
  deleteDirectoryObject: Command<{ id: string }, void>
  /** `not-found`; `conflict` when another secret has the keyId; `request-invalid` when the object has too many. */
  putSecret: Command<{ secret: StoredSecret; replacesOthers: boolean }, void>
  /** `not-found`. */
  deleteSecret: Command<{ objectId: string; keyId: string }, void>
  /** `not-found`, also for a group that is none; `request-invalid` when the group would hold itself. */
  putGroupMember: Command<{ groupId: string; memberId: string }, void>
  deleteGroupMember: Command<{ groupId: string; memberId: string }, void>
  /** `conflict` when another one has the id or the user code. */
  putSignIn: Command<{ signIn: StoredSignIn }, void>
  /** A device's question is answered. `not-found` when it was answered before or has ended. */
  answerSignIn: Command<
    { id: string; principalId: string; state: 'granted' | 'refused'; details: StoredSignIn['details']; now: number },
    void
  >
  /** Gives it out and removes it: once. Undefined when there is none, or it has ended. */
  takeSignIn: Command<{ id: string; now: number }, StoredSignIn | undefined>
  /**
   * Another refresh token takes its place; `details` become those of the one that is replaced. Gives its details as they
   * stand: of two at once, both get those of the first. Undefined when it is gone.
   */
  replaceSignIn: Command<{ id: string; details: StoredSignIn['details']; by: StoredSignIn }, StoredSignIn['details'] | undefined>
  /** All refresh tokens of a principal, or of a family, end. */
  endSignIns: Command<{ principalId: string } | { family: string }, void>
  /** A credential was shown from an address: kept for the `most` seen last, and for what was seen after `since`. */
  noteAddress: Command<{ principalId: string; credential: string; address: string; now: number; since: number; most: number }, void>
  reapSignIns: Command<{ now: number; limit: number }, number>
}
