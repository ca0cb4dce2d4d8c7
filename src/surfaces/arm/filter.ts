import { compileFilter, type FilterSchema } from '#core/filter-match.ts'
import type { Filter } from '#core/filter.ts'
import { parseFilter } from '#http/odata-filter.ts'
import type { StoredResource } from '#ports/resources.ts'
import type { Context } from './context.ts'

interface Tagged {
  resource: StoredResource
  tag: readonly [name: string, value: string] | undefined
}

const nothing = () => undefined
const schema: FilterSchema<Tagged> = {
  fields: {
    resourceType: ({ resource }) => resource.type,
    name: ({ resource }) => resource.name,
    location: ({ resource }) => resource.location,
    resourceGroup: ({ resource }) => resource.id.split('/')[4],
    plan: nothing,
    kind: nothing,
    identity: nothing,
    managedBy: nothing,
    tagName: ({ tag }) => tag?.[0],
    tagValue: ({ tag }) => tag?.[1],
  },
}

/** What `$filter` says of resources. */
export interface ResourceFilter {
  filter: Filter
  /** A tag's name and value are asked for together (`tagName eq 'a' and tagValue eq 'b'`): of one and the same tag. */
  matches(resource: StoredResource): boolean
}

/** Undefined: everything is asked for. Fails with `request-invalid`, also where nothing would be found. */
export function filterOf({ url }: Pick<Context, 'url'>): ResourceFilter | undefined {
  const text = url.query('$filter')?.trim()
  if (!text) return undefined
  const filter = parseFilter(text)
  const holds = compileFilter(filter, schema)
  const matches = (resource: StoredResource) => {
    const tags = Object.entries(resource.body.tags ?? {})
    return tags.length === 0 ? holds({ resource, tag: undefined }) : tags.some((tag) => holds({ resource, tag }))
  }
  return { filter, matches }
}
