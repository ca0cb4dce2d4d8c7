import { compileFilter, type Filterable, type FilterSchema } from '#core/filter-match.ts'
import type { Filter } from '#core/filter.ts'
import { isGuid } from '#core/resource-id.ts'
import type { DirectoryFilter, DirectoryKind, Tenant } from '#ports/directory.ts'
import type { DirectoryReading } from '#app/identity/directory.ts'
import { candidates, type Seed } from '#app/identity/directory-search.ts'
import { type Item, itemsOf } from './items.ts'
import type { Query } from './query.ts'

/** What may be filtered by. */
const fields = {
  user: ['id', 'displayName', 'userPrincipalName', 'mail', 'mailNickname', 'givenName', 'surname', 'accountEnabled', 'userType'],
  group: ['id', 'displayName', 'mail', 'mailNickname', 'mailEnabled', 'securityEnabled', 'description', 'groupTypes'],
  application: ['id', 'appId', 'displayName', 'identifierUris', 'signInAudience', 'tags'],
  servicePrincipal: ['id', 'appId', 'displayName', 'servicePrincipalNames', 'servicePrincipalType', 'accountEnabled', 'tags'],
} as const satisfies Record<DirectoryKind, readonly string[]>

const schemas = Object.fromEntries(
  Object.entries(fields).map(([kind, names]) => [
    kind,
    { fields: Object.fromEntries(names.map((name) => [name, (item: Item) => item[name] as Filterable])) },
  ]),
) as Readonly<Record<DirectoryKind, FilterSchema<Item>>>

/** A page is full with this many characters of what is kept, too. */
const heaviestPage = 4 * 1024 * 1024

/**
 * A page of a kind, in id order. Fails with `request-invalid` for a filter by what is not offered, even where nothing
 * would be found.
 */
export async function search(
  deps: DirectoryReading,
  tenant: Tenant,
  kind: DirectoryKind,
  { filter, top, after }: Pick<Query, 'filter' | 'top' | 'after'>,
): Promise<{ items: Item[]; next: string | undefined }> {
  const matches = filter ? compileFilter(filter, schemas[kind]) : () => true
  const items: Item[] = []
  let weight = 0
  for await (const objects of candidates(deps, kind, filter && seedsOf(filter), { after, limit: Math.max(top + 1, 200) })) {
    const read = await itemsOf(deps, tenant, objects)
    for (const [index, item] of read.entries()) {
      if (!matches(item)) continue
      // One more than is shown tells that a page follows.
      if (items.length === top || weight > heaviestPage) return { items, next: String(items.at(-1)?.id) }
      items.push(item)
      weight += JSON.stringify(objects[index]?.details).length
    }
  }
  return { items, next: undefined }
}

const columns: Readonly<Record<string, DirectoryFilter['field']>> = { displayname: 'name', appid: 'appId', userprincipalname: 'login' }

/** Seeds that find all that a filter can match; undefined when none do, and everything must be looked at. */
export function seedsOf(filter: Filter): readonly Seed[] | undefined {
  switch (filter.kind) {
    case 'and':
      return filter.of.map(seedsOf).find((each) => each !== undefined)
    case 'or': {
      const parts = filter.of.map(seedsOf)
      return parts.every((each) => each !== undefined) ? parts.flat() : undefined
    }
    case 'compare':
      return filter.operator === 'eq' && typeof filter.value === 'string' ? seedOf(filter.field, { equals: filter.value }) : undefined
    case 'call': {
      const [field, value] = filter.arguments
      if (filter.name !== 'startswith' || field?.kind !== 'field' || value?.kind !== 'value' || typeof value.value !== 'string')
        return undefined
      return field.field.toLowerCase() === 'id' ? undefined : seedOf(field.field, { startsWith: value.value })
    }
    case 'any': {
      const { field, where } = filter
      const isName = where.kind === 'compare' && where.operator === 'eq' && where.field === '' && typeof where.value === 'string'
      // A name that is a GUID is the application's id: identifier URIs are never GUIDs.
      return field.toLowerCase() === 'serviceprincipalnames' && isName && isGuid(where.value as string)
        ? [{ field: 'appId', equals: where.value as string }]
        : undefined
    }
    default:
      return undefined
  }
}

function seedOf(name: string, by: { equals: string } | { startsWith: string }): readonly Seed[] | undefined {
  if (name.toLowerCase() === 'id') return 'equals' in by ? [{ id: by.equals.toLowerCase() }] : undefined
  const field = Object.hasOwn(columns, name.toLowerCase()) ? columns[name.toLowerCase()] : undefined
  return field && [{ field, ...by }]
}
