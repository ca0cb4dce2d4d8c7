/** What a node's attempt to pull an image that is not there tells; `pulls`: the registry itself said that it is not there. */
export type PullOutcome = 'pulls' | 'name' | 'trust' | 'plain' | 'away' | 'login' | 'busy' | 'other'

/** In this order: a sentence may have words of several, and the first cause is the one to mend. */
const signs: readonly (readonly [PullOutcome, RegExp])[] = [
  ['trust', /x509|certificate/i],
  ['plain', /server gave HTTP response to HTTPS client|HTTP request to an HTTPS server/i],
  ['name', /no such host|server misbehaving|temporary failure in name resolution/i],
  ['away', /connection refused|i\/o timeout|no route to host|deadline exceeded|connection reset|network is unreachable|timeout awaiting/i],
  ['busy', /\b429\b|too many requests|toomanyrequests|\b50[234]\b/i],
  ['login', /\b40[13]\b|unauthorized|forbidden|denied|authorization failed|authentication required|no basic auth|insufficient_scope/i],
  ['pulls', /not found|manifest unknown|name unknown|\b404\b/i],
]

/** From the sentence of a runtime: containerd, CRI-O or docker. */
export const pullOutcome = (message: string): PullOutcome => signs.find(([, sign]) => sign.test(message))?.[0] ?? 'other'
