import type { FailureRows } from './row.ts'

/** What Microsoft.Authorization says of roles and of who has them. */
export const authorizationFailures = {
  BadRequestFormat: { failure: 'request-invalid', words: (why: string) => `The request was incorrectly formatted: ${why}.` },
  CannotDeleteLastRbacAdminAssignment: {
    failure: 'precondition-failed',
    words: () =>
      'Cannot delete the last RBAC admin assignment: nobody would be left who owns everything. Give the role Owner at / to somebody else first.',
  },
  ConditionNotSupported: {
    failure: 'request-invalid',
    words: () => 'Conditions of role assignments are not supported: give the role at a narrower scope instead.',
  },
  InvalidActionOrNotAction: {
    failure: 'request-invalid',
    words: ({ action, mostWildcards }: { action: string; mostWildcards: number }) =>
      `'${action.slice(0, 200)}' does not match any of the actions supported by the providers: expected words between slashes, such as Microsoft.ContainerRegistry/registries/read, with up to ${mostWildcards} "*".`,
  },
  InvalidRoleAssignmentDescription: {
    failure: 'request-invalid',
    words: (most: number) => `The description of a role assignment has up to ${most} characters.`,
  },
  InvalidRoleAssignmentId: { failure: 'request-invalid', words: (sentence: string) => sentence },
  InvalidRoleDefinitionId: { failure: 'request-invalid', words: (sentence: string) => sentence },
  InvalidRoleDescription: {
    failure: 'request-invalid',
    words: (most: number) => `A role's description has up to ${most} characters.`,
  },
  InvalidRoleName: {
    failure: 'request-invalid',
    words: (most: number) => `A role's name ('roleName') has 1 to ${most} characters.`,
  },
  MissingAssignableScopes: { failure: 'request-invalid', words: () => 'A role has at least one entry in "assignableScopes".' },
  MissingPermissions: { failure: 'request-invalid', words: () => 'A role has at least one entry in "permissions".' },
  PrincipalNotFound: {
    failure: 'request-invalid',
    words: ({ id, tenant }: { id: string; tenant: string }) =>
      `Principal ${id.slice(0, 60).replaceAll('-', '')} does not exist in the directory ${tenant}. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype`,
  },
  RoleAssignmentExists: {
    failure: 'conflict',
    words: (other: string) =>
      `The role assignment already exists. The ID of the conflicting role assignment is ${other.replaceAll('-', '')}.`,
  },
  RoleAssignmentNotFound: { failure: 'not-found', words: (name: string) => `The role assignment '${name}' is not found.` },
  RoleAssignmentUpdateNotPermitted: {
    failure: 'request-invalid',
    words: () => 'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
  },
  RoleDefinitionDoesNotExist: { failure: 'not-found', words: (sentence: string) => sentence },
  RoleDefinitionHasAssignments: {
    failure: 'in-use',
    words: () => 'There are existing role assignments referencing role (code: RoleDefinitionHasAssignments).',
  },
  RoleDefinitionHasAssignmentsOutsideScopes: {
    failure: 'request-invalid',
    words: (scope: string) =>
      `The role is assigned at '${scope}', which the new assignable scopes do not take in: remove that assignment first.`,
  },
  RoleDefinitionLimitExceeded: {
    failure: 'request-invalid',
    words: () => 'Role definition limit exceeded. No more role definitions can be created.',
  },
  RoleDefinitionNotAssignableAtScope: {
    failure: 'request-invalid',
    words: ({ role, scope, scopes }: { role: string; scope: string; scopes: readonly string[] }) =>
      `The role definition '${role}' cannot be assigned at scope '${scope}': its assignable scopes are ${scopes.join(', ')}.`,
  },
  RoleDefinitionReadOnly: {
    failure: 'request-invalid',
    words: (role: string) => `The role '${role}' is built in: it can be neither changed nor deleted.`,
  },
  RoleDefinitionWithSameNameExists: {
    failure: 'conflict',
    words: (name: string) => `A role definition cannot be created or updated with the name '${name}': another role has it.`,
  },
  TooManyActions: { failure: 'request-invalid', words: (most: number) => `A role names up to ${most} actions.` },
  TooManyAssignableScopes: { failure: 'request-invalid', words: (most: number) => `A role has up to ${most} assignable scopes.` },
  UnmatchedPrincipalType: {
    failure: 'request-invalid',
    words: ({ id, type, given }: { id: string; type: string; given: string }) =>
      `The PrincipalId '${id.replaceAll('-', '')}' has type '${type}' , which is different from specified PrincipalType '${given.slice(0, 40)}'.`,
  },
  UnsupportedQuery: {
    failure: 'request-invalid',
    words: () =>
      "The filter is not supported. Supported filters are atScope(), principalId eq '{value}', assignedTo('{value}'), also joined with 'and'.",
  },
} as const satisfies FailureRows
