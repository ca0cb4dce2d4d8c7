import type { Command } from './command.ts'

export interface RoleAssignment {
  /** Its name, a GUID. */
  name: string
  /** A resource key. */
  scope: string
  /** As it was written. */
  scopeId: string
  principalId: string
  principalType: string
  roleId: string
  details: Readonly<Record<string, unknown>>
  createdAt: number
  createdBy: string
}

export interface CustomRole {
  /** A GUID. */
  id: string
  name: string
  description: string
  permissions: string
  assignableScopes: readonly string[]
  createdAt: number
  createdBy: string
  changedAt: number
}

/** A role held by a principal itself or through its groups. */
export interface StoredRight {
  /** A resource key (core/resource-id.ts). */
  scope: string
  roleId: string
  /** JSON of a custom role's permissions; null for a built-in one. */
  permissions: string | null
}

export interface RoleReads {
  /** In the order of scope and name. `at`: exactly these scopes; `within`: there or below. */
  roleAssignments(
    query: { at?: readonly string[]; within?: string; principalIds?: readonly string[] },
    page: { after: string; limit: number },
  ): Promise<RoleAssignment[]>
  roleAssignment(scope: string, name: string): Promise<RoleAssignment | undefined>
  /** In the order of names. */
  customRoles(): Promise<CustomRole[]>
  customRole(id: string): Promise<CustomRole | undefined>
  rights(principalId: string): Promise<StoredRight[]>
}

export interface RoleCommands {
  /** `not-found` when the scope or the role is not there, `conflict` when the same role is given twice. */
  putRoleAssignment: Command<{ assignment: RoleAssignment }, { created: boolean }>
  /** `in-use` when nobody would be left who owns everything (below). */
  deleteRoleAssignment: Command<{ scope: string; name: string }, RoleAssignment | undefined>
  /** `conflict` when another role has the name. */
  putCustomRole: Command<{ role: CustomRole }, { created: boolean }>
  /** `in-use` while it is assigned. */
  deleteCustomRole: Command<{ id: string }, CustomRole | undefined>
}

/**
 * Who holds which role where.
 * Whoever disables, deletes, takes out of a group or takes a role away: where a user or a service principal that is enabled
 * holds Owner at `/`, itself or through groups, one does afterwards, or the command fails with `in-use`, `lastOwner` in its
 * detail.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Roles extends RoleReads, RoleCommands {}
