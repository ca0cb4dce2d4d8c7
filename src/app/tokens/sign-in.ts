import type { ResourceReads } from '#ports/resources.ts'
import type { CredentialReads } from '#ports/credentials.ts'
import type { DirectoryReads } from '#ports/directory.ts'
import type { RoleReads } from '#ports/roles.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { type Authenticated, authenticate, type IsAudience, type Presented } from './authenticate.ts'

/**
 * `authenticate`; who goes on with wrong passwords is sent away. A right one is believed all the same: those of a registry are
 * ours, and nobody guesses them. Fails with `unauthorized`, `too-many-requests`.
 */
export function signIn(
  deps: Pick<Deps, 'signers' | 'clock' | 'failedLogins'> & { store: CredentialReads & DirectoryReads & ResourceReads & RoleReads },
  registry: Registry,
  isAudience: IsAudience,
  presented: Presented,
  address: string,
): Promise<Authenticated> {
  const authenticated = authenticate(deps, registry, isAudience, presented)
  if (presented.kind !== 'basic') return authenticated
  return authenticated.catch((error: unknown) => {
    if (error instanceof RegistryError && error.failure === 'unauthorized') deps.failedLogins.tried(address)
    throw error
  })
}
