import { type Caller, decide } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Match } from '#ports/resources.ts'
import { authenticateBearer } from '#app/identity/bearer.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Exchange, Headers } from '#http/exchange.ts'
import { allowedBy, sendFailure } from '#http/failure.ts'
import { BodyRefused, readJson } from '#http/json-body.ts'
import { commonHeaders, json, remainingCalls, supportedVersions } from './headers.ts'
import type { Answer, ArmDeps, Context } from './context.ts'
import { errorBody, wire } from './errors.ts'
import { parseArmRequest } from './request.ts'
import { routeOf } from './routes.ts'
import { type ArmUrl, parseArmUrl } from './url.ts'
import { missingSubscription } from './wrong-url.ts'

const largestBody = 4 * 1024 * 1024

/** Answers one request of ARM: who, what, may they, do. Never rejects. */
export async function serveArm(deps: ArmDeps, exchange: Exchange): Promise<void> {
  let url: ArmUrl | undefined
  try {
    checkPlace(exchange.url)
    const caller = await identify(deps, exchange)
    url = parseArmUrl(exchange.method, exchange.url)
    const request = parseArmRequest(url)
    const route = routeOf(request)
    const access = route.access(request)
    if (!decide(caller, access).allowed) throw forbidden(caller, access.kind === 'action' ? access.action : 'sign in', url.path)
    const context: Context = { deps, caller, url, match: matchOf(exchange), body: () => bodyOf(exchange) }
    await answer(deps, exchange, url, await route.handle(context, request))
  } catch (error) {
    await fail(deps, exchange, url, error)
  }
}

/** Fails with `not-found` for a path that cannot be one of ARM's, whoever asks. */
function checkPlace(url: string): void {
  if (!/^\/*(?:subscriptions|tenants|providers)(?:[/?]|$)/i.test(url)) throw missingSubscription()
}

async function identify(deps: ArmDeps, exchange: Exchange): Promise<Caller> {
  const presented = parseAuthorization(exchange.header('authorization'))
  if (presented === undefined)
    throw new RegistryError('unauthorized', "Authentication failed. The 'Authorization' header is missing.", {
      code: 'AuthenticationFailed',
    })
  if (presented === 'malformed' || presented.kind !== 'bearer')
    throw new RegistryError(
      'unauthorized',
      "Authentication failed. The 'Authorization' header is provided in an invalid format: expected 'Bearer <token>'.",
      { code: 'AuthenticationFailed', error: 'invalid_token' },
    )
  const caller = await authenticateBearer(deps, presented.token, ['arm'])
  exchange.log.principal = caller.name
  exchange.isKnown()
  return caller
}

/** RFC 9110 §13.1: one etag, or `*`; a list of them is not ARM's. Fails with `request-invalid`. */
function matchOf(exchange: Exchange): Match {
  const [given, absent] = [exchange.header('if-match')?.trim(), exchange.header('if-none-match')?.trim()]
  if (absent === '*') return 'absent'
  if (!given) return undefined
  if (given === '*') return '*'
  const [, etag] = /^(?:W\/)?"([^"]*)"$/.exec(given) ?? [undefined, /^[^",\s]+$/.test(given) ? given : undefined]
  if (etag === undefined)
    throw new RegistryError('request-invalid', "The 'If-Match' header must hold one etag in quotes, or '*'.", {
      code: 'InvalidHeaderValue',
    })
  return { etag }
}

async function bodyOf(exchange: Exchange): Promise<unknown> {
  try {
    return await readJson(exchange, largestBody)
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error
    if (error.reason === 'too-large')
      throw new RegistryError('size-invalid', `The request content size exceeds the maximum size of ${largestBody} bytes.`)
    throw new RegistryError('request-invalid', `The request content was invalid and could not be deserialized: ${error.message}.`, {
      code: 'InvalidRequestContent',
    })
  }
}

async function answer(deps: ArmDeps, exchange: Exchange, url: ArmUrl, { status, body, headers = [] }: Answer): Promise<void> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  await exchange.send(status, [...common(deps, exchange, url), ...(text === undefined ? [] : [json]), ...headers], text)
}

function common(deps: ArmDeps, exchange: Exchange, url: ArmUrl | undefined): Headers {
  const wanted = exchange.header('x-ms-return-client-request-id')?.toLowerCase() === 'true'
  return [
    ...commonHeaders(exchange.correlationId, deps.clock.now(), wanted ? exchange.header('x-ms-client-request-id') : undefined),
    ...(url ? [...supportedVersions(url), ...remainingCalls(url)] : []),
  ]
}

const forbidden = (caller: Caller, action: string, scope: string) =>
  new RegistryError(
    'denied',
    `The client '${caller.name}' with object id '${caller.id}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    { code: 'AuthorizationFailed' },
  )

async function fail(deps: ArmDeps, exchange: Exchange, url: ArmUrl | undefined, error: unknown): Promise<void> {
  if (exchange.beyondAnswer) return exchange.destroy()
  const known = error instanceof RegistryError ? error : internal(exchange, error)
  const [status, usual] = wire[known.failure]
  const { code, target, retryAfter } = known.detail
  exchange.log.failure = known.failure
  exchange.log.reason = known.message
  const headers: (readonly [string, string | number])[] = [...common(deps, exchange, url), json]
  if (known.failure === 'unauthorized') headers.push(['WWW-Authenticate', challenge(deps, known.detail.renew === true)])
  const body = errorBody(typeof code === 'string' ? code : usual, known.message, {
    ...(typeof target === 'string' ? { target } : {}),
    provider: url?.namespace?.toLowerCase() === 'microsoft.containerregistry',
  })
  await sendFailure(exchange, { status, headers, body, allowed: allowedBy(known.detail), retryAfter })
}

// Clients read the authority from here; ADFS's is the one that needs no discovery at Microsoft.
function challenge({ origins, clock }: ArmDeps, renew: boolean): string {
  const begin = `Bearer authorization_uri="${origins.control}/adfs"`
  if (!renew)
    return `${begin}, error="invalid_token", error_description="The authentication failed because of missing or invalid 'Authorization' header."`
  // As Entra asks for a token that is younger (continuous access evaluation): az and the SDKs get one past what they keep, and try again.
  const claims = { access_token: { nbf: { essential: true, value: String(Math.floor(clock.now() / 1000)) } } }
  return `${begin}, error="insufficient_claims", claims="${Buffer.from(JSON.stringify(claims)).toString('base64')}"`
}

// Nothing of an unexpected error reaches the wire; the log has it under the correlation id.
function internal(exchange: Exchange, error: unknown): RegistryError {
  exchange.unexpected = error
  return new RegistryError('storage-failed', `Internal error; the log has it under correlation id ${exchange.correlationId}.`)
}
