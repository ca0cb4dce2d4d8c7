import { directoryKeys } from '#ports/signer.ts'
import { answerTokenRequest } from '#app/identity/token-endpoint.ts'
import type { Answer } from '#http/answer.ts'
import type { Route, Routes } from '#http/surface.ts'
import { jsonAnswer } from './answers.ts'
import { showSignIn, takeSignIn } from './authorize.ts'
import type { EntraContext } from './context.ts'
import { answerDeviceCode, showDevicePage, takeDeviceForm } from './device.ts'
import { configurationOf, instanceOf, issuerOf, realmOf } from './discovery.ts'
import { readForm } from './form.ts'
import { type EntraRequest, isTokenEndpoint } from './request.ts'
import { answerSignOut } from './sign-out.ts'
import { formatAnswer, parseScopeParameters, parseClient, parseGrant } from './token.ts'

/** Who reads a refusal. */
export type Reader = { reader: 'program' | 'person' }

/** Everybody may ask who they are; what proves it is in the request, and the handler judges it. */
const access = () => ({ kind: 'none' }) as const
const program = { access, reader: 'program' } as const
const person = { access, reader: 'person' } as const

const routes: Routes<EntraContext, EntraRequest, Reader> = {
  configuration: {
    ...program,
    handle: ({ origin, tenant }, { authority, version }) => jsonAnswer(configurationOf(origin, authority, version, tenant)),
  },
  keys: { ...program, handle: async ({ deps }) => jsonAnswer({ ...(await deps.signers.of(directoryKeys).keys()) }) },
  instance: { ...program, handle: ({ origin }, { query }) => jsonAnswer(instanceOf(origin, query)) },
  realm: { ...program, handle: ({ origin }, { user }) => jsonAnswer(realmOf(origin, user)) },
  token: { ...program, handle: answerToken },
  'device-code': { ...program, handle: answerDeviceCode },
  authorize: { ...person, handle: showSignIn },
  'sign-out': { ...person, handle: answerSignOut },
  'sign-in': { ...person, handle: takeSignIn },
  'device-page': { ...person, handle: showDevicePage },
  'device-answer': { ...person, handle: takeDeviceForm },
}

export type EntraRoute = Route<EntraContext, EntraRequest> & Reader

export const routeOf = ({ kind }: EntraRequest): EntraRoute => routes[kind] as EntraRoute

async function answerToken(context: EntraContext, { authority, version }: Extract<EntraRequest, { kind: 'token' }>): Promise<Answer> {
  const { deps, http, origin, tenant } = context
  const form = await readForm(http)
  const grant = parseGrant(form)
  const asked = parseScopeParameters(form)
  const answer = await answerTokenRequest(deps, {
    ...parseClient(form, http.header('authorization')),
    grant,
    asked,
    wantsClientInfo: form.get('client_info') === '1',
    address: http.address,
    issuer: issuerOf(origin, authority, version, tenant),
    isTokenEndpoint: (url) => isTokenEndpoint(url, deps.origins.own, tenant),
  })
  http.log.principal = answer.principal.login ?? answer.principal.appId ?? answer.principal.id
  return jsonAnswer(formatAnswer(answer, { now: deps.clock.now(), asked }))
}
