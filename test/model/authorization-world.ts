import { defaultSettings } from '#core/registry-settings.ts'
import { randomUUID } from 'node:crypto'
import { hashOfSecret } from '#app/identity/credentials.ts'
import { keyOf, parseResourceId } from '#core/resource-id.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { Registry } from '#ports/registries.ts'
import type { StoredResource } from '#ports/resources.ts'
import { customPermissions, type Holder, type Place, type RoleName, roles, type State } from './authorization-model.ts'

const subscription = '/subscriptions/aaaaaaaa-0000-4000-8000-000000000001'
const group = `${subscription}/resourceGroups/Images`
const registryIn = (within: string, name: string) => `${within}/providers/Microsoft.ContainerRegistry/registries/${name}`

export interface Principal {
  object: DirectoryObject
  secret: string
  /** Brings about what a state says, and takes it back. */
  happen(state: State): Promise<void>
  undo(state: State): Promise<void>
}

/** Registries in groups, and principals with roles around them; in the store alone, past every verb that would judge. */
export class AuthorizationWorld {
  readonly store: MetadataStore
  readonly name: string
  readonly registryId: string
  readonly #now: number

  private constructor(store: MetadataStore, name: string, now: number) {
    this.store = store
    this.name = name
    this.registryId = registryIn(group, name)
    this.#now = now
  }

  /** @param name of the registry that is asked; one that the store has already is taken over */
  static async open(store: MetadataStore, name: string, now: number): Promise<AuthorizationWorld> {
    const world = new AuthorizationWorld(store, name, now)
    if (!(await store.tenant())) await store.putTenant({ id: randomUUID(), domain: 'longshore.example' })
    for (const id of [subscription, group, `${group}2`]) await world.put(id)
    for (const id of [world.registryId, registryIn(group, `${name}2`), registryIn(group, 'elsewhere'), registryIn(`${group}2`, 'faraway')])
      await world.putRegistry(id)
    await world.put(world.scopeOf('child of the registry'))
    const { id } = roles['a role of one’s own']
    await store.putCustomRole({
      role: {
        id,
        name: 'Keeper',
        description: '',
        permissions: JSON.stringify(customPermissions),
        assignableScopes: ['/'],
        createdAt: now,
        createdBy: 'test',
        changedAt: now,
      },
    })
    // Nobody can end the last who owns everything; of those that a test makes, any may go.
    await world.principal('user', 'Owner', 'tenant', 'itself')
    return world
  }

  async registry(): Promise<Registry> {
    return (await this.store.registryByKey(keyOf(this.registryId))) as Registry
  }

  scopeOf(place: Place): string {
    const scopes: Readonly<Record<Place, string>> = {
      tenant: '/',
      subscription,
      group,
      registry: this.registryId,
      'child of the registry': `${this.registryId}/tokens/some`,
      'other registry': registryIn(group, 'elsewhere'),
      'registry of a longer name': `${this.registryId}2`,
      'other group': `${group}2`,
    }
    return scopes[place]
  }

  async put(id: string, properties: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.store.putResource({ resource: this.#resource(id, properties), match: undefined })
  }

  async remove(id: string): Promise<void> {
    await this.store.deleteResource({ key: keyOf(id), match: undefined, now: this.#now })
  }

  async putRegistry(id: string, switches: { adminEnabled?: boolean; anonymousPull?: boolean } = {}): Promise<void> {
    const { adminEnabled = true, anonymousPull = false } = switches
    const name = parseResourceId(id).name.toLowerCase()
    await this.store.putResource({
      resource: {
        ...this.#resource(id, { adminUserEnabled: adminEnabled, anonymousPullEnabled: anonymousPull }),
        body: registryBody(switches),
      },
      match: undefined,
      registry: { name, settings: { ...defaultSettings, rateLimits: 'off', adminEnabled, anonymousPull }, limit: null },
    })
  }

  async assign(principalId: string, role: RoleName, place: Place): Promise<{ scope: string; name: string }> {
    const scopeId = this.scopeOf(place)
    const place_ = { scope: keyOf(scopeId), name: randomUUID() }
    await this.store.putRoleAssignment({
      assignment: {
        ...place_,
        scopeId,
        principalId,
        principalType: 'X',
        roleId: roles[role].id,
        details: {},
        createdAt: this.#now,
        createdBy: 'test',
      },
    })
    return place_
  }

  /** With a role, through as many groups as are said. */
  async principal(kind: 'user' | 'servicePrincipal', role: RoleName, place: Place, holder: Holder): Promise<Principal> {
    const { store } = this
    const secret = randomUUID()
    const object = this.#object(kind)
    const secrets = [
      {
        keyId: randomUUID(),
        objectId: object.id,
        kind: 'password',
        hash: hashOfSecret(secret),
        name: null,
        hint: null,
        certificate: null,
        startsAt: this.#now - 1,
        endsAt: null,
      },
    ] as const
    const make = () => store.putDirectoryObject({ object, ...(kind === 'servicePrincipal' ? { addSecrets: secrets } : {}) })
    await make()
    const groups =
      holder === 'itself' ? [] : holder === 'a group' ? [this.#object('group')] : [this.#object('group'), this.#object('group')]
    const chain = [object, ...groups].map((each) => each.id)
    for (const each of groups) await store.putDirectoryObject({ object: each })
    const link = (at: number) => ({ groupId: chain[at + 1] ?? '', memberId: chain[at] ?? '' })
    for (let at = 0; at + 1 < chain.length; at++) await store.putGroupMember(link(at))
    const give = async () => (role === 'none' ? undefined : this.assign(chain.at(-1) ?? '', role, place))
    let given = await give()
    return {
      object,
      secret,
      happen: async (state) => {
        if (state === 'role taken' && given) await store.deleteRoleAssignment(given)
        // The outermost link: that of the group itself where one stands between.
        if (state === 'left the group') await store.deleteGroupMember(link(chain.length - 2))
        if (state === 'disabled') await store.putDirectoryObject({ object: { ...object, enabled: false } })
        if (state === 'deleted') await store.deleteDirectoryObject({ id: object.id })
      },
      undo: async (state) => {
        if (state === 'role taken') given = await give()
        if (state === 'left the group') await store.putGroupMember(link(chain.length - 2))
        if (state === 'disabled') await store.putDirectoryObject({ object })
        if (state === 'deleted') {
          await make()
          if (groups.length > 0) await store.putGroupMember(link(0))
        }
      },
    }
  }

  /** A password of a token of the registry; renewed when the slot has one. */
  async tokenPassword(token: string, expiresAt: number | null = null): Promise<string> {
    const secret = randomUUID()
    await this.#putTokenPassword(token, secret, expiresAt)
    return secret
  }

  /** A password that is as it was, but over. */
  async endTokenPassword(token: string, secret: string, now: number): Promise<void> {
    await this.#putTokenPassword(token, secret, now)
  }

  async #putTokenPassword(token: string, secret: string, expiresAt: number | null): Promise<void> {
    const key = keyOf(`${this.registryId}/tokens/${token}`)
    await this.store.putCredential({
      id: randomUUID(),
      registryId: (await this.registry()).id,
      principalId: key,
      principalName: token.toLowerCase(),
      kind: 'token',
      slot: 'password1',
      secretHash: hashOfSecret(secret),
      secretSealed: null,
      createdAt: this.#now,
      expiresAt,
    })
  }

  #object(kind: 'user' | 'servicePrincipal' | 'group'): DirectoryObject {
    const id = randomUUID()
    const login = kind === 'user' ? `${id}@longshore.example` : null
    return {
      id,
      kind,
      name: id,
      login,
      appId: kind === 'servicePrincipal' ? randomUUID() : null,
      enabled: true,
      details: {},
      createdAt: this.#now,
    }
  }

  #resource(id: string, properties: Readonly<Record<string, unknown>>): StoredResource {
    const { type, name, subscriptionId, resourceGroup } = parseResourceId(id)
    const parent =
      type === null
        ? resourceGroup === null
          ? ''
          : `/subscriptions/${subscriptionId}`
        : id
            .split('/')
            .slice(0, type.split('/').length > 2 ? -2 : -4)
            .join('/')
    const by = {
      createdAt: this.#now,
      createdBy: 'test',
      createdByType: 'User',
      changedAt: this.#now,
      changedBy: 'test',
      changedByType: 'User',
    }
    const above = resourceGroup === null ? 'Microsoft.Resources/subscriptions' : 'Microsoft.Resources/subscriptions/resourceGroups'
    return {
      key: keyOf(id),
      id,
      type: type ?? above,
      name,
      parentKey: keyOf(parent),
      location: 'local',
      body: { properties },
      etag: randomUUID(),
      ...by,
    }
  }
}

const registryBody = ({ adminEnabled = true, anonymousPull = false }: { adminEnabled?: boolean; anonymousPull?: boolean }) => ({
  sku: { name: 'Premium', tier: 'Premium' },
  properties: { adminUserEnabled: adminEnabled, anonymousPullEnabled: anonymousPull },
})
