import { controlError } from '#core/control-error.ts'
import { parseResourceId, type ResourceId, resourceGroupType } from '#core/resource-id.ts'
import { parseProviderRequest, type ProviderRequest } from './provider/request.ts'
import { type ExtensionRequest, parseExtension } from './extension-request.ts'
import type { ResourceType } from './resource-type.ts'
import { typeNamed } from './types.ts'
import { refuseUnavailable } from './provider/not-available.ts'
import type { ArmUrl } from './url.ts'
import { checkVersion } from './versions.ts'
import { missingSubscription, noResourceType, notInGroup, only, type OneOf, unknownPath, unsupportedMethod } from './wrong-url.ts'

/** What was asked of ARM: a kind for each thing that can be done, with ids that are checked. */
export type ArmRequest = PlaceRequest | ProviderRequest | ResourceRequest | TagsRequest | ExtensionRequest

/** What hangs at the tenant, a subscription or a group. */
type PlaceRequest =
  | { kind: 'tenants.list' }
  | { kind: 'subscriptions.list' }
  | OneOf<'subscription.get' | 'locations.list' | 'tagNames.list', { subscription: ResourceId }>
  | { kind: 'resources.list'; within: ResourceId }
  | { kind: 'resources.move'; group: ResourceId; validateOnly: boolean }

/** A type's list, one resource, or what can be done to one besides. */
type ResourceRequest =
  | { kind: 'type.list'; type: ResourceType; within: ResourceId }
  | OneOf<`resource.${'get' | 'exists' | 'put' | 'patch' | 'delete'}`, { type: ResourceType; id: ResourceId }>
  | { kind: 'resource.act'; type: ResourceType; id: ResourceId; action: string }

type TagsRequest = OneOf<`tags.${'get' | 'put' | 'patch' | 'delete'}`, { of: ResourceId }>

const verbs = { GET: 'get', HEAD: 'exists', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const
const verbOf = (method: string) => (Object.hasOwn(verbs, method) ? verbs[method as keyof typeof verbs] : undefined)

/** Fails with `not-found`, `method-unsupported`, `request-invalid`, `feature-unavailable`. */
export function parseArmRequest(url: ArmUrl): ArmRequest {
  refuseUnavailable(url)
  const namespace = url.namespace?.toLowerCase()
  if (namespace === undefined) return parsePlace(url)
  if (namespace === 'microsoft.resources' && url.rest[0]?.toLowerCase() === 'tags') return parseTags(url)
  return parseProviderRequest(url) ?? parseExtension(url) ?? parseResource(url)
}

function parsePlace(url: ArmUrl): PlaceRequest | ProviderRequest | ResourceRequest {
  const { scope, rest } = url
  const [first, ...more] = rest.map((part) => part.toLowerCase())
  if (scope === '') {
    if (first === 'tenants' && more.length === 0) return only('GET', url, { kind: 'tenants.list' })
    if (first === 'subscriptions' && more.length === 0) return only('GET', url, { kind: 'subscriptions.list' })
    if (first === 'providers' && more.length === 0) return only('GET', url, { kind: 'providers.list', scope: parseResourceId('/') })
    throw unknownPath(url)
  }
  const place = parseResourceId(scope)
  if (place.resourceGroup !== null) return parseGroup(url, place)
  if (more.length > 0 && first !== 'operationresults') throw unknownPath(url)
  switch (first) {
    case undefined:
      return only('GET', url, { kind: 'subscription.get', subscription: place })
    case 'locations':
      return only('GET', url, { kind: 'locations.list', subscription: place })
    case 'tagnames':
      return only('GET', url, { kind: 'tagNames.list', subscription: place })
    case 'providers':
      return only('GET', url, { kind: 'providers.list', scope: place })
    case 'resources':
      return only('GET', url, { kind: 'resources.list', within: place })
    case 'resourcegroups':
      return only('GET', url, { kind: 'type.list', type: typeOr(resourceGroupType, url), within: place })
    case 'operationresults':
      return only('GET', url, { kind: 'operation.get', operationId: more[0] ?? '', form: 'result' })
    default:
      throw unknownPath(url)
  }
}

function parseGroup(url: ArmUrl, group: ResourceId): PlaceRequest | ResourceRequest {
  const [first, ...more] = url.rest.map((part) => part.toLowerCase())
  if (more.length > 0) throw unknownPath(url)
  if (first === 'resources') return only('GET', url, { kind: 'resources.list', within: group })
  if (first === 'moveresources' || first === 'validatemoveresources')
    return only('POST', url, { kind: 'resources.move', group, validateOnly: first.startsWith('validate') })
  if (first !== undefined) throw unknownPath(url)
  return parseOne(url, typeOr(resourceGroupType, url), group)
}

/**
 * `<group>/providers/<namespace>/<type>/<name>…`: one when names and types are paired, a list or an action when not.
 * A resource lies in a group and nowhere else; only a list of all of a type may be asked of a subscription.
 */
function parseResource(url: ArmUrl): ResourceRequest {
  const { scope, namespace, rest } = url
  const place = parseResourceId(scope || '/')
  if (place.subscriptionId === null) throw missingSubscription()
  const typeOf = (parts: readonly string[]): string => [namespace, ...parts.filter((_, index) => index % 2 === 0)].join('/')
  const idOf = (parts: readonly string[]): ResourceId => {
    if (place.resourceGroup === null || place.type !== null) throw notInGroup(typeOf(parts))
    return parseResourceId(`${scope}/providers/${[namespace, ...parts].join('/')}`)
  }
  if (rest.length % 2 === 0) return parseOne(url, typeOr(typeOf(rest), url), idOf(rest))
  const type = typeNamed(typeOf(rest))
  if (type) checkVersion(type, url.version)
  if (type && rest.length > 1) return only('GET', url, { kind: 'type.list', type, within: idOf(rest.slice(0, -1)) })
  if (type && place.type !== null) throw notInGroup(type.name)
  if (type) return only('GET', url, { kind: 'type.list', type, within: place })
  const [action = '', of] = [rest.at(-1), rest.length > 1 ? typeNamed(typeOf(rest.slice(0, -1))) : undefined]
  const row = of && Object.hasOwn(of.actions, action.toLowerCase()) ? of.actions[action.toLowerCase()] : undefined
  if (!of || !row) throw noResourceType(typeOf(rest), url)
  checkVersion(of, url.version, action)
  only(row.method, url, row)
  return { kind: 'resource.act', type: of, id: idOf(rest.slice(0, -1)), action: action.toLowerCase() }
}

function parseOne({ method }: ArmUrl, type: ResourceType, id: ResourceId): ResourceRequest {
  const verb = verbOf(method)
  if (!verb) throw unsupportedMethod(method, Object.keys(verbs))
  return { kind: `resource.${verb}`, type, id }
}

function parseTags(url: ArmUrl): TagsRequest {
  const { rest, scope, method } = url
  if (rest.length !== 2 || rest[1]?.toLowerCase() !== 'default') throw unknownPath(url)
  const verb = verbOf(method)
  if (!verb) throw unsupportedMethod(method, Object.keys(verbs))
  const of = parseResourceId(scope || '/')
  if (of.key !== '') return { kind: `tags.${verb === 'exists' ? 'get' : verb}`, of }
  throw controlError('InvalidScope')
}

function typeOr(name: string, url: ArmUrl): ResourceType {
  const type = typeNamed(name)
  if (!type) throw noResourceType(name, url)
  checkVersion(type, url.version)
  return type
}
