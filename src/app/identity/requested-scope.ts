import { audienceOf } from './audiences.ts'
import { SignInRefused } from './sign-in-refusal.ts'

/** What a client wrote: `scope` (version 2.0), or `resource` (version 1.0, ADFS). */
export interface ScopeParameters {
  scope?: string
  resource?: string
}

/** What a client asks a token for. */
export interface RequestedScope {
  /** One of our services, as it was written: it becomes the token's `aud`. */
  resource: string
  /** What the answer says was given. */
  scopes: readonly string[]
  openid: boolean
  offline: boolean
}

const oidcWords: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access'])
const defaultEnd = '/.default'

/**
 * Reads what is asked. `https://x//.default` means the resource `https://x/`: a slash is part of its name.
 * Fails with `parameter-missing`, `scope-invalid`, `scope-of-several`, `resource-unknown`.
 * @param origin the control origin
 */
export function parseRequestedScope(text: ScopeParameters, origin: string): RequestedScope {
  const words = [...new Set((text.scope ?? '').split(/\s+/).filter(Boolean))]
  const permissions = words.filter((word) => !oidcWords.has(word))
  if (text.resource === undefined && words.length === 0) throw new SignInRefused('parameter-missing', { parameter: 'scope' })
  const resource = text.resource ?? resourceOfScopes(permissions, `${origin}/graph`)
  if (!audienceOf(resource, origin)) throw new SignInRefused('resource-unknown', { resource: resource.slice(0, 200) })
  const whole = resource + defaultEnd
  return {
    resource,
    scopes: [...words.filter((word) => word !== 'offline_access'), ...(permissions.includes(whole) ? [] : [whole])],
    openid: words.includes('openid') || text.resource !== undefined,
    offline: words.includes('offline_access'),
  }
}

/** A program has no consent to ask for: it says `/.default`. Fails with `scope-not-default`. */
export function parseProgramScope(text: ScopeParameters, origin: string): RequestedScope {
  const word = (text.scope ?? '').split(/\s+/).find((each) => each !== '' && !oidcWords.has(each) && !each.endsWith(defaultEnd))
  if (text.resource === undefined && word !== undefined) throw new SignInRefused('scope-not-default', { scope: word.slice(0, 200) })
  return parseRequestedScope(text, origin)
}

function resourceOfScopes(permissions: readonly string[], graph: string): string {
  const resources = new Set(permissions.map((permission) => resourceOf(permission, graph)))
  if (resources.size > 1) throw new SignInRefused('scope-of-several')
  // `openid` alone is about the user, whom Graph tells of.
  return [...resources][0] ?? graph
}

function resourceOf(permission: string, graph: string): string {
  if (permission.endsWith(defaultEnd)) return permission.slice(0, -defaultEnd.length)
  // `User.Read` is Graph's.
  if (/^[A-Za-z][A-Za-z0-9.]{0,99}$/.test(permission)) return graph
  const end = permission.lastIndexOf('/')
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(permission) || end <= permission.indexOf('://') + 2 || end === permission.length - 1)
    throw new SignInRefused('scope-invalid', { scope: permission.slice(0, 200) })
  return permission.slice(0, end)
}
