import { html } from '#http/html.ts'
import { loopbackRedirect } from '#app/identity/redirects.ts'
import { signOut } from '#app/identity/directory-tokens.ts'
import type { Answer } from '#http/answer.ts'
import { pageAnswer, redirectTo } from './answers.ts'
import type { EntraContext } from './context.ts'
import { Parameters, readForm } from './form.ts'
import type { EntraRequest } from './request.ts'
import { forgetBrowser } from './ticket.ts'

/**
 * OpenID Connect RP-Initiated Logout. A browser is never signed in here, so there is nothing to ask a person; with the id token
 * what the sign-in gave to the program ends. Back to a program on the same machine, as a sign-in goes.
 */
export async function answerSignOut(context: EntraContext, { query }: Extract<EntraRequest, { kind: 'sign-out' }>): Promise<Answer> {
  const { deps, http, words } = context
  const parameters = http.method === 'POST' ? await readForm(http) : new Parameters(query)
  const hint = parameters.get('id_token_hint')
  if (hint !== undefined) await signOut(deps, hint)
  const back = loopbackRedirect(parameters.get('post_logout_redirect_uri') ?? '')
  const headers = forgetBrowser(http)
  if (!back) {
    const body = html`<h1>${words('signed-out.title')}</h1><p role="status">${words('signed-out.lead')}</p>`
    return pageAnswer(context, { title: words('signed-out.title'), body, headers })
  }
  const state = parameters.get('state')
  if (state !== undefined) back.searchParams.set('state', state)
  return redirectTo(back, headers)
}
