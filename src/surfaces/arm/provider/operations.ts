import type { Answer } from '#http/answer.ts'
import { type Context, ok } from '../context.ts'
import { type Permission, permissions } from './permissions.ts'
import { servedNamespaces } from '../wrong-url.ts'

const of = (namespace: string): Permission[] => permissions.filter(({ name }) => name.startsWith(`${namespace}/`))
const describing = ({ resource, operation }: Permission): string => `${operation} of ${resource}`

/** A provider's own list: `/providers/<namespace>/operations`. */
export async function listOperations(_context: Context, { namespace }: { namespace: string }): Promise<Answer> {
  return ok({
    value: of(namespace).map((each) => ({
      origin: 'user,system',
      name: each.name,
      isDataAction: each.isDataAction,
      display: { provider: namespace, resource: each.resource, operation: each.operation, description: describing(each) },
    })),
  })
}

/** The same as Microsoft.Authorization tells it to who writes a role: by the resource that it is done to. */
function metadata(namespace: string): object {
  const byResource = Map.groupBy(of(namespace), ({ resource }) => resource)
  const operations = (resource: string) =>
    (byResource.get(resource) ?? []).map((each) => ({
      name: each.name,
      displayName: each.operation,
      description: describing(each),
      origin: 'user,system',
      properties: null,
      isDataAction: each.isDataAction,
    }))
  return {
    id: `/providers/Microsoft.Authorization/providerOperations/${namespace}`,
    type: 'Microsoft.Authorization/providerOperations',
    name: namespace,
    displayName: namespace,
    resourceTypes: [...byResource.keys()]
      .filter((each) => each !== namespace)
      .map((name) => ({ name, displayName: name, operations: operations(name) })),
    operations: operations(namespace),
  }
}

export const listAllOperations = async (): Promise<Answer> => ok({ value: servedNamespaces.map(metadata) })

export const showOperations = async (_context: Context, { namespace }: { namespace: string }): Promise<Answer> => ok(metadata(namespace))
