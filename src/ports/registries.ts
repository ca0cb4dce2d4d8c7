import type { NetworkRules } from '#core/network-rules.ts'
import type { Command } from './command.ts'

/** What the data plane knows of a registry. */
export interface Registry {
  id: number
  name: string
  /** Grows with every explicit delete of a repository. */
  seq: number
  adminEnabled: boolean
  anonymousPull: boolean
  /** ACR's tiers; the rate table of one applies when `rateLimits` is `tier`. */
  sku: 'Basic' | 'Standard' | 'Premium'
  rateLimits: 'off' | 'tier'
  /** Whether a manifest that a tagged index needs may be deleted by itself: `free`, as Azure has it. */
  indexChildren: 'kept' | 'free'
  /** Of its resource; null until it has one. */
  resourceKey: string | null
  network: NetworkRules
  /** Whether tokens for ARM's audience are exchanged, or only those for registries (azureADAuthenticationAsArmPolicy). */
  armAudience: boolean
  /** Where its data endpoint is, which gives its blobs then; null: the login server gives them. */
  dataLocation: string | null
}

export interface RegistryReads {
  registries(): Promise<Registry[]>
  registry(name: string): Promise<Registry | undefined>
  /** The registry behind a resource. */
  registryByKey(key: string): Promise<Registry | undefined>
}

export interface RegistryCommands {
  createRegistry: Command<{ name: string; limit: number | null; adminEnabled: boolean; rateLimits: Registry['rateLimits'] }, Registry>
  updateRegistry: Command<
    {
      registryId: number
      adminEnabled?: boolean
      anonymousPull?: boolean
      rateLimits?: Registry['rateLimits']
      indexChildren?: Registry['indexChildren']
      limit?: number | null
    },
    Registry
  >
}

/**
 * The registries as the data plane knows them.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Registries extends RegistryReads, RegistryCommands {}
