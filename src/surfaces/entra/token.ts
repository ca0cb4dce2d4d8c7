import type { ClientProof } from '#app/identity/clients.ts'
import type { TokenResponse, AuthorizationGrant } from '#app/identity/token-endpoint.ts'
import type { ScopeParameters } from '#app/identity/requested-scope.ts'
import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Parameters } from './form.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** Fails with `parameter-missing`, `grant-unsupported`. */
export function parseGrant(form: Parameters): AuthorizationGrant {
  const grant = form.need('grant_type')
  switch (grant) {
    case 'client_credentials':
      return { kind: 'client-credentials' }
    case 'password':
      return { kind: 'password', username: form.need('username'), password: form.need('password') }
    case 'refresh_token':
      return { kind: 'refresh', token: form.need('refresh_token') }
    case 'authorization_code':
      return {
        kind: 'code',
        code: form.need('code'),
        redirectUri: form.need('redirect_uri'),
        verifier: form.need('code_verifier'),
      }
    // Entra's older endpoint writes `device_code` and `code`.
    case deviceGrant:
    case 'device_code':
      return { kind: 'device', deviceCode: form.get('device_code') ?? form.get('code') ?? form.need('device_code') }
    default:
      throw new SignInRefused('grant-unsupported', { grant: grant.slice(0, 60) })
  }
}

export function parseScopeParameters(form: Parameters): ScopeParameters {
  const [scope, resource] = [form.get('scope'), form.get('resource')]
  return { ...(scope === undefined ? {} : { scope }), ...(resource === undefined ? {} : { resource }) }
}

/**
 * Which program asks, and how it proves itself: by the form or by Basic, whose parts are form-encoded (RFC 6749 §2.3.1).
 * Fails with `parameter-wrong` for two proofs at once, or an assertion of another kind.
 */
export function parseClient(form: Parameters, authorization: string | undefined): { clientId: string | undefined; proof: ClientProof } {
  const basic = parseAuthorization(authorization)
  const [named, secret, assertion] = [form.get('client_id'), form.get('client_secret'), form.get('client_assertion')]
  if (basic === 'malformed' || basic?.kind === 'bearer') throw new SignInRefused('parameter-wrong', { parameter: 'Authorization' })
  if ([basic, secret, assertion].filter((each) => each !== undefined).length > 1)
    throw new SignInRefused('parameter-wrong', { parameter: assertion === undefined ? 'client_secret' : 'client_assertion' })
  if (basic) {
    const clientId = formDecoded(basic.username)
    if (named !== undefined && named.toLowerCase() !== clientId.toLowerCase())
      throw new SignInRefused('parameter-wrong', { parameter: 'client_id' })
    return { clientId, proof: { kind: 'secret', secret: formDecoded(basic.password) } }
  }
  if (secret !== undefined) return { clientId: named, proof: { kind: 'secret', secret } }
  if (assertion === undefined) return { clientId: named, proof: { kind: 'none' } }
  if (form.need('client_assertion_type') !== assertionType)
    throw new SignInRefused('parameter-wrong', { parameter: 'client_assertion_type' })
  return { clientId: named, proof: { kind: 'assertion', assertion } }
}

// A program that does not encode sends a text that may not decode.
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** RFC 6749 §5.1 with Entra's additions; the older endpoint also tells the resource and the end. */
export function formatAnswer(answer: TokenResponse, { now, asked }: { now: number; asked: ScopeParameters }): Record<string, unknown> {
  const ends = Math.floor(now / 1000) + answer.expiresIn
  return {
    token_type: 'Bearer',
    ...(answer.scopes === undefined ? {} : { scope: answer.scopes.join(' ') }),
    expires_in: answer.expiresIn,
    ext_expires_in: answer.expiresIn,
    ...(asked.resource === undefined
      ? {}
      : { resource: answer.resource, expires_on: String(ends), not_before: String(ends - answer.expiresIn) }),
    access_token: answer.accessToken,
    ...(answer.refreshToken === undefined ? {} : { refresh_token: answer.refreshToken }),
    ...(answer.idToken === undefined ? {} : { id_token: answer.idToken }),
    ...(answer.clientInfo === undefined ? {} : { client_info: answer.clientInfo }),
  }
}
