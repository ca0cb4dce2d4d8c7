import type { DirectoryObject } from '#ports/directory.ts'
import type { Answer } from '#http/answer.ts'
import type { Context } from './context.ts'
import { type Item, itemsOf, odataType, selected } from './items.ts'
import type { Collection } from './request.ts'

const json = [
  ['Content-Type', 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'],
  ['OData-Version', '4.0'],
] as const

export const done: Answer = { status: 204 }

/** @param type as `@odata.context` names it */
export const odata = ({ base }: Pick<Context, 'base'>, type: string, body: Readonly<Record<string, unknown>>): Answer => ({
  status: 200,
  headers: json,
  body: JSON.stringify({ '@odata.context': `${base}/$metadata#${type}`, ...body }),
})

export const collectionAnswer = (context: Pick<Context, 'base'>, type: string, value: readonly unknown[], next?: string): Answer =>
  odata(context, type, { ...(next === undefined ? {} : { '@odata.nextLink': next }), value })

/** One object, under its own type. */
export async function entityAnswer(
  context: Context,
  collection: Collection,
  object: DirectoryObject,
  select?: readonly string[],
): Promise<Answer> {
  const [item = {}] = await itemsOf(context.deps, context.tenant, [object])
  return odata(context, `${collection}/$entity`, selected(item, object.kind, select))
}

/** What was made, and where it is. */
export async function createdAnswer(context: Context, collection: Collection, object: DirectoryObject, more: Item = {}): Promise<Answer> {
  const [item = {}] = await itemsOf(context.deps, context.tenant, [object])
  const { headers = [], ...answer } = odata(context, `${collection}/$entity`, { ...selected(item, object.kind, undefined), ...more })
  return { ...answer, status: 201, headers: [['Location', `${context.base}/${collection}/${object.id}`], ...headers] }
}

/** Objects of several kinds: each says its type. */
export async function mixedItems(
  { deps, tenant }: Pick<Context, 'deps' | 'tenant'>,
  objects: readonly DirectoryObject[],
  select?: readonly string[],
): Promise<Readonly<Record<string, unknown>>[]> {
  const items = await itemsOf(deps, tenant, objects)
  return objects.map((object, index) => ({ '@odata.type': odataType[object.kind], ...selected(items[index] ?? {}, object.kind, select) }))
}
