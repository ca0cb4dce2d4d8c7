import { JsonApi, type JsonApiOptions } from './json-api.ts'

const registryVersion = '2026-09-01-preview'
const roleVersion = '2022-04-01'
const resourceVersion = '2022-12-01'

export interface Subscription {
  id: string
  subscriptionId: string
  displayName: string
}

export interface ArmRegistry {
  id: string
  name: string
  location: string
  tags?: Readonly<Record<string, string>>
  sku: { name: 'Basic' | 'Standard' | 'Premium' }
  properties: ArmRegistryProperties
}

export interface ArmRegistryProperties {
  loginServer: string
  adminUserEnabled: boolean
  anonymousPullEnabled: boolean
  dataEndpointEnabled: boolean
  publicNetworkAccess: 'Enabled' | 'Disabled'
  /** Of the machine that it lies on: told to its operator alone. */
  longshore?: MachineProperties
}

export interface MachineProperties {
  /** A number of bytes; `tier`: as much as its SKU may have; `none`. */
  storageLimit: string
  rateLimits: 'off' | 'tier'
  indexChildren: 'kept' | 'free'
}

export interface RegistryPatch {
  tags?: Readonly<Record<string, string>>
  sku?: { name: ArmRegistry['sku']['name'] }
  properties?: Partial<Omit<ArmRegistryProperties, 'loginServer' | 'longshore'>> & { longshore?: Partial<MachineProperties> }
}

export type PasswordName = 'password' | 'password2'

/** As `az acr credential show` prints it. */
export interface AdminCredentials {
  username: string
  passwords: { name: PasswordName; value: string }[]
}

export type TokenSlot = 'password1' | 'password2'

/** A login for programs, for some repositories of one registry. */
export interface ArmToken {
  id: string
  name: string
  properties: {
    scopeMapId: string
    status: 'enabled' | 'disabled'
    credentials: { passwords: { name: TokenSlot; creationTime: string; expiry?: string }[] }
  }
}

/** The values are told this once. */
export interface TokenCredentials {
  username: string
  passwords: { name: TokenSlot; value: string; creationTime: string; expiry?: string }[]
}

export interface ArmRoleAssignment {
  id: string
  name: string
  properties: { roleDefinitionId: string; principalId: string; principalType: string; scope: string }
}

export interface ArmRoleDefinition {
  id: string
  /** A GUID. */
  name: string
  properties: { roleName: string; description: string; type: string }
}

const authorization = '/providers/Microsoft.Authorization'
const registryType = '/providers/Microsoft.ContainerRegistry/registries'
/** An id as it stands in a URL; `/` is the tenant's scope, and no part of a path. */
const at = (id: string): string => (id === '/' ? '' : encodeURI(id))

/** Azure Resource Manager, as far as a client of ours asks it. What it refuses is an ApiFailure. */
export class ArmClient {
  readonly #registries: JsonApi
  readonly #roles: JsonApi
  readonly #resources: JsonApi

  constructor(options: JsonApiOptions) {
    this.#registries = new JsonApi(options, { 'api-version': registryVersion })
    this.#roles = new JsonApi(options, { 'api-version': roleVersion })
    this.#resources = new JsonApi(options, { 'api-version': resourceVersion })
  }

  subscriptions(): AsyncGenerator<Subscription> {
    return this.#resources.pages('/subscriptions')
  }

  /** Of one subscription, or of all that the caller sees. */
  async *registries(subscriptionId?: string): AsyncGenerator<ArmRegistry> {
    if (subscriptionId !== undefined) yield* this.#registries.pages<ArmRegistry>(`/subscriptions/${subscriptionId}${registryType}`)
    else for await (const each of this.subscriptions()) yield* this.registries(each.subscriptionId)
  }

  registry(id: string): Promise<ArmRegistry> {
    return this.#registries.get(at(id))
  }

  updateRegistry(id: string, body: RegistryPatch): Promise<ArmRegistry> {
    return this.#registries.patch(at(id), { body })
  }

  adminCredentials(id: string): Promise<AdminCredentials> {
    return this.#registries.post(`${at(id)}/listCredentials`)
  }

  regenerateCredential(id: string, name: PasswordName): Promise<AdminCredentials> {
    return this.#registries.post(`${at(id)}/regenerateCredential`, { body: { name } })
  }

  token(registryId: string, name: string): Promise<ArmToken | undefined> {
    return this.#registries.find(`${at(registryId)}/tokens/${encodeURIComponent(name)}`)
  }

  putToken(registryId: string, name: string, properties: { scopeMapId: string }): Promise<ArmToken> {
    return this.#registries.put(`${at(registryId)}/tokens/${encodeURIComponent(name)}`, { body: { properties } })
  }

  generateCredentials(registryId: string, body: { tokenId: string; name: TokenSlot; expiry: string }): Promise<TokenCredentials> {
    return this.#registries.post(`${at(registryId)}/generateCredentials`, { body })
  }

  /** At a scope, above it and below it. */
  roleAssignments(scope: string, filter?: string): AsyncGenerator<ArmRoleAssignment> {
    return this.#roles.pages(`${at(scope)}${authorization}/roleAssignments`, { query: { $filter: filter } })
  }

  putRoleAssignment(
    scope: string,
    name: string,
    properties: { roleDefinitionId: string; principalId: string },
  ): Promise<ArmRoleAssignment> {
    return this.#roles.put(`${at(scope)}${authorization}/roleAssignments/${name}`, { body: { properties } })
  }

  deleteRoleAssignment(id: string): Promise<void> {
    return this.#roles.delete(at(id))
  }

  /** Those that can be given at the scope. */
  roleDefinitions(scope: string): AsyncGenerator<ArmRoleDefinition> {
    return this.#roles.pages(`${at(scope)}${authorization}/roleDefinitions`)
  }
}
