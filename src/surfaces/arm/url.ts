import { type ApiVersion, parseApiVersion } from '#core/api-version.ts'
import { controlError } from '#core/control-error.ts'

/**
 * A URL of ARM in its parts: `<scope>/providers/<namespace>/<rest>?<query>`; without a provider the rest follows the scope.
 * An extension (a role assignment of a registry) has two providers: the last one counts, all before it is the scope.
 */
export interface ArmUrl {
  method: string
  /** The id before the last provider, as written; empty for the tenant. */
  scope: string
  /** As written; null when there is no provider. */
  namespace: string | null
  /** Behind the provider, or behind the scope when there is none. */
  rest: readonly string[]
  /** Of the path, percent-decoded, without a slash at the end. */
  path: string
  version: ApiVersion
  /** Names of parameters do not have a case. */
  query(name: string): string | undefined
}

const longestUrl = 16 * 1024
/** The first version of Microsoft.ContainerRegistry; what is older than all of ARM's is nobody's. */
export const firstVersions = { 'microsoft.containerregistry': '2017-03-01', other: '2014-04-01' } as const

/** Fails with `request-invalid` (with ARM's code), for a URL that is none and for an `api-version` that is missing or wrong. */
export function parseArmUrl(method: string, url: string): ArmUrl {
  if (url.length > longestUrl) throw controlError('InvalidUri', `A URL may have up to ${longestUrl} characters.`)
  const mark = url.indexOf('?')
  const segments = decode(mark === -1 ? url : url.slice(0, mark))
  const query = queryOf(mark === -1 ? '' : url.slice(mark + 1))
  const { scope, namespace, rest } = split(segments)
  return { method, scope, namespace, rest, path: `/${segments.join('/')}`, version: versionOf(query('api-version'), namespace), query }
}

/** Empty segments are dropped: a client's base URL may end with a slash. */
function decode(path: string): string[] {
  try {
    const segments = path
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part))
    // A slash that comes out of a segment would move the borders between names.
    if (!segments.some((part) => part.includes('/') || part === '.' || part === '..')) return segments
  } catch {}
  throw controlError('InvalidUri', 'The path of the URL is not valid: a name holds what no name may hold.')
}

function queryOf(text: string): (name: string) => string | undefined {
  const values = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), value)
  return (name) => values.get(name.toLowerCase())
}

function split(segments: readonly string[]): { scope: string; namespace: string | null; rest: readonly string[] } {
  const word = (index: number): string | undefined => segments[index]?.toLowerCase()
  let at = 0
  if (word(0) === 'subscriptions' && segments.length > 1) at = word(2) === 'resourcegroups' && segments.length > 3 ? 4 : 2
  let provider = -1
  let next = at
  while (word(next) === 'providers' && segments.length > next + 1) {
    provider = next
    next += 2
    // Types and names stand in pairs; only where a pair could begin another provider can.
    while (next < segments.length && word(next) !== 'providers') next += 2
  }
  const end = provider === -1 ? at : provider
  return {
    scope: end === 0 ? '' : `/${segments.slice(0, end).join('/')}`,
    namespace: provider === -1 ? null : (segments[provider + 1] ?? null),
    rest: segments.slice(provider === -1 ? at : provider + 2),
  }
}

function versionOf(text: string | undefined, namespace: string | null): ApiVersion {
  if (!text) throw controlError('MissingApiVersionParameter')
  const own = namespace?.toLowerCase() === 'microsoft.containerregistry'
  const first = firstVersions[own ? 'microsoft.containerregistry' : 'other']
  const version = parseApiVersion(text)
  if (version && version.day >= first) return version
  const supported = `${first} and every later day, YYYY-MM-DD or YYYY-MM-DD-preview`
  if (own)
    throw controlError('NoRegisteredProviderFound', {
      of: `API version '${text.slice(0, 60)}' for the namespace 'Microsoft.ContainerRegistry'`,
      supported,
    })
  throw controlError('InvalidApiVersionParameter', { version: text, supported })
}
