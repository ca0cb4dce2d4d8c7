import { type Answer, header, json, type Principal, send, type Target } from '../world/send.ts'

/** A registry by its login server, and who speaks to it. */
export interface Dancer {
  target: Target
  host: string
  as: Principal
}

const ask = ({ target, host }: Dancer, path: string, as: Principal): Promise<Answer> => send(target, 'GET', path, { as, headers: { host } })

async function tokenWith(dancer: Dancer, scopes: readonly string[]): Promise<Principal> {
  const query = new URLSearchParams([['service', dancer.host], ...scopes.map((scope) => ['scope', scope] as [string, string])])
  return { token: json<{ access_token: string }>(await ask(dancer, `/oauth2/token?${query}`, dancer.as)).access_token }
}

const challengeOf = (answer: Answer) => {
  const text = header(answer, 'www-authenticate')
  return { scope: /scope="([^"]*)"/.exec(text)?.[1] ?? '', error: /error="([^"]*)"/.exec(text)?.[1] }
}

/**
 * How clients come to a token for `path` of `repository`, each as its own source does it; what the last request is answered.
 * What they have in common: they knock at `/v2/` first, which tells them where tokens are had.
 */
export const dances = {
  /** Asks for `pull` whatever it does with it, and takes a refusal as final. Harbor's replication does the same. */
  docker: async (dancer: Dancer, repository: string, path: string) =>
    ask(dancer, path, await tokenWith(dancer, [`repository:${repository}:pull`])),
  /** Asks again when a token is said not to suffice, and then for the scope of the challenge. */
  skopeo: async (dancer: Dancer, repository: string, path: string) => {
    const first = await ask(dancer, path, await tokenWith(dancer, [`repository:${repository}:pull`]))
    const { scope, error } = challengeOf(first)
    if (first.status !== 401 || error !== 'insufficient_scope') return first
    return ask(dancer, path, await tokenWith(dancer, [`repository:${repository}:pull`, scope]))
  },
  /** Asks again at each 401, for what it had and the challenge's scope. */
  crane: async (dancer: Dancer, repository: string, path: string) => {
    const first = await ask(dancer, path, await tokenWith(dancer, [`repository:${repository}:pull`]))
    if (first.status !== 401) return first
    return ask(dancer, path, await tokenWith(dancer, [`repository:${repository}:pull`, challengeOf(first).scope]))
  },
  /** Asks without a token, and for what the challenge says. */
  regctl: async (dancer: Dancer, _repository: string, path: string) => {
    const first = await ask(dancer, path, 'nobody')
    if (first.status !== 401) return first
    return ask(dancer, path, await tokenWith(dancer, [challengeOf(first).scope]))
  },
} as const

export type Dance = keyof typeof dances
