import { type Filterable, matchesFilter } from '#core/filter-match.ts'
import type { Filter, FilterValue } from '#core/odata-filter.ts'
import { isGuid } from '#core/resource-id.ts'
import type { DirectoryFilter, DirectoryKind, DirectoryObject, Tenant } from '#ports/directory-store.ts'
import type { Deps } from '#app/deps.ts'
import { type Item, itemsOf } from './items.ts'
import type { Query } from './query.ts'

/** What may be filtered by. */
const fields = {
  user: ['id', 'displayName', 'userPrincipalName', 'mail', 'mailNickname', 'givenName', 'surname', 'accountEnabled', 'userType'],
  group: ['id', 'displayName', 'mail', 'mailNickname', 'mailEnabled', 'securityEnabled', 'description', 'groupTypes'],
  application: ['id', 'appId', 'displayName', 'identifierUris', 'signInAudience', 'tags'],
  servicePrincipal: ['id', 'appId', 'displayName', 'servicePrincipalNames', 'servicePrincipalType', 'accountEnabled', 'tags'],
} as const satisfies Record<DirectoryKind, readonly string[]>

const collections: ReadonlySet<string> = new Set(['identifierUris', 'servicePrincipalNames', 'tags', 'groupTypes'])

/** Where a search begins: what the store finds by an index. */
export type Seed = Pick<DirectoryFilter, 'field' | 'equals' | 'startsWith'> | { id: string }

/**
 * A page of a kind, in id order. Fails with `request-invalid` for a filter by what is not offered, even where nothing
 * would be found.
 */
export async function search(
  deps: Pick<Deps, 'store'>,
  tenant: Tenant,
  kind: DirectoryKind,
  { filter, top, after }: Pick<Query, 'filter' | 'top' | 'after'>,
): Promise<{ items: Item[]; next: string | undefined }> {
  if (filter) matchesFilter(filter, specimen(kind))
  const found: Item[] = []
  // One more than is shown tells whether a page follows.
  for await (const objects of candidates(deps, kind, filter && seedsOf(filter), { after, limit: Math.max(top + 1, 200) })) {
    const items = await itemsOf(deps, tenant, objects)
    for (const item of items) if (!filter || matchesFilter(filter, filterable(kind, item))) found.push(item)
    if (found.length > top) break
  }
  const items = found.slice(0, top)
  return { items, next: found.length > top ? String(items.at(-1)?.id) : undefined }
}

/** Everything that may match, in id order, some at a time. */
async function* candidates(
  { store }: Pick<Deps, 'store'>,
  kind: DirectoryKind,
  seeds: readonly Seed[] | undefined,
  { after, limit }: { after: string; limit: number },
): AsyncIterable<DirectoryObject[]> {
  const pages = async function* (part: DirectoryFilter): AsyncIterable<DirectoryObject[]> {
    for (let from = after; ; ) {
      const page = await store.directoryObjects(part, { after: from, limit })
      if (page.length > 0) yield page
      const last = page.at(-1)
      if (!last || page.length < limit) return
      from = last.id
    }
  }
  const [only] = seeds ?? [{}]
  if ((seeds?.length ?? 1) === 1 && only && !('id' in only)) return yield* pages({ kinds: [kind], ...only })
  const found = new Map<string, DirectoryObject>()
  for (const seed of seeds ?? [])
    if ('id' in seed) {
      const object = await store.directoryObject(seed.id)
      if (object?.kind === kind && object.id > after) found.set(object.id, object)
    } else for await (const page of pages({ kinds: [kind], ...seed })) for (const object of page) found.set(object.id, object)
  yield [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
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

const filterable = (kind: DirectoryKind, item: Item): Filterable => ({
  fields: Object.fromEntries(fields[kind].map((name) => [name, item[name] as FilterValue | readonly FilterValue[]])),
})

/** An item of no one, to ask a filter whether it can be asked at all. */
const specimen = (kind: DirectoryKind): Filterable => ({
  fields: Object.fromEntries(fields[kind].map((name) => [name, collections.has(name) ? [''] : ''])),
})
