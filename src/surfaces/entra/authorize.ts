import { findClient } from '#app/identity/clients.ts'
import { makeCode, type CodeQuestion } from '#app/identity/codes.ts'
import { isChallenge } from '#app/identity/pkce.ts'
import { loopbackRedirect } from '#app/identity/redirects.ts'
import { parseRequestedScope } from '#app/identity/requested-scope.ts'
import { signInUser } from '#app/identity/sign-in.ts'
import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import { clientInfoOf } from '#app/identity/directory-tokens.ts'
import type { Answer } from '#http/answer.ts'
import { pageAnswer, redirectTo } from './answers.ts'
import type { EntraContext } from './context.ts'
import { errorBody, errorContextOf, wireOf } from './errors.ts'
import { Parameters, readForm } from './form.ts'
import { isCorrectable, problemIn } from './page-problems.ts'
import { continueForm, signInForm } from './pages.ts'
import type { EntraRequest } from './request.ts'
import { readTicket, type Ticket, writeTicket } from './ticket.ts'
import { parseScopeParameters } from './token.ts'

type CodeTicket = Extract<Ticket, { kind: 'code' }>
type Reply = Pick<CodeTicket, 'state' | 'formPost'> & { redirectUri: string; client: string }

/**
 * A program sends a person to sign in. What is wrong with the program or its redirect is told to the person; the rest goes
 * back to the program.
 */
export async function showSignIn(context: EntraContext, { query }: Extract<EntraRequest, { kind: 'authorize' }>): Promise<Answer> {
  const parameters = new Parameters(query)
  const client = await findClient(context.deps, parameters.need('client_id'))
  const redirectUri = parameters.need('redirect_uri')
  if (!loopbackRedirect(redirectUri)) throw new SignInRefused('redirect-wrong', { redirect: redirectUri.slice(0, 200) })
  const mode = parameters.get('response_mode') ?? 'query'
  if (mode !== 'query' && mode !== 'form_post') throw new SignInRefused('parameter-wrong', { parameter: 'response_mode' })
  const reply = { redirectUri, formPost: mode === 'form_post', state: parameters.get('state') ?? null, client: client.name }
  let question: CodeQuestion
  try {
    question = parseQuestion(context, client.id, redirectUri, parameters)
  } catch (error) {
    if (!(error instanceof SignInRefused)) throw error
    context.http.log.reason = error.reason
    const body = errorBody(wireOf(error), errorContextOf(context.deps, context.http))
    return replyAnswer(context, reply, { error: String(body.error), error_description: String(body.error_description) })
  }
  const ticket: CodeTicket = {
    kind: 'code',
    question,
    state: reply.state,
    formPost: reply.formPost,
    wantsClientInfo: parameters.get('client_info') === '1',
  }
  return formAnswer(context, ticket, { status: 200, client: client.name, username: parameters.get('login_hint') ?? '' })
}

/** Fails with what the program is told. */
function parseQuestion({ deps }: EntraContext, clientId: string, redirectUri: string, parameters: Parameters): CodeQuestion {
  const type = parameters.need('response_type')
  if (type !== 'code') throw new SignInRefused('response-type-unsupported', { type: type.slice(0, 60) })
  const challenge = parameters.get('code_challenge')
  if (challenge === undefined || parameters.get('code_challenge_method') !== 'S256' || !isChallenge(challenge))
    throw new SignInRefused('challenge-missing')
  const asked = parseScopeParameters(parameters)
  parseRequestedScope(asked, deps.origins.control)
  // Nobody is ever signed in here: a password is asked for each time.
  if (parameters.get('prompt') === 'none') throw new SignInRefused('interaction-required')
  return { clientId, redirectUri, challenge, nonce: parameters.get('nonce'), asked }
}

/** The form of the page comes back. */
export async function takeSignIn(context: EntraContext): Promise<Answer> {
  const { deps, http } = context
  const form = await readForm(http)
  const ticket = readTicket(deps, http, form.need('ticket'), ['code'])
  const { question, state, formPost, wantsClientInfo } = ticket
  const client = await findClient(deps, question.clientId)
  const username = form.get('username') ?? ''
  try {
    const signedIn = await signInUser(deps, { username, password: form.get('password') ?? '', address: http.address })
    http.log.principal = signedIn.principal.login ?? signedIn.principal.id
    const code = await makeCode(deps, question, signedIn)
    const more = wantsClientInfo ? { client_info: await clientInfoOf(deps, signedIn.principal) } : {}
    return replyAnswer(context, { redirectUri: question.redirectUri, state, formPost, client: client.name }, { code, ...more })
  } catch (error) {
    if (!isCorrectable(error)) throw error
    http.log.reason = error.reason
    const { status } = wireOf(error)
    return formAnswer(context, ticket, { status, client: client.name, username, problem: problemIn(context.words, error) })
  }
}

interface Shown {
  status: number
  client: string
  username: string
  problem?: string
}

function formAnswer(context: EntraContext, ticket: CodeTicket, { status, ...shown }: Shown): Answer {
  const { sealed, headers } = writeTicket(context.deps, context.http, ticket)
  // The form leads to us and on to the program: browsers ask the policy about the redirect too.
  const formAction = `'self' ${policySource(ticket.question.redirectUri)}`
  const body = signInForm(context.words, { ...shown, ticket: sealed })
  return pageAnswer(context, { status, title: context.words('sign-in.title'), body, headers, formAction })
}

/** To the program on the person's machine: in the URL, or as a form that the person sends on. */
function replyAnswer(context: EntraContext, reply: Reply, answer: Readonly<Record<string, string>>): Answer {
  const whole = { ...answer, ...(reply.state === null ? {} : { state: reply.state }) }
  if (reply.formPost) {
    const body = continueForm(context.words, { client: reply.client, action: reply.redirectUri, answer: whole })
    return pageAnswer(context, { title: context.words('continue.title'), body, formAction: policySource(reply.redirectUri) })
  }
  const url = new URL(reply.redirectUri)
  for (const [name, value] of Object.entries(whole)) url.searchParams.set(name, value)
  return redirectTo(url)
}

// A policy cannot name an IPv6 address (CSP3 §2.3.1, host-source).
function policySource(redirectUri: string): string {
  const { origin, hostname } = new URL(redirectUri)
  return hostname.startsWith('[') ? 'http:' : origin
}
