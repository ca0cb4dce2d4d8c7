import type { Caller } from '#core/access.ts'
import type { LinkSigner } from '#ports/link-signer.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps, Origins } from '#app/deps.ts'
import type { HashBytes } from '#app/distribution/manifests.ts'
import type { Uploads } from '#app/distribution/uploads.ts'
import type { Exchange } from '#http/exchange.ts'

export type DistributionDeps = Deps & { uploads: Uploads; hash: HashBytes; links: LinkSigner; origins: Origins }

/** What a handler has: the deeds, the registry that was spoken to, who speaks, and the request's two ends. */
export interface Context {
  deps: DistributionDeps
  registry: Registry
  caller: Caller
  exchange: Exchange
}
