import { controlError } from '#core/control-error.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ResourceId } from '#core/resource-id.ts'
import type { Match, StoredResource } from '#ports/resources.ts'
import { resourceNotFound } from './not-found.ts'
import type { Author, ResourceDeps } from './rules.ts'

export type Tags = Readonly<Record<string, string>>
const mostTags = 50
const tries = 8

/**
 * Changes the tags of a subscription, a group or a resource and nothing else of it.
 * Fails with `not-found`, `request-invalid`, `precondition-failed`.
 */
export async function changeTags(
  { store, clock, ids }: ResourceDeps,
  input: { of: ResourceId; match: Match; by: Author; change: (before: Tags) => Tags },
): Promise<StoredResource> {
  const { of, match, by, change } = input
  for (let attempt = 1; ; attempt++) {
    const found = await store.resource(of.key)
    if (!found) throw resourceNotFound(of)
    const tags = change(found.body.tags ?? {})
    if (Object.keys(tags).length > mostTags) throw controlError('TooManyTags', mostTags)
    const changed: StoredResource = {
      ...found,
      body: { ...found.body, tags },
      etag: ids.next(),
      changedAt: clock.now(),
      changedBy: by.name,
      changedByType: by.type,
    }
    try {
      const wanted = typeof match === 'object' ? match : { etag: found.etag }
      await store.putResource({ resource: changed, match: wanted, askedBy: by.id })
      return changed
    } catch (error) {
      const between = error instanceof RegistryError && error.failure === 'precondition-failed' && typeof match !== 'object'
      if (!between || attempt === tries) throw error
    }
  }
}
