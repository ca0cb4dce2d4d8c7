import type { ResourceId } from '#core/resource-id.ts'
import type { Match } from '#ports/resources.ts'
import type { BegunOperation } from '#ports/operations.ts'
import type { Author, ResourceDeps, ResourceRules } from './rules.ts'

/** With all below it; false when it was not there. Fails with `precondition-failed`, and as the type's rules do. */
export async function deleteResource(
  deps: ResourceDeps,
  rules: ResourceRules,
  { id, match, by, operation }: { id: ResourceId; match: Match; by: Author; operation?: BegunOperation | undefined },
): Promise<boolean> {
  const found = await deps.store.resource(id.key)
  // Deleting is done when there is nothing: a second time succeeds as the first.
  if (!found && (match === undefined || match === 'absent')) return false
  if (found) await rules.mayDelete?.(deps, found)
  const deletion = { key: id.key, match, now: deps.clock.now(), askedBy: by.id, ...(operation ? { operation } : {}) }
  const { keys } = await deps.store.deleteResource(deletion)
  return keys.length > 0
}
