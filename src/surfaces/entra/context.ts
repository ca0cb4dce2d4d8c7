import type { Deps, Origins } from '#app/deps.ts'
import type { FailedLogins } from '#app/tokens/rate-limits.ts'
import { withoutPort } from '#http/hosts.ts'
import type { Exchange } from '#http/exchange.ts'
import type { Tenant } from '#ports/directory.ts'
import { preferredLanguage } from '#http/language.ts'
import { type Language, languages } from '#words/messages.ts'
import { signInSpeakers, type SignInWords } from '#words/sign-in.ts'

export type EntraDeps = Pick<Deps, 'store' | 'signers' | 'clock' | 'ids' | 'hasher' | 'secrets' | 'assertions' | 'certificates'> & {
  origins: Origins
  failedLogins: FailedLogins
  random: (bytes: number) => Uint8Array
}

/** What each handler of this surface is given. */
export interface EntraContext {
  deps: EntraDeps
  exchange: Exchange
  tenant: Tenant
  /** Under which the client sees us; URLs in answers begin with it. */
  origin: string
  language: Language
  words: SignInWords
}

export function contextOf(deps: EntraDeps, exchange: Exchange, tenant: Tenant): EntraContext {
  const language = preferredLanguage(exchange.header('accept-language'), languages)
  return { deps, exchange, tenant, origin: originOf(deps.origins, exchange), language, words: signInSpeakers[language].say }
}

/** The control host itself may be reached by another port or scheme than the one that is told to clients. */
function originOf({ control }: Origins, { scheme, host }: Exchange): string {
  return withoutPort(host) === withoutPort(new URL(control).host) ? `${scheme}://${host}` : control
}
