import { controlError } from '#core/control-error.ts'
import { isGuid, type ResourceId } from '#core/resource-id.ts'

export const provider = 'providers/Microsoft.Authorization'

/** A role's id as it is seen from a scope: clients compare the id in an assignment with the one in a list of the same scope. */
export const roleIdSeenFrom = ({ subscriptionId }: ResourceId, id: string): string =>
  `${subscriptionId === null ? '' : `/subscriptions/${subscriptionId}`}/${provider}/roleDefinitions/${id}`

/** The name of a role or an assignment. Fails with `request-invalid`. */
export function parseGuid(name: string): string {
  if (isGuid(name)) return name.toLowerCase()
  throw controlError('InvalidRoleAssignmentId', `The name '${name.slice(0, 60)}' is not valid: it must be a GUID.`)
}

/** Who changed it with the data directory itself has no id in the directory. */
export const principalOf = (id: string | null): string | null => (id === 'operator' ? null : id)
