import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import type { Tenant } from '#ports/directory.ts'
import type { Authority, Version } from './request.ts'

/** The authority's name of itself: programs compare its scheme, host and port with theirs. */
export function issuerOf(origin: string, authority: Authority, version: Version, tenant: Tenant): string {
  if (authority.shape === 'adfs') return `${origin}/adfs`
  return version === 'v2' ? `${origin}/${tenant.id}/v2.0` : `${origin}/${tenant.id}/`
}

/** OpenID Connect Discovery §3. MSAL reads the tenant out of the token endpoint: it stays as the program wrote it. */
export function configurationOf(origin: string, authority: Authority, version: Version, tenant: Tenant): Record<string, unknown> {
  const isNew = authority.shape === 'entra' && version === 'v2'
  const base = `${origin}/${authority.tenant}`
  const oauth = isNew ? `${base}/oauth2/v2.0` : `${base}/oauth2`
  return {
    issuer: issuerOf(origin, authority, version, tenant),
    token_endpoint: `${oauth}/token`,
    authorization_endpoint: `${oauth}/authorize`,
    end_session_endpoint: `${oauth}/logout`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    jwks_uri: isNew ? `${base}/discovery/v2.0/keys` : `${base}/discovery/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256'],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: [
      'client_credentials',
      'password',
      'refresh_token',
      'authorization_code',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    code_challenge_methods_supported: ['S256'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    claims_supported: ['aud', 'exp', 'iat', 'iss', 'name', 'nonce', 'oid', 'preferred_username', 'sid', 'sub', 'tid', 'upn', 'ver'],
  }
}

/** What MSAL asks before it trusts an authority that it does not know. Fails with `parameter-missing`, `instance-unknown`. */
export function instanceOf(origin: string, query: URLSearchParams): Record<string, unknown> {
  const asked = query.get('authorization_endpoint')
  if (!asked) throw new SignInRefused('parameter-missing', { parameter: 'authorization_endpoint' })
  const { host } = new URL(origin)
  if (!URL.canParse(asked) || new URL(asked).host !== host) throw new SignInRefused('instance-unknown')
  const tenant = new URL(asked).pathname.split('/')[1] ?? ''
  const version = tenant.toLowerCase() === 'adfs' ? '' : '/v2.0'
  return {
    tenant_discovery_endpoint: `${origin}/${tenant || 'common'}${version}/.well-known/openid-configuration`,
    'api-version': query.get('api-version') ?? '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  }
}

/** How a user signs in: at this authority, with a password, whoever it is. It does not tell who there is. */
export const realmOf = (origin: string, user: string): Record<string, unknown> => ({
  ver: '1.0',
  account_type: 'Managed',
  domain_name: user.split('@')[1] ?? '',
  cloud_instance_name: new URL(origin).host,
  cloud_audience_urn: 'urn:federation:MicrosoftOnline',
})
