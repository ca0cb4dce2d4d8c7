import type { RegistrySettings } from '#core/registry-settings.ts'
import type { Command } from './command.ts'
import type { StoredCredential } from './credentials.ts'
import type { BegunOperation } from './operations.ts'
import type { Registry } from './registries.ts'

export interface StoredResource {
  key: string
  /** As it was first written. */
  id: string
  type: string
  name: string
  /** Of the resource that it belongs to: the registry of a token, the group of a registry, the subscription of a group; '' above that. */
  parentKey: string
  location: string | null
  /** Everything else of the envelope: managedBy, tags, sku, identity, kind, properties. JSON data. */
  body: ResourceBody
  etag: string
  createdAt: number
  createdBy: string
  createdByType: string
  changedAt: number
  changedBy: string
  changedByType: string
}

export interface ResourceBody {
  /** Of a resource group: the id of what manages it. */
  managedBy?: string
  tags?: Readonly<Record<string, string>>
  sku?: Readonly<Record<string, unknown>>
  identity?: Readonly<Record<string, unknown>>
  properties: Readonly<Record<string, unknown>>
}

/** What of a registry's resource the data plane acts on; written in the same transaction. */
export interface RegistryProjection {
  name: string
  settings: RegistrySettings
  /** Bytes; null: no limit. */
  limit: number | null
  /** Of the admin user: each is made where its slot is empty and the admin user is on. */
  adminPasswords?: readonly AdminPassword[]
}

export type AdminPassword = Pick<StoredCredential, 'id' | 'slot' | 'secretHash' | 'secretSealed' | 'createdAt'>

/** `match`: an etag, `*` for anything that is there, `absent` for nothing; `precondition-failed` otherwise. */
export type Match = { etag: string } | '*' | 'absent' | undefined

export interface ResourceReads {
  resource(key: string): Promise<StoredResource | undefined>
  /**
   * Below `within` (at any depth), in key order, after `after`.
   * @param types lower case; all when absent
   */
  resources(
    query: { within: string; types?: readonly string[]; tag?: { name: string; value?: string } },
    page: { after: string; limit: number },
  ): Promise<StoredResource[]>
  countResources(parentKey: string, type: string): Promise<number>
}

export interface ResourceCommands {
  /**
   * Makes or replaces a resource. `parent-unknown` when what it belongs to is not there; `precondition-failed`;
   * `conflict` when a registry of the name lives elsewhere; `quota-exceeded` when `most` of its type are there.
   */
  putResource: Command<
    {
      resource: StoredResource
      match: Match
      registry?: RegistryProjection
      most?: { count: number; sku: string }
      /** Of a token's passwords those in other slots end. */
      keepPasswords?: readonly string[]
    },
    { created: boolean; registry: Registry | null }
  >
  /**
   * With all below it, their role assignments and a registry's content, which a job empties: the operation, if one is given, ends with it.
   * `precondition-failed`. Gives the keys that went.
   */
  deleteResource: Command<{ key: string; match: Match; now: number; operation?: BegunOperation }, { keys: string[] }>
}

/**
 * The control plane's resources with their groups and subscriptions. Keys are those of core/resource-id.ts.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Resources extends ResourceReads, ResourceCommands {}
