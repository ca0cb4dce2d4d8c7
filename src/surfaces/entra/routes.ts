import { directoryKeys } from '#ports/signer.ts'
import { grantTokens } from '#app/identity/grants.ts'
import { sendJson } from './answers.ts'
import { showSignIn, takeSignIn } from './authorize.ts'
import type { EntraContext } from './context.ts'
import { answerDeviceCode, showDevicePage, takeDeviceForm } from './device.ts'
import { configurationOf, instanceOf, issuerOf, realmOf } from './discovery.ts'
import { readForm } from './form.ts'
import { type EntraRequest, isTokenEndpoint } from './request.ts'
import { answerSignOut } from './sign-out.ts'
import { formatAnswer, parseAskedText, parseClient, parseGrant } from './token.ts'

type Kind = EntraRequest['kind']

interface Route<Request> {
  /** Everybody may ask who they are; what proves it is in the request, and the handler judges it. */
  access: 'none'
  /** Who reads a refusal. */
  reader: 'program' | 'person'
  handle: (context: EntraContext, request: Request) => Promise<void>
}

const routes: { [K in Kind]: Route<Extract<EntraRequest, { kind: K }>> } = {
  configuration: {
    access: 'none',
    reader: 'program',
    handle: (context, { authority, version }) =>
      sendJson(context, 200, configurationOf(context.origin, authority, version, context.tenant)),
  },
  keys: {
    access: 'none',
    reader: 'program',
    handle: async (context) => sendJson(context, 200, await context.deps.signers.of(directoryKeys).keys()),
  },
  instance: {
    access: 'none',
    reader: 'program',
    handle: (context, { query }) => sendJson(context, 200, instanceOf(context.origin, query)),
  },
  realm: { access: 'none', reader: 'program', handle: (context, { user }) => sendJson(context, 200, realmOf(context.origin, user)) },
  token: { access: 'none', reader: 'program', handle: answerToken },
  'device-code': { access: 'none', reader: 'program', handle: answerDeviceCode },
  authorize: { access: 'none', reader: 'person', handle: showSignIn },
  'sign-out': { access: 'none', reader: 'person', handle: answerSignOut },
  'sign-in': { access: 'none', reader: 'person', handle: takeSignIn },
  'device-page': { access: 'none', reader: 'person', handle: showDevicePage },
  'device-answer': { access: 'none', reader: 'person', handle: takeDeviceForm },
}

export const routeOf = (request: EntraRequest): Route<EntraRequest> => routes[request.kind] as Route<EntraRequest>

async function answerToken(context: EntraContext, { authority, version }: Extract<EntraRequest, { kind: 'token' }>): Promise<void> {
  const { deps, exchange, origin, tenant } = context
  const form = await readForm(exchange)
  const grant = parseGrant(form)
  const asked = parseAskedText(form)
  const answer = await grantTokens(deps, {
    ...parseClient(form, exchange.header('authorization')),
    grant,
    asked,
    wantsClientInfo: form.get('client_info') === '1',
    address: exchange.address,
    issuer: issuerOf(origin, authority, version, tenant),
    isTokenEndpoint: (url) => isTokenEndpoint(url, deps.origins.own, tenant),
  })
  exchange.log.principal = answer.principal.login ?? answer.principal.appId ?? answer.principal.id
  await sendJson(context, 200, formatAnswer(answer, { now: deps.clock.now(), asked }))
}
