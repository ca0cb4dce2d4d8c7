// A control plane's deeds over a store in memory, whose verbs fail where a test says so; a new one before each test.
import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { patchResource, putResource } from '#app/resources/put.ts'
import { registryRules } from '#app/resources/registries.ts'
import { resourceGroupRules } from '#app/resources/resource-groups.ts'
import type { RequestedResource, ResourceRules } from '#app/resources/rules.ts'
import { FailedLogins } from '#app/tokens/rate-limits.ts'
import { type Caller, operator } from '#core/access.ts'
import { parseResourceId, type ResourceKey } from '#core/resource-id.ts'
import { put as putStored, resourceOf } from '#ports/control-scene.contract.ts'
import { group, subscription } from '#ports/metadata-scene.contract.ts'
import type { Match } from '#ports/resources.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { FakeClock } from './world.ts'

export const by = { id: 'p', name: 'P', type: 'User' } as const
export const registryId = `${group}/providers/Microsoft.ContainerRegistry/registries/Contoso`
export const premium = { location: 'local', sku: { name: 'Premium' }, properties: {} }
export let store: MetadataStore
export let clock: FakeClock
/** Fails the next command of a name with an error, once or always. */
let fails: Record<string, Error>
export const nowFails = (next: Record<string, Error>): void => {
  fails = next
}

export const deps = () => ({
  store: new Proxy(store, {
    get: (target, verb: string) =>
      verb in fails ? () => Promise.reject(fails[verb]) : (Reflect.get(target, verb) as (...given: unknown[]) => unknown).bind(target),
  }),
  clock,
  ids: { next: randomUUID },
  random: (bytes: number) => randomBytes(bytes),
  secrets: { seal: (text: string) => `sealed ${text}`, open: (text: string) => text.slice(7) },
  origins: { control: 'https://control.example:8443', domain: 'ls.example', own: [], firstRegistry: 'contoso' },
  failedLogins: new FailedLogins(clock),
  certificates: { read: () => undefined },
  hasher: { hash: async () => 'h', verify: async () => false },
})

beforeEach(async () => {
  store = openMemoryMetadataStore()
  clock = new FakeClock()
  fails = {}
  await putStored(store, resourceOf(subscription))
})
afterEach(() => store.close())

export const write = (rules: ResourceRules, id: string, given: RequestedResource, match?: Match) =>
  putResource(deps(), rules, { id: parseResourceId(id), given, match, by })
export const patch = (rules: ResourceRules, id: string, given: RequestedResource, match?: Match) =>
  patchResource(deps(), rules, { id: parseResourceId(id), given, match, by })
export async function aRegistry(change: object = {}) {
  await write(resourceGroupRules, group, { location: 'local', properties: {} })
  return (await write(registryRules, registryId, { ...premium, ...change } as RequestedResource)).resource
}

export const owner: Caller = {
  ...operator,
  grants: [{ scope: '' as ResourceKey, permissions: [{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }] }],
}
