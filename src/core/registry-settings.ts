import { isNetworkRules, type NetworkRules, openToAll } from './network-rules.ts'
import { isObject } from './shape.ts'
import { type Tier, tierNames } from './tiers.ts'

/** How a registry behaves at the data plane: what is written in its row, always made of its resource. */
export interface RegistrySettings {
  adminEnabled: boolean
  anonymousPull: boolean
  /** ACR's tiers; the rate table of one applies when `rateLimits` is `tier`. */
  sku: Tier
  rateLimits: 'off' | 'tier'
  /** Whether a manifest that a tagged index needs may be deleted by itself: `free`, as Azure has it. */
  indexChildren: 'kept' | 'free'
  network: NetworkRules
  /** Whether tokens for ARM's audience are exchanged, or only those for registries (azureADAuthenticationAsArmPolicy). */
  armAudience: boolean
  /** Where its data endpoint is, which gives its blobs then; null: the login server gives them. */
  dataLocation: string | null
  /** Whether manifests and tags that are deleted stay in the store for a while. */
  keepDeleted: boolean
}

export const defaultSettings: RegistrySettings = {
  adminEnabled: false,
  anonymousPull: false,
  sku: 'Premium',
  rateLimits: 'tier',
  indexChildren: 'kept',
  network: openToAll,
  armAudience: true,
  dataLocation: null,
  keepDeleted: false,
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
const isOneOf =
  <Value>(...of: readonly Value[]) =>
  (value: unknown): value is Value =>
    of.includes(value as Value)

/** One row a setting: a setting without its row does not compile. */
const checks: { readonly [Name in keyof RegistrySettings]: (value: unknown) => value is RegistrySettings[Name] } = {
  adminEnabled: isFlag,
  anonymousPull: isFlag,
  sku: isOneOf(...tierNames),
  rateLimits: isOneOf('off', 'tier'),
  indexChildren: isOneOf('kept', 'free'),
  network: isNetworkRules,
  armAudience: isFlag,
  dataLocation: (value): value is string | null => value === null || typeof value === 'string',
  keepDeleted: isFlag,
}

export const formatSettings = (settings: RegistrySettings): string =>
  JSON.stringify(Object.fromEntries(Object.keys(checks).map((name) => [name, settings[name as keyof RegistrySettings]])))

/** What is absent has its default; what is there and wrong, or is nobody's, means that the row is damaged: nothing is guessed then. */
export function parseSettings(text: string): RegistrySettings {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new Error('the settings of a registry are no JSON object')
  for (const [name, each] of Object.entries(value))
    if (!Object.hasOwn(checks, name) || !checks[name as keyof RegistrySettings](each))
      throw new Error(`the setting ${name.slice(0, 40)} of a registry is not one, or has a value that it cannot have`)
  return { ...defaultSettings, ...value }
}
