import { homeLocation } from '#core/location.ts'
import { type ResourceId, resourceGroupType } from '#core/resource-id.ts'
import { everyResource } from '#app/resources/pages.ts'
import { registryType } from '#app/resources/type-names.ts'
import { visibleSubscription } from '#app/resources/subscriptions.ts'
import type { Answer } from '#http/answer.ts'
import { type Context, may, ok } from './context.ts'

/** The machine's own, and each other label that something visible has: a location is only a label here. */
export async function listLocations(context: Context, { subscription }: { subscription: ResourceId }): Promise<Answer> {
  const { key, id, name } = await visibleSubscription(context.deps, context.caller, subscription)
  const names = new Set([homeLocation])
  const types = [resourceGroupType, registryType].map((each) => each.toLowerCase())
  for await (const each of everyResource(context.deps, { within: key, types }))
    if (each.location !== null && may(context, `${each.type}/read`, each.key)) names.add(each.location)
  return ok({
    value: [...names].map((each) => ({
      id: `${id}/locations/${each}`,
      subscriptionId: name,
      name: each,
      type: 'Region',
      displayName: each,
      regionalDisplayName: each,
      metadata: { regionType: 'Physical', regionCategory: each === homeLocation ? 'Recommended' : 'Other' },
    })),
  })
}
