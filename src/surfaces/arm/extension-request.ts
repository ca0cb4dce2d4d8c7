import { notAvailable } from '#core/feature.ts'
import type { Filter } from '#core/filter.ts'
import { parseFilter } from '#http/odata-filter.ts'
import { parseResourceId, type ResourceId } from '#core/resource-id.ts'
import type { ExtensionHandler, ExtensionType, ScopedName } from './resource-type.ts'
import { extensionNamed } from './types.ts'
import type { ArmUrl } from './url.ts'
import { noResourceType, type OneOf, only, unsupportedMethod } from './wrong-url.ts'

/** What is asked of a type that hangs at any scope. */
export type ExtensionRequest =
  | { kind: 'extension.list'; type: ExtensionType; scope: ResourceId; filter: Filter | undefined }
  | OneOf<`extension.${'get' | 'put' | 'delete'}`, { type: ExtensionType; handle: ExtensionHandler } & ScopedName>

const verbs: Readonly<Record<string, 'get' | 'put' | 'delete'>> = { GET: 'get', HEAD: 'get', PUT: 'put', DELETE: 'delete' }

/**
 * Reads `<scope>/providers/<namespace>/<type>[/<name>]`; undefined when the type is none that hangs at any scope.
 * Fails with `not-found`, `method-unsupported`, `request-invalid`, `feature-unavailable`.
 */
export function parseExtension(url: ArmUrl): ExtensionRequest | undefined {
  const [word = '', name, ...more] = url.rest
  const type = extensionNamed(`${url.namespace ?? ''}/${word}`)
  if (!type) return undefined
  const scope = parseResourceId(url.scope || '/')
  if (more.length > 0) throw noResourceType(`${url.namespace ?? ''}/${url.rest.join('/')}`, url)
  if (name !== undefined) return parseOne(url, type, scope, name)
  const text = url.query('$filter')?.trim()
  return only('GET', url, { kind: 'extension.list', type, scope, filter: text ? parseFilter(text) : undefined })
}

function parseOne(url: ArmUrl, type: ExtensionType, scope: ResourceId, text: string): ExtensionRequest {
  const verb = Object.hasOwn(verbs, url.method) ? verbs[url.method] : undefined
  if (!verb) throw unsupportedMethod(url.method, Object.keys(verbs))
  const { one: handlers } = type
  if (!handlers) throw noResourceType(type.name, url)
  const one = { type, scope, name: handlers.parseName(text) }
  if (verb !== 'put') return { kind: `extension.${verb}`, ...one, handle: handlers[verb] }
  if (!handlers.put) throw notAvailable(type.name)
  return { kind: 'extension.put', ...one, handle: handlers.put }
}
