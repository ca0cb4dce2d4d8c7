import type { Caller } from '#core/access.ts'
import type { RepositoryName } from '#core/reference.ts'
import type { Registry } from '#ports/registries.ts'
import type { RepositoryVisit } from '#app/distribution/distribution.ts'
import type { Metadata } from '#app/repositories/metadata.ts'
import type { HttpRequest } from '#http/http-request.ts'

/** What a handler has: the registry that was spoken to and its login server, what is known of it, who speaks, and the request. */
export interface Context {
  metadata: Metadata
  registry: Registry
  loginServer: string
  caller: Caller
  http: HttpRequest
}

export const visit = ({ registry, caller }: Context, repository: RepositoryName): RepositoryVisit => ({ registry, caller, repository })
