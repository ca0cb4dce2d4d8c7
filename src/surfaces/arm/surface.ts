import { ControlError, controlError, controlErrorWith } from '#core/control-error.ts'
import { type Caller, decide } from '#core/access.ts'
import type { Match } from '#ports/resources.ts'
import { authenticateBearer } from '#app/identity/bearer.ts'
import { jsonType } from '#http/answer.ts'
import { parseAuthorization } from '#http/credentials.ts'
import type { Headers } from '#http/headers.ts'
import type { HttpRequest } from '#http/http-request.ts'
import { BodyRefused, readJson } from '#http/json-body.ts'
import type { Call, Dialect, Route, Surface } from '#http/surface.ts'
import type { ArmDeps, Context } from './context.ts'
import { errorBody, wire } from './errors.ts'
import { challenge, commonHeaders, remainingCalls, supportedVersions } from './headers.ts'
import { type ArmRequest, parseArmRequest } from './request.ts'
import { routeOf } from './routes.ts'
import { type ArmUrl, parseArmUrl } from './url.ts'
import { missingSubscription } from './wrong-url.ts'

export interface Arm extends Dialect {
  world: ArmDeps
  caller: Caller
  request: ArmRequest & { url: ArmUrl }
  route: Route<Context, never>
  context: Context
}

const largestBody = 4 * 1024 * 1024

/** Azure's control plane. Whoever is nobody is told nothing of what there is: the caller comes first. */
export const arm: Surface<Arm> = {
  first: 'caller',
  identify,
  parse: ({ http }) => {
    const url = parseArmUrl(http.method, http.url)
    return { ...parseArmRequest(url), url }
  },
  routeOf,
  admit: ({ caller, request, route }) => {
    const access = route.access(request as never)
    if (!decide(caller, access).allowed)
      throw controlError('AuthorizationFailed', {
        caller,
        action: access.kind === 'action' ? access.action : 'sign in',
        scope: request.url.path,
      })
  },
  context: ({ world, caller, request, http }) => ({
    deps: world,
    caller,
    url: request.url,
    match: matchOf(http),
    body: () => bodyOf(http),
  }),
  headers: (call) => {
    const { world, http, caller } = call
    const wanted = http.header('x-ms-return-client-request-id')?.toLowerCase() === 'true'
    const url = caller && urlOf(call)
    return [
      ...commonHeaders(http.correlationId, world.clock.now(), wanted ? http.header('x-ms-client-request-id') : undefined),
      ...(url ? [...supportedVersions(url), ...remainingCalls(url)] : []),
    ]
  },
  fail: (call, error) => {
    const { failure, message, detail } = error
    const { target } = detail
    const [status, usual] = wire[failure]
    const headers: Headers = failure === 'unauthorized' ? [jsonType, challenge(call.world, detail.renew === true)] : [jsonType]
    const body = errorBody(error instanceof ControlError ? error.code : usual, message, {
      ...(typeof target === 'string' ? { target } : {}),
      provider: call.caller !== undefined && urlOf(call)?.namespace?.toLowerCase() === 'microsoft.containerregistry',
    })
    return { status, headers, body }
  },
}

/** Also of a request that is wrong behind its URL. */
function urlOf({ request, http }: Call<Arm>): ArmUrl | undefined {
  if (request) return request.url
  try {
    return parseArmUrl(http.method, http.url)
  } catch {
    return undefined
  }
}

/** Fails with `not-found` for a path that cannot be one of ARM's, whoever asks. */
async function identify({ world, http }: Call<Arm>): Promise<Caller> {
  if (!/^\/*(?:subscriptions|tenants|providers)(?:[/?]|$)/i.test(http.url)) throw missingSubscription()
  const presented = parseAuthorization(http.header('authorization'))
  if (presented === undefined) throw controlError('AuthenticationFailed', "The 'Authorization' header is missing.")
  if (presented === 'malformed' || presented.kind !== 'bearer')
    throw controlErrorWith(
      { error: 'invalid_token' },
      'AuthenticationFailed',
      "The 'Authorization' header is provided in an invalid format: expected 'Bearer <token>'.",
    )
  return authenticateBearer(world, presented.token, ['arm'])
}

/** RFC 9110 §13.1: one etag, or `*`; a list of them is not ARM's. Fails with `request-invalid`. */
function matchOf(http: HttpRequest): Match {
  const [given, absent] = [http.header('if-match')?.trim(), http.header('if-none-match')?.trim()]
  if (absent === '*') return 'absent'
  if (!given) return undefined
  if (given === '*') return '*'
  const [, etag] = /^(?:W\/)?"([^"]*)"$/.exec(given) ?? [undefined, /^[^",\s]+$/.test(given) ? given : undefined]
  if (etag === undefined) throw controlError('InvalidHeaderValue')
  return { etag }
}

async function bodyOf(http: HttpRequest): Promise<unknown> {
  try {
    return await readJson(http, largestBody)
  } catch (error) {
    if (!(error instanceof BodyRefused)) throw error
    if (error.reason === 'too-large') throw controlError('RequestContentTooLarge', largestBody)
    throw controlError('InvalidRequestContent', {
      sentence: `The request content was invalid and could not be deserialized: ${error.message}.`,
    })
  }
}
