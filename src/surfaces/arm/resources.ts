import { controlError } from '#core/control-error.ts'
import { homeLocation } from '#core/location.ts'
import { notAvailable } from '#core/feature.ts'
import { readShape } from '#core/read-shape.ts'
import { isObject, type KnownObject, object, type ObjectShape } from '#core/shape.ts'
import { parseResourceId, type ResourceId, resourceGroupType } from '#core/resource-id.ts'
import type { StoredResource } from '#ports/resources.ts'
import { deleteResource } from '#app/resources/delete.ts'
import { findParent, findResource, outermostNotFound } from '#app/resources/find.ts'
import { everyResource } from '#app/resources/pages.ts'
import { resourceNotFound } from '#app/resources/not-found.ts'
import { newOperation } from '#app/resources/operations.ts'
import { patchResource, putResource } from '#app/resources/put.ts'
import type { RequestedResource } from '#app/resources/rules.ts'
import { visibleSubscription } from '#app/resources/subscriptions.ts'
import { misfitInWords, readBody } from './body.ts'
import { type Answer, json } from '#http/answer.ts'
import { absolute, authorOf, type Context, may, ok } from './context.ts'
import { filterOf } from './filter.ts'
import { pageOf, paged } from './page.ts'
import type { ResourceType } from './resource-type.ts'
import { inVersion, unknownIn } from './versions.ts'

interface One {
  type: ResourceType
  id: ResourceId
}

const etagOf = ({ etag }: StoredResource) => [['ETag', `"${etag}"`] as const]

/** A resource as the version that asks knows it. */
const shown = async (context: Context, type: ResourceType, resource: StoredResource): Promise<object> =>
  inVersion(type, context.url.version, (await type.show(context, resource)) as Readonly<Record<string, unknown>>)

/** A list of a type below a subscription, a group or a resource: what of it the caller may read. */
export async function listType(context: Context, { type, within }: { type: ResourceType; within: ResourceId }): Promise<Answer> {
  await visibleSubscription(context.deps, context.caller, within)
  if (within.type === null && within.resourceGroup !== null) await mustSeeGroup(context, within)
  const parent = within.type === null ? undefined : await parentOf(context, type, within)
  const { after } = pageOf(context)
  return ok(await paged(context, visible(context, { type, within, parent, after }), (each) => shown(context, type, each)))
}

async function* visible(
  context: Context,
  { type, within, parent, after }: { type: ResourceType; within: ResourceId; parent: StoredResource | undefined; after: string },
): AsyncGenerator<StoredResource> {
  const filter = type.rules ? filterOf(context) : undefined
  const seen = (each: StoredResource) => may(context, `${type.name}/read`, each.key) && (!filter || filter.matches(each))
  if (parent && after === '') yield* (type.builtIn?.(context, parent) ?? []).filter(seen)
  if (!type.rules) return
  for await (const each of everyResource(context.deps, { within: within.key, types: [type.name.toLowerCase()] }, after))
    if (seen(each)) yield each
}

/** Undefined when it is not there, or the caller may not know. Fails with `parent-unknown`. */
async function parentOf(context: Context, type: ResourceType, within: ResourceId): Promise<StoredResource | undefined> {
  const found = await findResource(context.deps, within)
  if (found || !may(context, `${type.name}/read`, within.key)) return found
  throw controlError('ParentResourceNotFound', { verb: 'read', type: type.name, parent: within.text })
}

/** Fails with `not-found` where the caller may know that a group is not there. */
export async function mustSeeGroup(context: Context, { subscriptionId, resourceGroup, key }: ResourceId): Promise<void> {
  if (!may(context, `${resourceGroupType}/read`, key) || (await findResource(context.deps, { key }))) return
  throw resourceNotFound(parseResourceId(`/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`))
}

/** What there is of an id, made or built in. Fails with `not-found`. */
async function find(context: Context, { type, id }: One): Promise<StoredResource> {
  const found = (await findResource(context.deps, id)) ?? (await builtIn(context, { type, id }))
  if (found) return found
  throw await outermostNotFound(context.deps, id)
}

async function builtIn(context: Context, { type, id }: One): Promise<StoredResource | undefined> {
  if (!type.builtIn) return undefined
  const parent = await findParent(context.deps, id)
  return parent && type.builtIn(context, parent).find((each) => each.key === id.key)
}

export async function showOne(context: Context, one: One): Promise<Answer> {
  const found = await find(context, one)
  return ok(await shown(context, one.type, found), etagOf(found))
}

export async function whetherThere(context: Context, one: One): Promise<Answer> {
  await find(context, one)
  return { status: 204 }
}

export async function putOne(context: Context, { type, id }: One): Promise<Answer> {
  const { rules } = type
  const shape = shapeFor(context, type)
  await refuseBuiltIn(context, { type, id })
  if (!shape || !rules) throw notAvailable(type.name)
  const { pattern, like } = type.nameForm
  if (!(await findResource(context.deps, id)) && !pattern.test(id.name))
    throw controlError('InvalidResourceName', { name: id.name, type: type.name, like })
  const given = await readResource(context, type, shape, '{}')
  const unknown = (properties: KnownObject) => unknownIn(type, context.url.version, properties)
  const putting = { id, given, match: context.match, by: authorOf(context), unknown }
  const { resource, created } = await putResource(context.deps, rules, putting)
  const { made, replaced } = type.versions.statuses
  return json(created ? made : replaced, await shown(context, type, resource), etagOf(resource))
}

export async function updateOne(context: Context, { type, id }: One): Promise<Answer> {
  const { rules } = type
  const shape = shapeFor(context, type)
  await refuseBuiltIn(context, { type, id })
  if (!shape || !rules) {
    await find(context, { type, id })
    throw notAvailable(type.name)
  }
  await find(context, { type, id })
  const given = await readResource(context, type, object(shape.fields), 'what changes')
  const { resource } = await patchResource(context.deps, rules, { id, given, match: context.match, by: authorOf(context) })
  return json(type.versions.statuses.changed, await shown(context, type, resource), etagOf(resource))
}

export async function removeOne(context: Context, { type, id }: One): Promise<Answer> {
  const { deps, match, caller } = context
  await refuseBuiltIn(context, { type, id })
  const parent = await findParent(deps, id)
  const { deleted, absent } = type.versions.statuses
  const operation = deleted === 202 ? newOperation(deps, { subscriptionId: id.subscriptionId ?? '', by: caller }) : undefined
  const gone = type.rules ? await deleteResource(deps, type.rules, { id, match, by: authorOf(context), operation }) : false
  if (!gone) {
    // A group that is not there is told, as az's `group delete` expects.
    if (absent === 404) throw await outermostNotFound(deps, id)
    return { status: absent }
  }
  if (!operation) return { status: deleted }
  return { status: deleted, headers: resultAt(context, id, parent?.location ?? homeLocation, operation.id) }
}

/** Where a client asks for the end of what was answered with 202; where there was nothing to empty it has ended already. */
function resultAt(context: Context, { subscriptionId, type }: ResourceId, location: string, operationId: string) {
  const subscription = `/subscriptions/${subscriptionId ?? ''}`
  const path =
    type === null
      ? `${subscription}/operationresults/${operationId}`
      : `${subscription}/providers/${type.split('/')[0] ?? ''}/locations/${location}/operationResults/${operationId}`
  return [
    ['Location', absolute(context, path)],
    ['Retry-After', 0],
  ] as const
}

export async function act(context: Context, { type, id, action }: One & { action: string }): Promise<Answer> {
  const row = type.actions[action]
  if (!row) throw resourceNotFound(id)
  const found = await find(context, { type, id })
  return row.handle(context, found, row.body ? await readBody(context, row.body) : {})
}

/** Fails with `unsupported`: what is built in is there while what it belongs to is. */
async function refuseBuiltIn(context: Context, one: One): Promise<void> {
  const parent = one.type.refuses ? await findParent(context.deps, one.id) : undefined
  const refusal = parent && one.type.refuses?.(parent, one.id.name)
  if (refusal) throw refusal
  const found = await builtIn(context, one)
  if (found) throw controlError('SystemDefinedResource', found.id)
}

const shapeFor = ({ caller }: Context, { shape, operatorShape }: ResourceType): ObjectShape | undefined =>
  caller.kind === 'operator' ? (operatorShape ?? shape) : shape

/** What was sent, checked and without what is only ours to write. A null stands for nothing. */
async function readResource(context: Context, type: ResourceType, shape: ObjectShape, expected: string): Promise<RequestedResource> {
  const body = await context.body()
  if (!isObject(body))
    throw controlError('InvalidRequestContent', {
      sentence: `The request content was invalid: expected a JSON object with ${expected}.`,
      target: '$',
    })
  const known = readShape(shape, inVersion(type, context.url.version, body), misfitInWords)
  const { location, managedBy, tags, sku, identity, properties } = known
  const whole = <Value>(name: string, value: unknown) => (value === undefined || value === null ? {} : { [name]: value as Value })
  return {
    ...whole<string>('location', location),
    ...whole<string>('managedBy', managedBy),
    ...whole<Record<string, string>>('tags', tags),
    ...whole<KnownObject>('sku', sku),
    ...whole<KnownObject>('identity', identity),
    properties: (properties ?? {}) as KnownObject,
  }
}
