import { html } from '#http/html.ts'
import { loopbackRedirect } from '#app/identity/redirects.ts'
import { signOut } from '#app/identity/sign-out.ts'
import { sendPage } from './answers.ts'
import type { EntraContext } from './context.ts'
import { Parameters, readForm } from './form.ts'
import type { EntraRequest } from './request.ts'
import { forgetBrowser } from './ticket.ts'

/**
 * OpenID Connect RP-Initiated Logout. A browser is never signed in here, so there is nothing to ask a person; with the id token
 * what the sign-in gave to the program ends. Back to a program on the same machine, as a sign-in goes.
 */
export async function answerSignOut(context: EntraContext, { query }: Extract<EntraRequest, { kind: 'sign-out' }>): Promise<void> {
  const { deps, exchange, words } = context
  const given = exchange.method === 'POST' ? await readForm(exchange) : new Parameters(query)
  const hint = given.get('id_token_hint')
  if (hint !== undefined) await signOut(deps, hint)
  const back = loopbackRedirect(given.get('post_logout_redirect_uri') ?? '')
  const headers = forgetBrowser(exchange)
  if (!back) {
    const body = html`<h1>${words('signed-out.title')}</h1><p role="status">${words('signed-out.lead')}</p>`
    return sendPage(context, { status: 200, title: words('signed-out.title'), body, headers })
  }
  const state = given.get('state')
  if (state !== undefined) back.searchParams.set('state', state)
  await exchange.send(303, [['Location', back.href], ['Cache-Control', 'no-store'], ['Referrer-Policy', 'no-referrer'], ...headers])
}
