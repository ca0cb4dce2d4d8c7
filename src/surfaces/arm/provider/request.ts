import { parseResourceId, type ResourceId } from '#core/resource-id.ts'
import type { ArmUrl } from '../url.ts'
import { noResourceType, only, servedNamespaces } from '../wrong-url.ts'

/** What is asked of a provider itself, and of what it does besides its resources. */
export type ProviderRequest =
  | { kind: 'providers.list'; scope: ResourceId }
  | { kind: 'provider.get'; scope: ResourceId; namespace: string }
  | { kind: 'provider.register'; subscription: ResourceId; namespace: string }
  | { kind: 'provider.unregister'; subscription: ResourceId; namespace: string }
  | { kind: 'provider.operations'; namespace: string }
  | { kind: 'provider.permissions' }
  | { kind: 'providerOperations.list' }
  | { kind: 'providerOperations.get'; namespace: string }
  | { kind: 'name.check'; subscription: ResourceId }
  /** `status` is what `Azure-AsyncOperation` leads to, `result` what `Location` does. */
  | { kind: 'operation.get'; operationId: string; form: 'status' | 'result' }
  | { kind: 'deployments.list' }

/** Undefined for what is asked of a resource or a type. Fails with `not-found`, `method-unsupported`, `request-invalid`. */
export function parseProviderRequest(url: ArmUrl): ProviderRequest | undefined {
  const words = url.rest.map((part) => part.toLowerCase())
  const namespace = servedNamespaces.find((each) => each.toLowerCase() === url.namespace?.toLowerCase())
  if (!namespace) throw noResourceType(`${url.namespace ?? ''}/${words[0] ?? ''}`, url)
  const scope = parseResourceId(url.scope || '/')
  const ofSubscription = scope.subscriptionId !== null && scope.resourceGroup === null && scope.type === null
  const [first, ...more] = words
  if (first === undefined) return only('GET', url, { kind: 'provider.get', scope, namespace })
  if (ofSubscription && more.length === 0) {
    if (first === 'register') return only('POST', url, { kind: 'provider.register', subscription: scope, namespace })
    if (first === 'unregister') return only('POST', url, { kind: 'provider.unregister', subscription: scope, namespace })
    if (first === 'checknameavailability' && namespace === 'Microsoft.ContainerRegistry')
      return only('POST', url, { kind: 'name.check', subscription: scope })
    if (first === 'providerpermissions') return only('GET', url, { kind: 'provider.permissions' })
  }
  if (namespace === 'Microsoft.Authorization' && scope.key === '' && first === 'provideroperations') return parseOperations(url)
  if (scope.key === '' && first === 'operations' && more.length === 0) return only('GET', url, { kind: 'provider.operations', namespace })
  if (namespace === 'Microsoft.Resources' && first === 'deployments' && more.length === 0)
    return only('GET', url, { kind: 'deployments.list' })
  return parseOperation(url, words)
}

/** What roles can allow, provider by provider: `providerOperations[/<namespace>]` of the tenant. */
function parseOperations(url: ArmUrl): ProviderRequest {
  const [, name, ...more] = url.rest
  if (more.length > 0) throw noResourceType(`Microsoft.Authorization/${url.rest.join('/')}`, url)
  if (name === undefined) return only('GET', url, { kind: 'providerOperations.list' })
  const namespace = servedNamespaces.find((each) => each.toLowerCase() === name.toLowerCase())
  if (!namespace) throw noResourceType(name, url)
  return only('GET', url, { kind: 'providerOperations.get', namespace })
}

/** `…/locations/<location>/operationResults/<id>` at a subscription, `…/operationStatuses/<id>` behind a resource or a type. */
function parseOperation(url: ArmUrl, words: readonly string[]): ProviderRequest | undefined {
  const [word, operationId = ''] = words.slice(-2)
  const form = word === 'operationresults' ? 'result' : word === 'operationstatuses' ? 'status' : undefined
  return form && words.length > 2 ? only('GET', url, { kind: 'operation.get', operationId, form }) : undefined
}
