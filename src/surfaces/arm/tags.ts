import type { ResourceId } from '#core/resource-id.ts'
import { object, oneOf } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'
import { everyResource } from '#app/resources/pages.ts'
import { getResource } from '#app/resources/find.ts'
import { changeTags as change, type Tags } from '#app/resources/tags.ts'
import { visibleSubscription } from '#app/resources/subscriptions.ts'
import type { Answer } from '#http/answer.ts'
import { authorOf, type Context, may, ok } from './context.ts'
import { tagsShape } from './envelope.ts'
import { readBody } from './body.ts'

interface OfResource {
  of: ResourceId
}

const properties = object({ tags: tagsShape })
const putShape = object({ properties }, ['properties'])
const patchShape = object({ operation: oneOf('Merge', 'Replace', 'Delete'), properties }, ['operation'])

const show = ({ id, body }: StoredResource): object => ({
  id: `${id}/providers/Microsoft.Resources/tags/default`,
  name: 'default',
  type: 'Microsoft.Resources/tags',
  properties: { tags: body.tags ?? {} },
})

export async function showTags({ deps }: Context, { of }: OfResource): Promise<Answer> {
  return ok(show(await getResource(deps, of)))
}

const write = async (context: Context, of: ResourceId, tags: (before: Tags) => Tags): Promise<StoredResource> =>
  change(context.deps, { of, match: context.match, by: authorOf(context), change: tags })

const tagsOf = (body: object): Tags => (body as { properties?: { tags?: Tags } }).properties?.tags ?? {}

export async function replaceTags(context: Context, { of }: OfResource): Promise<Answer> {
  const given = tagsOf(await readBody(context, putShape))
  return ok(show(await write(context, of, () => given)))
}

export async function changeTags(context: Context, { of }: OfResource): Promise<Answer> {
  const body = await readBody(context, patchShape)
  const given = tagsOf(body)
  return ok(show(await write(context, of, (before) => combine(String(body.operation), before, given))))
}

export async function removeTags(context: Context, { of }: OfResource): Promise<Answer> {
  await write(context, of, () => ({}))
  return { status: 200 }
}

/** Names of tags have no case; a tag keeps the spelling that it was given last. */
function combine(operation: string, before: Tags, given: Tags): Tags {
  if (operation === 'Replace') return given
  const named = new Set(Object.keys(given).map((name) => name.toLowerCase()))
  if (operation === 'Merge') return { ...without(before, ([name]) => named.has(name.toLowerCase())), ...given }
  const pairs = new Set(Object.entries(given).map(([name, value]) => `${name.toLowerCase()} ${value}`))
  return without(before, ([name, value]) => pairs.has(`${name.toLowerCase()} ${value}`))
}

const without = (tags: Tags, goes: (entry: [string, string]) => boolean): Tags =>
  Object.fromEntries(Object.entries(tags).filter((entry) => !goes(entry)))

/** Names and values that are in use on what the caller may read. */
export async function listTagNames(context: Context, { subscription }: { subscription: ResourceId }): Promise<Answer> {
  const account = await visibleSubscription(context.deps, context.caller, subscription)
  const counts = new Map<string, Map<string, number>>()
  for await (const each of everyResource(context.deps, { within: account.key }))
    if (may(context, `${each.type}/read`, each.key))
      for (const [name, value] of Object.entries(each.body.tags ?? {})) {
        const values = counts.get(name) ?? new Map<string, number>()
        counts.set(name, values.set(value, (values.get(value) ?? 0) + 1))
      }
  const total = (value: number) => ({ type: 'Total', value })
  return ok({
    value: [...counts].map(([tagName, values]) => ({
      id: `${account.id}/tagNames/${tagName}`,
      tagName,
      count: total([...values.values()].reduce((sum, each) => sum + each, 0)),
      values: [...values].map(([tagValue, count]) => ({
        id: `${account.id}/tagNames/${tagName}/tagValues/${tagValue}`,
        tagValue,
        count: total(count),
      })),
    })),
  })
}
