import type { Registry } from '#ports/registries.ts'
import type { Deps } from '#app/deps.ts'
import type { Exchange } from '#http/exchange.ts'

export type AcrDeps = Pick<Deps, 'store' | 'clock' | 'settings' | 'failpoint'>

/** What a handler has: the deeds' world, the registry that was spoken to and its login server, the request's two ends. */
export interface Context {
  deps: AcrDeps
  registry: Registry
  loginServer: string
  exchange: Exchange
}
