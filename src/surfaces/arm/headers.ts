import type { Headers } from '#http/headers.ts'
import type { ArmDeps } from './context.ts'
import type { ArmUrl } from './url.ts'
import { servedAs } from './versions.ts'

/** On every answer of ARM; the correlation id is the exchange's. */
export function commonHeaders(correlationId: string, now: number, clientRequestId: string | undefined): Headers {
  const compact = new Date(now).toISOString().replace(/[-:]|\.[0-9]+/g, '')
  return [
    ['Cache-Control', 'no-cache'],
    ['Pragma', 'no-cache'],
    ['Expires', '-1'],
    ['x-ms-request-id', correlationId],
    ['x-ms-routing-request-id', `LOCAL:${compact}:${correlationId}`],
    ...(clientRequestId === undefined ? [] : [['x-ms-client-request-id', clientRequestId] as const]),
  ]
}

/** The one of the provider's versions that the request is served by, as the service tells it. */
export const supportedVersions = ({ namespace, version }: Pick<ArmUrl, 'namespace' | 'version'>): Headers =>
  namespace?.toLowerCase() === 'microsoft.containerregistry' ? [['api-supported-versions', servedAs(version).text]] : []

/** What is left in Azure's full buckets after one call: nothing is counted here, and clients that pace themselves by it need not. */
export function remainingCalls({ method, scope }: Pick<ArmUrl, 'method' | 'scope'>): Headers {
  const of = scope === '' ? 'tenant' : 'subscription'
  const kind = method === 'DELETE' ? 'deletes' : method === 'GET' || method === 'HEAD' ? 'reads' : 'writes'
  const [own, global] = kind === 'reads' ? [11_999, 16_499] : [799, 11_999]
  return [
    [`x-ms-ratelimit-remaining-${of}-${kind}`, own],
    [`x-ms-ratelimit-remaining-${of}-global-${kind}`, global],
  ]
}

/** Clients read the authority from here; ADFS's is the one that needs no discovery at Microsoft. */
export function challenge({ origins, clock }: Pick<ArmDeps, 'origins' | 'clock'>, renew: boolean): readonly [string, string] {
  const begin = `Bearer authorization_uri="${origins.control}/adfs"`
  if (!renew)
    return [
      'WWW-Authenticate',
      `${begin}, error="invalid_token", error_description="The authentication failed because of missing or invalid 'Authorization' header."`,
    ]
  // As Entra asks for a token that is younger (continuous access evaluation): az and the SDKs get one past what they keep, and try again.
  const claims = { access_token: { nbf: { essential: true, value: String(Math.floor(clock.now() / 1000)) } } }
  return ['WWW-Authenticate', `${begin}, error="insufficient_claims", claims="${Buffer.from(JSON.stringify(claims)).toString('base64')}"`]
}
