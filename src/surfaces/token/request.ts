import { notFound } from '#http/request-line.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Presented } from '#app/tokens/authenticate.ts'

export interface TokenRequest {
  kind: 'token'
  /** From the form; undefined: the Authorization header tells who asks. */
  presented: Presented | undefined
  service: string | undefined
  scopes: readonly string[]
  /** The client would keep a refresh token. */
  offline: boolean
}

/** A directory token for a refresh token of the registry (ACR). */
export interface ExchangeRequest {
  kind: 'exchange'
  service: string | undefined
  token: string
}

export type TokenEndpointRequest = TokenRequest | ExchangeRequest | { kind: 'keys' }

/**
 * Reads a request of `/oauth2/`: `GET` with Basic (Docker token spec), `POST` with a form (Docker OAuth2 spec; ACR), and the keys.
 * Fails with `not-found`, `method-unsupported`, `request-invalid`.
 */
export function parseTokenRequest(method: string, url: string, form: string | undefined): TokenEndpointRequest {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
  const reads = method === 'GET' || method === 'HEAD'
  if (path === '/oauth2/keys') {
    if (!reads) throw unsupported(method, ['GET', 'HEAD'])
    return { kind: 'keys' }
  }
  if (path === '/oauth2/exchange') {
    if (method !== 'POST') throw unsupported(method, ['POST'])
    return parseExchange(new URLSearchParams(form ?? ''))
  }
  if (path !== '/oauth2/token') throw notFound()
  if (reads)
    return {
      kind: 'token',
      presented: undefined,
      service: query.get('service') || undefined,
      scopes: query.getAll('scope'),
      offline: query.get('offline_token') === 'true' || query.get('access_type') === 'offline',
    }
  if (method !== 'POST') throw unsupported(method, ['GET', 'HEAD', 'POST'])
  return parseForm(new URLSearchParams(form ?? ''))
}

const need = (form: URLSearchParams, name: string): string => {
  const value = form.get(name)
  if (value) return value
  throw new RegistryError('request-invalid', `the form lacks "${name}"`)
}

// The other two were names of the same in early clients.
const exchangeGrants = ['access_token', 'access_token_refresh_token', 'refresh_token']

function parseExchange(form: URLSearchParams): ExchangeRequest {
  const grant = need(form, 'grant_type')
  if (!exchangeGrants.includes(grant))
    throw new RegistryError('request-invalid', `grant_type "${grant.slice(0, 40)}" is not supported here: expected access_token`)
  return { kind: 'exchange', service: form.get('service') || undefined, token: need(form, 'access_token') }
}

function parseForm(form: URLSearchParams): TokenRequest {
  const grant = need(form, 'grant_type')
  const common = {
    kind: 'token' as const,
    service: form.get('service') || undefined,
    scopes: form.getAll('scope'),
    offline: form.get('access_type') === 'offline' || form.get('offline_token') === 'true',
  }
  if (grant === 'password') return { ...common, presented: parsePassword(form) }
  if (grant === 'refresh_token') return { ...common, presented: { kind: 'refresh', token: need(form, 'refresh_token') } }
  throw new RegistryError('request-invalid', `grant_type "${grant.slice(0, 40)}" is not supported: expected password or refresh_token`)
}

/** Without a name and a password nobody in particular asks: so the SDKs come to a registry with anonymous pull. */
function parsePassword(form: URLSearchParams): Presented {
  if (!form.get('username') && !form.get('password')) return { kind: 'none' }
  return { kind: 'basic', username: need(form, 'username'), password: need(form, 'password') }
}

const unsupported = (method: string, allowed: readonly string[]) =>
  new RegistryError('method-unsupported', `method ${method.slice(0, 20)} is not supported here: expected ${allowed.join(', ')}`, {
    allowed,
  })
