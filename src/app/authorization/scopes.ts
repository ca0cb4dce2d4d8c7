import type { ResourceReads } from '#ports/resources.ts'
import { parseResourceId, type ResourceId } from '#core/resource-id.ts'
import { resourceNotFound } from '../resources/not-found.ts'

/**
 * A scope that is there: `/`, a subscription, a group, a resource or a child of one, as its id was first written.
 * Fails with `request-invalid` for what is no id, with `not-found` for what is not there.
 */
export async function existingScope({ store }: { store: ResourceReads }, text: string): Promise<ResourceId> {
  const scope = parseResourceId(text)
  if (scope.key === '') return scope
  const found = await store.resource(scope.key)
  if (found) return parseResourceId(found.id)
  throw resourceNotFound(scope)
}
