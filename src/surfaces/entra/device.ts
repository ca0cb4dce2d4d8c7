import { RegistryError } from '#core/registry-error.ts'
import { authenticateClient, findClient } from '#app/identity/clients.ts'
import { askOnDevice, deviceLife, findDevice, grantDevice, refuseDevice } from '#app/identity/devices.ts'
import { parseRequestedScope } from '#app/identity/requested-scope.ts'
import { signInUser } from '#app/identity/sign-in.ts'
import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import type { Answer } from '#http/answer.ts'
import { jsonAnswer, pageAnswer } from './answers.ts'
import type { EntraContext } from './context.ts'
import { wireOf } from './errors.ts'
import { type Parameters, readForm } from './form.ts'
import { isCorrectable, problemIn } from './page-problems.ts'
import { deviceCodeForm, deviceSignInForm, outcome } from './pages.ts'
import { devicePath, type EntraRequest, isTokenEndpoint } from './request.ts'
import { readTicket, writeTicket } from './ticket.ts'
import { parseScopeParameters, parseClient } from './token.ts'

/** Seconds between two questions of the device. */
const interval = 5

/** RFC 8628 §3.1; programs show `message` to the person as it is, so it is in English like Entra's. */
export async function answerDeviceCode(context: EntraContext): Promise<Answer> {
  const { deps, http, origin, tenant } = context
  const form = await readForm(http)
  const isOurs = (url: string) => isTokenEndpoint(url, deps.origins.own, tenant)
  const use = parseClient(form, http.header('authorization'))
  const { id: clientId } = await authenticateClient(deps, { ...use, address: http.address, isTokenEndpoint: isOurs })
  const asked = parseScopeParameters(form)
  parseRequestedScope(asked, deps.origins.control)
  const { deviceCode, userCode } = await askOnDevice(deps, { clientId, asked, address: http.address })
  const page = `${origin}${devicePath}`
  return jsonAnswer({
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: page,
    verification_url: page,
    expires_in: deviceLife,
    interval,
    message: `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`,
  })
}

export async function showDevicePage(context: EntraContext, { query }: Extract<EntraRequest, { kind: 'device-page' }>): Promise<Answer> {
  return codeForm(context, { status: 200, typed: (query.get('user_code') ?? query.get('otc') ?? '').slice(0, 20) })
}

/** The code was typed, or the person answers. */
export async function takeDeviceForm(context: EntraContext): Promise<Answer> {
  const form = await readForm(context.http)
  const ticket = readTicket(context.deps, context.http, form.need('ticket'), ['device-code', 'device'])
  const typed = ticket.kind === 'device' ? ticket.userCode : (form.get('code') ?? '').slice(0, 60)
  try {
    if (ticket.kind === 'device') return await takeAnswer(context, typed, form)
    return await answerForm(context, { status: 200, userCode: await knownCode(context, typed), username: '' })
  } catch (error) {
    if (!isCorrectable(error)) throw error
    context.http.log.reason = error.reason
    const shown = { status: wireOf(error).status, problem: problemIn(context.words, error) }
    if (ticket.kind === 'device' && error.reason !== 'user-code-unknown')
      return answerForm(context, { ...shown, userCode: typed, username: form.get('username') ?? '' })
    return codeForm(context, { ...shown, typed })
  }
}

async function knownCode({ deps, http }: EntraContext, typed: string): Promise<string> {
  return (await findDevice(deps, { typed, address: http.address })).userCode ?? ''
}

async function takeAnswer(context: EntraContext, userCode: string, form: Parameters): Promise<Answer> {
  const { deps, http, words } = context
  const question = await findDevice(deps, { typed: userCode, address: http.address })
  const client = await findClient(deps, question.clientId)
  if (form.get('answer') === 'refuse') {
    await refuseDevice(deps, question.id).catch(asUnknown)
    return pageAnswer(context, { title: words('refused.title'), body: outcome(words, 'refused', client.name) })
  }
  const shown = { username: form.get('username') ?? '', password: form.get('password') ?? '', address: http.address }
  const signedIn = await signInUser(deps, shown)
  http.log.principal = signedIn.principal.login ?? signedIn.principal.id
  await grantDevice(deps, question, signedIn).catch(asUnknown)
  return pageAnswer(context, { title: words('done.title'), body: outcome(words, 'done', client.name) })
}

// Somebody else answered, or it ended, while the password was checked.
function asUnknown(error: unknown): never {
  throw error instanceof RegistryError && error.failure === 'not-found' ? new SignInRefused('user-code-unknown') : error
}

interface Shown {
  status: number
  problem?: string
}

function codeForm(context: EntraContext, { status, ...shown }: Shown & { typed: string }): Answer {
  const { sealed, headers } = writeTicket(context.deps, context.http, { kind: 'device-code' })
  const body = deviceCodeForm(context.words, { ...shown, ticket: sealed })
  return pageAnswer(context, { status, title: context.words('device.title'), body, headers })
}

async function answerForm(context: EntraContext, { status, ...shown }: Shown & { userCode: string; username: string }): Promise<Answer> {
  const { deps, http, words } = context
  const question = await findDevice(deps, { typed: shown.userCode, address: http.address })
  const client = (await findClient(deps, question.clientId)).name
  const { sealed, headers } = writeTicket(deps, http, { kind: 'device', userCode: shown.userCode })
  const body = deviceSignInForm(words, { ...shown, ticket: sealed, client })
  return pageAnswer(context, { status, title: words('device.confirm.title'), body, headers })
}
