import type { IncomingMessage } from 'node:http'
import { Refusal } from '#core/refusal.ts'
import { type Challenge, parseChallenge } from './challenge.ts'
import { drained, openWire, type SendOptions, textOf, type Wire } from './wire.ts'

export type Login = { username: string; password: string } | { identityToken: string }

export interface RegistryOptions {
  /** `https://host[:port]` */
  origin: string
  login: Login | undefined
  ca: string | undefined
  connections: number
}

/** Any registry that speaks the distribution API, by whatever way of signing in it asks for. */
export class RegistryClient {
  readonly origin: string
  readonly #wire: Wire
  readonly #login: Login | undefined
  #challenge: Challenge | undefined
  /** By scope; asked for again when the registry no longer takes one. */
  readonly #tokens = new Map<string, string>()

  constructor({ origin, login, ca, connections }: RegistryOptions) {
    this.origin = origin
    this.#login = login
    this.#wire = openWire({ ca, connections })
  }

  close(): void {
    this.#wire.close()
  }

  /** Signs in for a scope before anything is measured. Fails with `registry-refuses`, `registry-not-ready`, `registry-unreachable`. */
  async prepare(scope: string): Promise<void> {
    const { statusCode, headers } = await drained(await this.#wire.send('GET', `${this.origin}/v2/`))
    if (statusCode === 401) this.#challenge = parseChallenge(headers['www-authenticate'] ?? '')
    else if (statusCode !== 200) throw registryRefusal(this.origin, 'GET /v2/', statusCode)
    await this.#authorization(scope)
  }

  /** @param target a path of the registry, or a URL that it gave */
  async send(method: string, target: string, scope: string, options: SendOptions = {}): Promise<IncomingMessage> {
    const url = new URL(target, this.origin).href
    const headers = { ...options.headers, ...(await this.#authorization(scope)) }
    return this.#wire.send(method, url, { ...options, headers })
  }

  /** GET that goes where it is sent; a link to bytes has its own right in it and takes no login along. */
  async follow(path: string, scope: string, options: SendOptions = {}): Promise<{ response: IncomingMessage; host: string }> {
    let url = new URL(path, this.origin)
    let response = await this.send('GET', url.href, scope, options)
    for (let hop = 0; hop < 5 && [301, 302, 303, 307, 308].includes(response.statusCode ?? 0); hop++) {
      await drained(response)
      url = new URL(response.headers.location ?? '', url)
      response = await this.#wire.send('GET', url.href, options)
    }
    return { response, host: url.host }
  }

  async #authorization(scope: string): Promise<Record<string, string>> {
    const challenge = this.#challenge
    if (!challenge) return {}
    if (challenge.scheme === 'basic') return this.#basic()
    const kept = this.#tokens.get(scope)
    const token = kept ?? (await this.#token(challenge, scope))
    this.#tokens.set(scope, token)
    return { authorization: `Bearer ${token}` }
  }

  #basic(): Record<string, string> {
    const login = this.#login
    if (!login || 'identityToken' in login) return {}
    return { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` }
  }

  async #token({ realm, service }: Challenge, scope: string): Promise<string> {
    const login = this.#login
    const service_ = service === undefined ? {} : { service }
    const response =
      login && 'identityToken' in login
        ? await this.#wire.send('POST', realm, {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({
              grant_type: 'refresh_token',
              refresh_token: login.identityToken,
              client_id: 'longshore',
              ...service_,
              scope,
            }).toString(),
          })
        : await this.#wire.send('GET', `${realm}?${new URLSearchParams({ ...service_, scope })}`, { headers: this.#basic() })
    const body = await textOf(response)
    const token = response.statusCode === 200 ? tokenIn(body) : undefined
    if (token === undefined) throw registryRefusal(this.origin, `token ${scope}`, response.statusCode)
    return token
  }
}

/** What a registry answered instead of what was asked for: a refusal, or that it cannot now. */
export function registryRefusal(address: string, deed: string, status = 0): Refusal {
  return new Refusal(status === 429 || status >= 500 ? 'registry-not-ready' : 'registry-refuses', { address, deed, status })
}

function tokenIn(body: string): string | undefined {
  try {
    const { token, access_token: other } = JSON.parse(body) as { token?: unknown; access_token?: unknown }
    return [token, other].find((each) => typeof each === 'string') as string | undefined
  } catch {
    return undefined
  }
}
