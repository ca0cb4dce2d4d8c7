import { RegistryError } from '#core/registry-error.ts'
import { authenticateClient, findClient } from '#app/identity/clients.ts'
import { askOnDevice, deviceLife, findDevice, grantDevice, refuseDevice } from '#app/identity/devices.ts'
import { parseAsked } from '#app/identity/requested-scope.ts'
import { signInUser } from '#app/identity/sign-in.ts'
import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import { sendJson, sendPage } from './answers.ts'
import type { EntraContext } from './context.ts'
import { wireOf } from './errors.ts'
import { type Parameters, readForm } from './form.ts'
import { isCorrectable, problemIn } from './page-problems.ts'
import { deviceCodeForm, deviceSignInForm, outcome } from './pages.ts'
import { devicePath, type EntraRequest, isTokenEndpoint } from './request.ts'
import { readTicket, writeTicket } from './ticket.ts'
import { parseAskedText, parseClient } from './token.ts'

/** Seconds between two questions of the device. */
const interval = 5

/** RFC 8628 §3.1; programs show `message` to the person as it is, so it is in English like Entra's. */
export async function answerDeviceCode(context: EntraContext): Promise<void> {
  const { deps, exchange, origin, tenant } = context
  const form = await readForm(exchange)
  const isOurs = (url: string) => isTokenEndpoint(url, deps.origins.own, tenant)
  const use = parseClient(form, exchange.header('authorization'))
  const { id: clientId } = await authenticateClient(deps, { ...use, address: exchange.address, isTokenEndpoint: isOurs })
  const asked = parseAskedText(form)
  parseAsked(asked, deps.origins.control)
  const { deviceCode, userCode } = await askOnDevice(deps, { clientId, asked, address: exchange.address })
  const page = `${origin}${devicePath}`
  await sendJson(context, 200, {
    user_code: userCode,
    device_code: deviceCode,
    verification_uri: page,
    verification_url: page,
    expires_in: deviceLife,
    interval,
    message: `To sign in, use a web browser to open the page ${page} and enter the code ${userCode} to authenticate.`,
  })
}

export async function showDevicePage(context: EntraContext, { query }: Extract<EntraRequest, { kind: 'device-page' }>): Promise<void> {
  await sendCodeForm(context, { status: 200, typed: (query.get('user_code') ?? query.get('otc') ?? '').slice(0, 20) })
}

/** The code was typed, or the person answers. */
export async function takeDeviceForm(context: EntraContext): Promise<void> {
  const form = await readForm(context.exchange)
  const ticket = readTicket(context.deps, context.exchange, form.need('ticket'), ['device-code', 'device'])
  const typed = ticket.kind === 'device' ? ticket.userCode : (form.get('code') ?? '').slice(0, 60)
  try {
    if (ticket.kind === 'device') await takeAnswer(context, typed, form)
    else await sendAnswerForm(context, { status: 200, userCode: await knownCode(context, typed), username: '' })
  } catch (error) {
    if (!isCorrectable(error)) throw error
    context.exchange.log.reason = error.reason
    const shown = { status: wireOf(error).status, problem: problemIn(context.words, error) }
    if (ticket.kind === 'device' && error.reason !== 'user-code-unknown')
      await sendAnswerForm(context, { ...shown, userCode: typed, username: form.get('username') ?? '' })
    else await sendCodeForm(context, { ...shown, typed })
  }
}

async function knownCode({ deps, exchange }: EntraContext, typed: string): Promise<string> {
  return (await findDevice(deps, { typed, address: exchange.address })).userCode ?? ''
}

async function takeAnswer(context: EntraContext, userCode: string, form: Parameters): Promise<void> {
  const { deps, exchange, words } = context
  const question = await findDevice(deps, { typed: userCode, address: exchange.address })
  const client = await findClient(deps, question.clientId)
  if (form.get('answer') === 'refuse') {
    await refuseDevice(deps, question.id).catch(asUnknown)
    return sendPage(context, { status: 200, title: words('refused.title'), body: outcome(words, 'refused', client.name) })
  }
  const given = { username: form.get('username') ?? '', password: form.get('password') ?? '', address: exchange.address }
  const signedIn = await signInUser(deps, given)
  exchange.log.principal = signedIn.principal.login ?? signedIn.principal.id
  await grantDevice(deps, question, signedIn).catch(asUnknown)
  await sendPage(context, { status: 200, title: words('done.title'), body: outcome(words, 'done', client.name) })
}

// Somebody else answered, or it ended, while the password was checked.
function asUnknown(error: unknown): never {
  throw error instanceof RegistryError && error.failure === 'not-found' ? new SignInRefused('user-code-unknown') : error
}

interface Shown {
  status: number
  problem?: string
}

async function sendCodeForm(context: EntraContext, { status, ...shown }: Shown & { typed: string }): Promise<void> {
  const { sealed, headers } = writeTicket(context.deps, context.exchange, { kind: 'device-code' })
  const body = deviceCodeForm(context.words, { ...shown, ticket: sealed })
  await sendPage(context, { status, title: context.words('device.title'), body, headers })
}

async function sendAnswerForm(context: EntraContext, { status, ...shown }: Shown & { userCode: string; username: string }): Promise<void> {
  const { deps, exchange, words } = context
  const question = await findDevice(deps, { typed: shown.userCode, address: exchange.address })
  const client = (await findClient(deps, question.clientId)).name
  const { sealed, headers } = writeTicket(deps, exchange, { kind: 'device', userCode: shown.userCode })
  const body = deviceSignInForm(words, { ...shown, ticket: sealed, client })
  await sendPage(context, { status, title: words('device.confirm.title'), body, headers })
}
