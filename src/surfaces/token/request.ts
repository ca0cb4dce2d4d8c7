import { RegistryError } from '#core/registry-error.ts'
import type { Presented } from '#app/tokens/authenticate.ts'

export interface TokenRequest {
  kind: 'token'
  /** From the form; undefined: the Authorization header tells who asks. */
  presented: Presented | undefined
  service: string | undefined
  scopes: readonly string[]
  /** The client wants a refresh token too. */
  offline: boolean
}

/**
 * Reads a request of `/oauth2/`: `GET` with Basic (Docker token spec), `POST` with a form (Docker OAuth2 spec; ACR), and the keys.
 * Fails with `not-found`, `method-unsupported`, `request-invalid`.
 */
export function parseTokenRequest(method: string, url: string, form: string | undefined): TokenRequest | { kind: 'keys' } {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
  if (path === '/oauth2/keys') {
    if (method !== 'GET') throw unsupported(method, 'GET')
    return { kind: 'keys' }
  }
  if (path !== '/oauth2/token') throw new RegistryError('not-found', 'this URL is not part of the registry API')
  if (method === 'GET')
    return {
      kind: 'token',
      presented: undefined,
      service: query.get('service') || undefined,
      scopes: query.getAll('scope'),
      offline: query.get('offline_token') === 'true' || query.get('access_type') === 'offline',
    }
  if (method !== 'POST') throw unsupported(method, 'GET, POST')
  return parseForm(new URLSearchParams(form ?? ''))
}

function parseForm(form: URLSearchParams): TokenRequest {
  const need = (name: string): string => {
    const value = form.get(name)
    if (value) return value
    throw new RegistryError('request-invalid', `the form lacks "${name}"`)
  }
  const grant = need('grant_type')
  const common = {
    kind: 'token' as const,
    service: form.get('service') || undefined,
    scopes: form.getAll('scope'),
    offline: form.get('access_type') === 'offline' || form.get('offline_token') === 'true',
  }
  if (grant === 'password') return { ...common, presented: { kind: 'basic', username: need('username'), password: need('password') } }
  if (grant === 'refresh_token') return { ...common, presented: { kind: 'refresh', token: need('refresh_token') } }
  throw new RegistryError('request-invalid', `grant_type "${grant.slice(0, 40)}" is not supported: expected password or refresh_token`)
}

const unsupported = (method: string, allowed: string) =>
  new RegistryError('method-unsupported', `method ${method.slice(0, 20)} is not supported here: expected ${allowed}`)
