import type { Origins } from '#app/deps.ts'
import type { TokenDeps } from '#app/identity/token-endpoint.ts'
import { withoutPort } from '#http/hosts.ts'
import type { HttpRequest } from '#http/http-request.ts'
import type { Tenant } from '#ports/directory.ts'
import { preferredLanguage } from '#http/language.ts'
import { type Language, languages } from '#words/messages.ts'
import { signInSpeakers, type SignInWords } from '#words/sign-in.ts'

export type EntraDeps = TokenDeps

/** What each handler of this surface is given. */
export interface EntraContext {
  deps: EntraDeps
  http: HttpRequest
  tenant: Tenant
  /** Under which the client sees us; URLs in answers begin with it. */
  origin: string
  language: Language
  words: SignInWords
}

export const contextOf = (deps: EntraDeps, http: HttpRequest, tenant: Tenant): EntraContext => ({
  deps,
  http,
  tenant,
  origin: originOf(deps.origins, http),
  ...readerOf(http),
})

/** In which language a person is told of it. */
export function readerOf(http: HttpRequest): Pick<EntraContext, 'language' | 'words'> {
  const language = preferredLanguage(http.header('accept-language'), languages)
  return { language, words: signInSpeakers[language].say }
}

/** The control host itself may be reached by another port or scheme than the one that is told to clients. */
function originOf({ control }: Origins, { scheme, host }: HttpRequest): string {
  return withoutPort(host) === withoutPort(new URL(control).host) ? `${scheme}://${host}` : control
}
