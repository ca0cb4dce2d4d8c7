import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import type { Tenant } from '#ports/directory.ts'

/** In which shape a program speaks to the authority: AD FS's, or Entra's with a tenant in its path. */
export type Authority =
  | { shape: 'adfs'; tenant: 'adfs' }
  /** The tenant as it was written, lower case: its GUID, its domain or a word for any. */
  | { shape: 'entra'; tenant: string }

/** Entra's older endpoints name a `resource` where the newer have a `scope`. */
export type Version = 'v1' | 'v2'

export type EntraRequest =
  | { kind: 'configuration'; authority: Authority; version: Version }
  | { kind: 'keys' }
  | { kind: 'instance'; query: URLSearchParams }
  | { kind: 'realm'; user: string }
  | { kind: 'token'; authority: Authority; version: Version }
  | { kind: 'device-code'; authority: Authority; version: Version }
  | { kind: 'authorize'; authority: Authority; query: URLSearchParams }
  | { kind: 'sign-out'; query: URLSearchParams }
  | { kind: 'sign-in' }
  | { kind: 'device-page'; query: URLSearchParams }
  | { kind: 'device-answer' }

export const signInPath = '/common/login'
export const devicePath = '/devicelogin'
export const deviceAnswerPath = '/devicelogin/answer'

/** Words of Entra for "whichever tenant the user is of"; there is one here. */
const anyTenant: ReadonlySet<string> = new Set(['common', 'organizations'])
/** First words of other surfaces' paths on the same host: no tenant can have such a name. */
const notTenants: ReadonlySet<string> = new Set([
  'v2',
  'v1.0',
  'acr',
  'oauth2',
  'subscriptions',
  'providers',
  'tenants',
  'graph',
  'metadata',
])

const endpoint =
  /^\/([^/]+)\/(?:(oauth2\/(?:v2\.0\/)?(?:token|authorize|devicecode|logout))|((?:v2\.0\/)?\.well-known\/openid-configuration)|(discovery\/(?:v2\.0\/)?keys))\/?$/

interface Parts {
  path: string
  query: URLSearchParams
}

function partsOf(url: string): Parts {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  return { path: path.toLowerCase(), query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)) }
}

/** Whether a path of the control host is the authority's; its query may follow. A tenant that is not ours is refused here too, in Entra's words. */
export function isEntra(url: string, tenant: Tenant): boolean {
  const { path } = partsOf(url)
  if (path === signInPath || path === devicePath || path === deviceAnswerPath) return true
  const first = path.split('/')[1] ?? ''
  if (first === 'adfs' || anyTenant.has(first) || first === tenant.id.toLowerCase() || first === tenant.domain.toLowerCase()) return true
  const [, name] = endpoint.exec(path) ?? []
  return name !== undefined && !notTenants.has(name)
}

/** Reads method and URL. Fails with `url-unknown`, `tenant-unknown`, `method-wrong`. */
export function parseEntraRequest(method: string, url: string, tenant: Tenant): EntraRequest {
  const { path, query } = partsOf(url)
  const only = <Request extends EntraRequest>(allowed: 'GET' | 'POST', request: Request): Request => {
    if (method === allowed || (allowed === 'GET' && method === 'HEAD')) return request
    throw new SignInRefused('method-wrong', { allowed, method: method.slice(0, 20) })
  }
  if (path === signInPath) return only('POST', { kind: 'sign-in' })
  if (path === devicePath) return only('GET', { kind: 'device-page', query })
  if (path === deviceAnswerPath) return only('POST', { kind: 'device-answer' })
  if (path === '/common/discovery/instance') return only('GET', { kind: 'instance', query })
  const realm = /^\/common\/userrealm\/([^/]+)\/?$/.exec(path)?.[1]
  if (realm !== undefined) return only('GET', { kind: 'realm', user: decoded(realm) })
  const [, name, oauth, configuration, keys] = endpoint.exec(path) ?? []
  if (name === undefined) throw new SignInRefused('url-unknown')
  const authority = authorityOf(decoded(name), tenant)
  const version = path.includes('/v2.0/') ? 'v2' : 'v1'
  if (configuration !== undefined) return only('GET', { kind: 'configuration', authority, version })
  if (keys !== undefined) return only('GET', { kind: 'keys' })
  if (oauth?.endsWith('/token')) return only('POST', { kind: 'token', authority, version })
  if (oauth?.endsWith('/logout')) return method === 'POST' ? { kind: 'sign-out', query } : only('GET', { kind: 'sign-out', query })
  if (oauth?.endsWith('/devicecode')) return only('POST', { kind: 'device-code', authority, version })
  return only('GET', { kind: 'authorize', authority, query })
}

/** Whether a URL is our token endpoint under one of these origins, in any shape: what the `aud` of an assertion may be. */
export function isTokenEndpoint(url: string, origins: readonly string[], tenant: Tenant): boolean {
  if (!URL.canParse(url)) return false
  const { origin, pathname } = new URL(url)
  if (!origins.some((each) => URL.canParse(each) && new URL(each).origin === origin)) return false
  try {
    return parseEntraRequest('POST', pathname, tenant).kind === 'token'
  } catch {
    return false
  }
}

function authorityOf(name: string, tenant: Tenant): Authority {
  if (name === 'adfs') return { shape: 'adfs', tenant: 'adfs' }
  if (anyTenant.has(name) || name === tenant.id.toLowerCase() || name === tenant.domain.toLowerCase())
    return { shape: 'entra', tenant: name }
  throw new SignInRefused('tenant-unknown', { tenant: name.slice(0, 100) })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
