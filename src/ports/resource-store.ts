import type { Registry } from './registry.ts'

/**
 * The control plane's facts: resources with their groups and subscriptions, who holds which role where, and long-running
 * operations. Part of the metadata store; its promises are those of `metadata-store.ts`. Keys are those of core/resource-id.ts.
 */
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
export type RegistryProjection = Pick<
  Registry,
  'name' | 'adminEnabled' | 'anonymousPull' | 'sku' | 'network' | 'armAudience' | 'dataLocation'
> & {
  /** Null: no limit. */
  limit: number | null
}

export interface RoleAssignment {
  /** Its name, a GUID. */
  name: string
  /** A resource key. */
  scope: string
  /** As it was written. */
  scopeId: string
  principalId: string
  principalType: string
  roleId: string
  details: Readonly<Record<string, unknown>>
  createdAt: number
  createdBy: string
}

export interface CustomRole {
  /** A GUID. */
  id: string
  name: string
  description: string
  permissions: string
  assignableScopes: readonly string[]
  createdAt: number
  createdBy: string
  changedAt: number
}

export interface StoredOperation {
  id: string
  /** What it is about. */
  resourceKey: string
  subscriptionId: string
  /** Only who began it, or who may read the resource, sees it. */
  principalId: string
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled'
  /** JSON of the final answer's body or of its error. */
  result: string | null
  startedAt: number
  endedAt: number | null
}

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
  /** The registry behind a resource. */
  registryByKey(key: string): Promise<Registry | undefined>
  /** What a token of a registry may do, whatever case its name was written in. */
  tokenOfRegistry(registryId: number, name: string): Promise<RegistryToken | undefined>
  /** In the order of scope and name. `at`: exactly these scopes; `within`: there or below. */
  roleAssignments(
    query: { at?: readonly string[]; within?: string; principalIds?: readonly string[] },
    page: { after: string; limit: number },
  ): Promise<RoleAssignment[]>
  roleAssignment(scope: string, name: string): Promise<RoleAssignment | undefined>
  /** In the order of names. */
  customRoles(): Promise<CustomRole[]>
  customRole(id: string): Promise<CustomRole | undefined>
  operation(id: string): Promise<StoredOperation | undefined>
}

export interface RegistryToken {
  /** The resource's key: immutable while it lives, and its `createdAt` tells it from a later one of the same name. */
  key: string
  name: string
  createdAt: number
  enabled: boolean
  /** The scope map's actions (`repositories/<name>/content/read`). */
  actions: readonly string[]
}

type Command<Input, Output> = (input: Input) => Promise<Output>

/** `match`: an etag, `*` for anything that is there, `absent` for nothing; `precondition-failed` otherwise. */
export type Match = { etag: string } | '*' | 'absent' | undefined

export interface ResourceCommands {
  /**
   * Makes or replaces a resource. `parent-unknown` when what it belongs to is not there; `precondition-failed`;
   * `conflict` when a registry of the name lives elsewhere; `quota-exceeded` when `most` of its type are there.
   */
  putResource: Command<
    { resource: StoredResource; match: Match; registry?: RegistryProjection; most?: { count: number; sku: string } },
    { created: boolean; registry: Registry | null }
  >
  /** With all below it, their role assignments and a registry's content. `precondition-failed`. Gives the keys that went. */
  deleteResource: Command<{ key: string; match: Match; now: number }, { keys: string[] }>
  /** `not-found` when the scope or the role is not there, `conflict` when the same role is given twice. */
  putRoleAssignment: Command<{ assignment: RoleAssignment }, { created: boolean }>
  /** `in-use` when nobody would be left who owns everything (directory-store.ts). */
  deleteRoleAssignment: Command<{ scope: string; name: string }, RoleAssignment | undefined>
  /** `conflict` when another role has the name. */
  putCustomRole: Command<{ role: CustomRole }, { created: boolean }>
  /** `in-use` while it is assigned. */
  deleteCustomRole: Command<{ id: string }, CustomRole | undefined>
  putOperation: Command<{ operation: StoredOperation }, void>
  /** Those that ended before. */
  reapOperations: Command<{ before: number; limit: number }, number>
}
