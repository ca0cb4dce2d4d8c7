import type { CredentialCommands, CredentialReads } from '#ports/credentials.ts'
import type { DirectoryCommands, DirectoryReads } from '#ports/directory.ts'
import type { InstallationCommands, InstallationReads } from '#ports/installation.ts'
import type { RegistryReads } from '#ports/registries.ts'
import type { RoleReads } from '#ports/roles.ts'
import type { ResourceId } from '#core/resource-id.ts'
import type { KnownObject } from '#core/shape.ts'
import type { RegistryProjection, ResourceBody, ResourceCommands, ResourceReads, StoredResource } from '#ports/resources.ts'
import type { Deps } from '../deps.ts'

export type ResourceDeps = Pick<Deps, 'clock' | 'ids' | 'secrets' | 'origins' | 'random'> & {
  store: CredentialCommands &
    CredentialReads &
    DirectoryCommands &
    DirectoryReads &
    InstallationCommands &
    InstallationReads &
    RegistryReads &
    ResourceCommands &
    ResourceReads &
    RoleReads
}

/** What a client says of a resource; checked by its shape, with nothing of what is only ours to write. */
export interface RequestedResource {
  location?: string
  managedBy?: string
  tags?: Readonly<Record<string, string>>
  sku?: KnownObject
  identity?: KnownObject
  properties: KnownObject
}

/** What a type of resource is, apart from how it looks on a wire. */
export interface ResourceRules {
  /** As Azure writes it; its actions begin with it. */
  type: string
  location: 'required' | 'none'
  /** Properties that stay as they are when a client replaces the rest without naming them. */
  stays?: readonly string[]
  /** The whole body, and what is written with it, of what was given (merged, for a PATCH). Fails with `request-invalid`. */
  prepare(deps: ResourceDeps, input: PrepareInput): Promise<Prepared>
  /** Fails with `in-use`, `unsupported`. */
  mayDelete?(deps: ResourceDeps, resource: StoredResource): Promise<void>
}

export interface PrepareInput {
  id: ResourceId
  before: StoredResource | undefined
  /** What it belongs to. */
  parent: StoredResource
  given: RequestedResource
}

export interface Prepared {
  body: ResourceBody
  registry?: RegistryProjection
  most?: { count: number; sku: string }
  /** Of a token's passwords those in other slots end. */
  keepPasswords?: readonly string[]
}

/** Who writes: the principal's id, and what `systemData` names. */
export interface Author {
  id: string
  name: string
  type: 'User' | 'Application'
}
