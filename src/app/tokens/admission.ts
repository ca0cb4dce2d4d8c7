import type { ResourceReads } from '#ports/resources.ts'
import type { ContentReads } from '#ports/content.ts'
import type { CredentialReads } from '#ports/credentials.ts'
import type { DirectoryReads } from '#ports/directory.ts'
import type { RoleReads } from '#ports/roles.ts'
import type { Access, Caller } from '#core/access.ts'
import type { DataHost } from '#core/data-host.ts'
import { addressRefused } from '#core/failures.ts'
import { isAdmitted } from '#core/network-rules.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Registry, RegistryReads } from '#ports/registries.ts'
import type { Deps } from '../deps.ts'
import { admit, identify, type Served } from './admit.ts'
import type { Presented } from './authenticate.ts'
import type { RateLimits } from './rate-limits.ts'

/** Who asks at a registry, may they, and how often. */
export interface Admission {
  /** For who comes from there. Fails with `not-found`, `address-refused`. */
  registry(name: string, address: string): Promise<Registry>
  /** Undefined where the host is of none that has its data endpoint there. */
  registryAt(host: DataHost): Promise<Registry | undefined>
  /** Fails with `unauthorized`, `too-many-requests`. */
  identify(served: Served, presented: Presented | 'malformed' | undefined, address: string): Promise<Caller>
  /** Fails with `unauthorized`, whose detail has what the challenge and the body tell. */
  admit(registry: Registry, caller: Caller, access: Access): Promise<void> | undefined
  rateLimits: RateLimits
  /** As a header: what is left of the registry's budget for deletes. */
  deletesLeft(registry: Registry): readonly [name: string, value: string]
}

export const admissionTo = (
  deps: Pick<Deps, 'signers' | 'clock' | 'failedLogins' | 'rateLimits'> & {
    store: ContentReads & CredentialReads & DirectoryReads & RegistryReads & ResourceReads & RoleReads
  },
): Admission => ({
  registry: async (name, address) => {
    const registry = await deps.store.registry(name)
    if (!registry) throw new RegistryError('not-found', `there is no registry "${name}" here`)
    if (isAdmitted(registry.network, address)) return registry
    throw addressRefused(address)
  },
  registryAt: async ({ registry: name, location }) => {
    const registry = await deps.store.registry(name)
    return registry?.dataLocation === location ? registry : undefined
  },
  identify: (served, presented, address) => identify(deps, served, presented, address),
  admit: (registry, caller, access) => admit(deps, registry, caller, access),
  rateLimits: deps.rateLimits,
  deletesLeft: (registry) => ['X-Ms-Ratelimit-Remaining-Calls-Per-Second', deps.rateLimits.leftPerSecond(registry, 'delete').toFixed(2)],
})
