import { RegistryError } from '#core/registry-error.ts'
import type { Registry } from '#ports/metadata-store.ts'
import type { Deps } from '../deps.ts'
import { type Authenticated, authenticate, type IsAudience, type Presented } from './authenticate.ts'
import type { FailedLogins } from './rate-limits.ts'

/** `authenticate`, with guessing slowed down. Fails with `unauthorized`, `too-many-requests`. */
export async function signIn(
  deps: Pick<Deps, 'store' | 'signers' | 'clock'> & { failedLogins: FailedLogins },
  registry: Registry,
  isAudience: IsAudience,
  presented: Presented,
  address: string,
): Promise<Authenticated> {
  if (presented.kind !== 'basic') return authenticate(deps, registry, isAudience, presented)
  deps.failedLogins.check(address, presented.username)
  try {
    const authenticated = await authenticate(deps, registry, isAudience, presented)
    deps.failedLogins.succeeded(address, presented.username)
    return authenticated
  } catch (error) {
    if (error instanceof RegistryError && error.failure === 'unauthorized') deps.failedLogins.failed(address, presented.username)
    throw error
  }
}
