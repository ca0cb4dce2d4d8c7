import type { Caller } from '#core/access.ts'
import type { Registry } from '#ports/registries.ts'
import type { Origins } from '#app/deps.ts'
import type { Distribution, RepositoryVisit } from '#app/distribution/distribution.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { HttpRequest } from '#http/http-request.ts'

/** What a handler has: what a registry does, the one that was spoken to, who speaks, and the request. */
export interface Context {
  distribution: Distribution
  origins: Origins
  registry: Registry
  caller: Caller
  http: HttpRequest
}

export const visit = ({ registry, caller }: Context, repository: RepositoryName): RepositoryVisit => ({ registry, caller, repository })
