import type { DirectoryReads } from '#ports/directory.ts'
import type { RoleReads } from '#ports/roles.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { directoryTokenHolder } from '../identity/bearer.ts'
import { directoryCaller } from './authenticate.ts'
import { issueRefreshToken } from './issue.ts'

/**
 * A directory token becomes a refresh token of the registry (`POST /oauth2/exchange`, acr "challenge → tokens").
 * One for ARM's audience is taken unless the registry's policy wants its own. Fails with `unauthorized`, also for who
 * holds nothing here: az then says so, where a token that opens nothing would only fail later.
 */
export async function exchangeToken(
  deps: Pick<Deps, 'signers' | 'clock' | 'ids' | 'origins'> & { store: DirectoryReads & RoleReads },
  input: { registry: Registry; audience: string; token: string },
): Promise<{ token: string; id: string; name: string }> {
  const { registry, audience, token } = input
  const { principal, claims } = await directoryTokenHolder(deps, token, registry.armAudience ? ['arm', 'registry'] : ['registry'])
  const caller = await directoryCaller(deps, registry, principal)
  if (!caller || caller.held.length === 0)
    throw new RegistryError('unauthorized', 'authentication required: the principal holds no role at this registry that opens its content')
  const by = { caller, credential: { id: claims.credential, version: null } }
  return { token: await issueRefreshToken(deps, { registry, audience, by }), id: caller.id, name: caller.name }
}
