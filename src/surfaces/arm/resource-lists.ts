import { controlError } from '#core/control-error.ts'
import { conjuncts } from '#core/filter.ts'
import type { ResourceId } from '#core/resource-id.ts'
import type { StoredResource } from '#ports/resources.ts'
import { everyResource } from '#app/resources/pages.ts'
import { visibleSubscription } from '#app/resources/subscriptions.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, may, ok } from './context.ts'
import { shownTags, systemData } from './envelope.ts'
import { filterOf, type ResourceFilter } from './filter.ts'
import { pageOf, paged } from './page.ts'
import { mustSeeGroup } from './resources.ts'
import { types } from './types.ts'

const listed = types.filter((each) => each.listedEverywhere).map((each) => each.name.toLowerCase())

/** `/resources` of a subscription or a group: whatever the caller may read, by `$filter`. */
export async function listEverything(context: Context, { within }: { within: ResourceId }): Promise<Answer> {
  await visibleSubscription(context.deps, context.caller, within)
  if (within.resourceGroup !== null) await mustSeeGroup(context, within)
  const filter = filterOf(context)
  const { after } = pageOf(context)
  const expanded = (context.url.query('$expand') ?? '').toLowerCase()
  return ok(await paged(context, visible(context, within, filter, after), async (each) => showBriefly(each, expanded)))
}

async function* visible(
  context: Context,
  { key }: ResourceId,
  filter: ResourceFilter | undefined,
  after: string,
): AsyncGenerator<StoredResource> {
  for await (const each of everyResource(context.deps, { within: key, types: typesAskedFor(filter) }, after))
    if (may(context, `${each.type}/read`, each.key) && (!filter || filter.matches(each))) yield each
}

/** What must be of one type is looked for by it. */
function typesAskedFor(filter: ResourceFilter | undefined): readonly string[] {
  if (!filter) return listed
  for (const each of conjuncts(filter.filter))
    if (each.kind === 'compare' && each.operator === 'eq' && each.field.toLowerCase() === 'resourcetype')
      return listed.filter((name) => name === String(each.value).toLowerCase())
  return listed
}

async function showBriefly(given: StoredResource, expanded: string): Promise<object> {
  const { id, name, type, location, body, createdAt, changedAt } = given
  const iso = (time: number) => new Date(time).toISOString()
  return {
    id,
    name,
    type,
    location,
    ...(body.sku ? { sku: body.sku } : {}),
    ...shownTags(given),
    systemData: systemData(given),
    ...(expanded.includes('createdtime') ? { createdTime: iso(createdAt) } : {}),
    ...(expanded.includes('changedtime') ? { changedTime: iso(changedAt) } : {}),
    ...(expanded.includes('provisioningstate') ? { provisioningState: 'Succeeded' } : {}),
  }
}

/** A registry's id is part of its tokens' and assignments' names; nothing here moves. */
export async function refuseMove(): Promise<Answer> {
  throw controlError('ResourceMoveNotSupported')
}
