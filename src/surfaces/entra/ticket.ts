import { SignInRefused } from '#app/identity/sign-in-refusal.ts'
import type { CodeQuestion } from '#app/identity/codes.ts'
import type { Clock } from '#ports/clock.ts'
import type { SecretBox } from '#ports/secret-box.ts'
import type { Headers } from '#http/headers.ts'
import type { HttpRequest } from '#http/http-request.ts'

/**
 * What a sign-in page is about, sealed into its form: nobody can write one but we, nobody can change what it asks for.
 * It is bound to the browser that was shown the page by a cookie, so that a form on another site, or one that somebody
 * was sent, signs nobody in.
 */
export type Ticket =
  | { kind: 'code'; question: CodeQuestion; state: string | null; formPost: boolean; wantsClientInfo: boolean }
  | { kind: 'device-code' }
  | { kind: 'device'; userCode: string }

interface Sealed {
  browser: string
  until: number
  ticket: Ticket
}

type TicketDeps = { secrets: SecretBox; clock: Clock; random: (bytes: number) => Uint8Array }

const context = 'sign-in page'
const lifeSeconds = 15 * 60
const browserPattern = /^[A-Za-z0-9_-]{43}$/

// The prefix `__Host-` is for cookies of HTTPS only.
const cookieName = ({ scheme }: HttpRequest): string => (scheme === 'https' ? '__Host-longshore-sign-in' : 'longshore-sign-in')

function browserOf(http: HttpRequest): string | undefined {
  for (const pair of (http.header('cookie') ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2)
    if (name === cookieName(http) && browserPattern.test(value)) return value
  }
  return undefined
}

/** The form's hidden text, and the header that names the browser. One browser may have several pages open. */
export function writeTicket(deps: TicketDeps, http: HttpRequest, ticket: Ticket): { sealed: string; headers: Headers } {
  const browser = browserOf(http) ?? Buffer.from(deps.random(32)).toString('base64url')
  const sealed: Sealed = { browser, until: deps.clock.now() + lifeSeconds * 1000, ticket }
  const secure = http.scheme === 'https' ? '; Secure' : ''
  return {
    sealed: deps.secrets.seal(JSON.stringify(sealed), context),
    headers: [['Set-Cookie', `${cookieName(http)}=${browser}; Path=/; Max-Age=${lifeSeconds}; HttpOnly; SameSite=Lax${secure}`]],
  }
}

/** The cookie goes; pages that are open are stale then. */
export const forgetBrowser = (http: HttpRequest): Headers => [
  ['Set-Cookie', `${cookieName(http)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${http.scheme === 'https' ? '; Secure' : ''}`],
]

/** Fails with `form-stale` for one that is not ours, too old, of another browser or from another site. */
export function readTicket<Kind extends Ticket['kind']>(
  deps: TicketDeps,
  http: HttpRequest,
  text: string,
  kinds: readonly Kind[],
): Extract<Ticket, { kind: Kind }> {
  const site = http.header('sec-fetch-site')
  const opened = site === undefined || site === 'same-origin' ? open(deps, text) : undefined
  if (!opened || opened.browser !== browserOf(http) || opened.until <= deps.clock.now()) throw new SignInRefused('form-stale')
  if (!kinds.includes(opened.ticket.kind as Kind)) throw new SignInRefused('form-stale')
  return opened.ticket as Extract<Ticket, { kind: Kind }>
}

function open({ secrets }: TicketDeps, text: string): Sealed | undefined {
  try {
    return JSON.parse(secrets.open(text, context)) as Sealed
  } catch {
    return undefined
  }
}
