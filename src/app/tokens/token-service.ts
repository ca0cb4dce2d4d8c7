import type { ResourceReads } from '#ports/resources.ts'
import type { CredentialReads } from '#ports/credentials.ts'
import type { DirectoryReads } from '#ports/directory.ts'
import type { RoleReads } from '#ports/roles.ts'
import type { Scope } from '#core/scope.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import type { Served } from './admit.ts'
import type { Authenticated, Presented } from './authenticate.ts'
import { exchangeToken } from './exchange.ts'
import { issueAccessToken } from './issue.ts'
import { signIn } from './sign-in.ts'

/** Whom a token of a registry is for. */
export interface Audience {
  registry: Registry
  /** The registry's name that was spoken to. */
  audience: string
}

/** What a registry's token endpoints do. */
export interface TokenService {
  /** JSON Web Keys that verify what is issued. */
  keys(registry: Registry): Promise<unknown>
  /** Fails with `unauthorized`, `too-many-requests`. */
  signIn(served: Pick<Served, 'registry' | 'isName'>, presented: Presented, address: string): Promise<Authenticated>
  /** A refresh token of the registry for one of the directory. Fails with `unauthorized`. */
  exchange(input: Audience & { token: string }): Promise<{ token: string; id: string; name: string }>
  /** An access token for what is asked and held, which may be nothing. Fails with `request-invalid`. */
  issue(input: Audience & { by: Authenticated; scopes: readonly Scope[] }): Promise<string>
}

export const tokenService = (
  deps: Pick<Deps, 'signers' | 'clock' | 'ids' | 'failedLogins' | 'origins'> & {
    store: CredentialReads & DirectoryReads & ResourceReads & RoleReads
  },
): TokenService => ({
  keys: ({ id }) => deps.signers.of(id).keys(),
  signIn: ({ registry, isName }, presented, address) => signIn(deps, registry, isName, presented, address),
  exchange: (input) => exchangeToken(deps, input),
  issue: (input) => issueAccessToken(deps, input),
})
