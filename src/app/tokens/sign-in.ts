import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { type Authenticated, authenticate, type IsAudience, type Presented } from './authenticate.ts'
import type { FailedLogins } from './rate-limits.ts'

/**
 * `authenticate`; who goes on with wrong passwords is sent away. A right one is believed all the same: those of a registry are
 * ours, and nobody guesses them. Fails with `unauthorized`, `too-many-requests`.
 */
export async function signIn(
  deps: Pick<Deps, 'store' | 'signers' | 'clock'> & { failedLogins: FailedLogins },
  registry: Registry,
  isAudience: IsAudience,
  presented: Presented,
  address: string,
): Promise<Authenticated> {
  if (presented.kind !== 'basic') return authenticate(deps, registry, isAudience, presented)
  try {
    return await authenticate(deps, registry, isAudience, presented)
  } catch (error) {
    if (error instanceof RegistryError && error.failure === 'unauthorized') deps.failedLogins.tried(address)
    throw error
  }
}
