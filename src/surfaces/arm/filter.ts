import { matchesFilter } from '#core/filter-match.ts'
import { type Filter, parseFilter } from '#core/odata-filter.ts'
import type { StoredResource } from '#ports/resource-store.ts'
import type { Context } from './context.ts'

/** What `$filter` says of resources. Fails with `request-invalid`, also where nothing would be found. */
export function filterOf({ url }: Context): Filter | undefined {
  const text = url.query('$filter')?.trim()
  if (!text) return undefined
  const filter = parseFilter(text)
  matches(filter, undefined)
  return filter
}

/** A tag's name and value are asked for together (`tagName eq 'a' and tagValue eq 'b'`): of one and the same tag. */
export function matches(filter: Filter, resource: StoredResource | undefined): boolean {
  const tags = Object.entries(resource?.body.tags ?? {})
  const [, , , , resourceGroup] = resource?.id.split('/') ?? []
  const rest = Object.fromEntries(['plan', 'kind', 'identity', 'managedBy'].map((name) => [name, undefined]))
  const fields = { resourceType: resource?.type, name: resource?.name, location: resource?.location, resourceGroup, ...rest }
  return (tags.length === 0 ? [[undefined, undefined]] : tags).some(([tagName, tagValue]) =>
    matchesFilter(filter, { fields: { ...fields, tagName, tagValue } }),
  )
}
