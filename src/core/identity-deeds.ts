/**
 * What an operator does with the directory and with roles: part of Maintenance, with its promises. People are named by
 * principal name (without `@` in the directory's own domain) or id, applications by their id or a name that only one
 * has, groups by id or such a name. Fails with `not-found`, `conflict` for a name that several have, `request-invalid`, and
 * with the refusal `last-owner` when nobody would be left who owns everything.
 */
export interface IdentityDeeds {
  /** An application, its service principal, a credential, and a role where one is named: all of it or nothing. */
  createServicePrincipal(input: NewServicePrincipal): Promise<ServicePrincipalCredential>
  listServicePrincipals(): Promise<ServicePrincipalSummary[]>
  showServicePrincipal(input: { principal: string }): Promise<ServicePrincipalSummary>
  /** With its application. */
  deleteServicePrincipal(input: { principal: string }): Promise<ServicePrincipalSummary>
  /** A new credential; the ones before end, unless `append`. */
  resetServicePrincipal(input: { principal: string; append: boolean } & NewCredential): Promise<ServicePrincipalCredential>
  /** A password is made when none is given. */
  createUser(input: { name: string; password?: string; displayName?: string }): Promise<UserCredential>
  resetUserPassword(input: { user: string; password?: string }): Promise<UserCredential>
  listUsers(): Promise<UserSummary[]>
  showUser(input: { user: string }): Promise<UserSummary>
  enableUser(input: { user: string; enabled: boolean }): Promise<UserSummary>
  deleteUser(input: { user: string }): Promise<UserSummary>
  createGroup(input: { name: string }): Promise<GroupSummary>
  listGroups(): Promise<GroupSummary[]>
  showGroup(input: { group: string }): Promise<GroupSummary>
  deleteGroup(input: { group: string }): Promise<GroupSummary>
  addGroupMember(input: { group: string; member: string }): Promise<GroupSummary>
  removeGroupMember(input: { group: string; member: string }): Promise<GroupSummary>
  /** Without a scope: the subscription that the first start made. */
  giveRole(input: { assignee: string; role: string; scope?: string }): Promise<RoleSummary>
  /** All that fit; all there are when nothing is named. */
  listRoles(input: { assignee?: string; scope?: string }): Promise<RoleSummary[]>
  /** `not-found` when it was not given. */
  takeRole(input: { assignee: string; role: string; scope?: string }): Promise<RoleSummary>
}

export interface NewCredential {
  /** How long a secret is good; 1 when absent. A certificate is good for as long as it says. */
  years?: number
  /** A certificate's PEM: instead of a secret. */
  certificate?: string
}

export interface NewServicePrincipal extends NewCredential {
  name: string
  role?: string
  scope?: string
}

/** As `az ad sp create-for-rbac` prints it; no password where a certificate was given. */
export interface ServicePrincipalCredential {
  appId: string
  displayName: string
  password: string | null
  tenant: string
}

export interface ServicePrincipalSummary {
  appId: string
  displayName: string
  id: string
  enabled: boolean
  credentials: { keyId: string; kind: 'password' | 'certificate'; name: string | null; endsAt: string | null }[]
}

export interface UserCredential {
  userPrincipalName: string
  password: string
  id: string
}

export interface UserSummary {
  userPrincipalName: string
  displayName: string
  id: string
  enabled: boolean
}

export interface GroupSummary {
  displayName: string
  id: string
  members: { id: string; kind: 'user' | 'group' | 'servicePrincipal'; name: string }[]
}

export interface RoleSummary {
  /** Empty when there is no such principal any more. */
  principalName: string
  principalType: string
  principalId: string
  role: string
  scope: string
}
