import { RegistryError } from '#core/registry-error.ts'
import type { Shape } from '#core/shape.ts'
import type { StoredResource } from '#ports/resources.ts'
import { scopeMapRules, systemScopeMapsOf } from '#app/resources/scope-maps.ts'
import { passwordsOf, tokenRules } from '#app/resources/tokens.ts'
import { registryType } from '#app/resources/type-names.ts'
import type { Context } from './context.ts'
import { childEnvelope, creationDate } from './envelope.ts'
import type { ResourceType } from './resource-type.ts'
import { notAvailable } from './unavailable.ts'

const nameForm = { pattern: /^[a-zA-Z0-9-]{5,50}$/, like: 'alpha numeric characters and dashes, between 5 and 50 of them' }
const child = { listedEverywhere: false, actions: {} } as const
const object = (fields: Readonly<Record<string, Shape>>): Extract<Shape, { is: 'object' }> => ({ is: 'object', fields })

export const scopeMaps: ResourceType = {
  ...child,
  name: scopeMapRules.type,
  nameForm: { pattern: /^[a-zA-Z0-9-_]{5,50}$/, like: 'alpha numeric characters, dashes and underscores, between 5 and 50 of them' },
  shape: object({
    properties: object({
      description: { is: 'text', longest: 256 },
      actions: { is: 'list', of: { is: 'text', longest: 400 }, most: 10_000 },
    }),
  }),
  rules: scopeMapRules,
  builtIn: (_context, registry) => systemScopeMapsOf(registry),
  show: async (_context, map) =>
    childEnvelope(map, {
      description: map.body.properties.description ?? '',
      type: map.body.properties.type ?? 'UserDefined',
      creationDate: creationDate(map),
      provisioningState: 'Succeeded',
      actions: map.body.properties.actions,
    }),
}

const password: Shape = object({
  name: { is: 'choice', of: ['password1', 'password2'] },
  creationTime: { is: 'time' },
  expiry: { is: 'time' },
})

export const tokens: ResourceType = {
  ...child,
  name: tokenRules.type,
  nameForm,
  shape: object({
    properties: object({
      scopeMapId: { is: 'text', longest: 1000 },
      status: { is: 'choice', of: ['enabled', 'disabled'] },
      credentials: object({ certificates: { is: 'fixed', value: null }, passwords: { is: 'list', of: password, most: 2 } }),
    }),
  }),
  rules: tokenRules,
  show: showToken,
}

async function showToken({ deps }: Context, token: StoredResource): Promise<object> {
  const passwords = (await passwordsOf(deps, token)).map(({ slot, createdAt, expiresAt }) => ({
    creationTime: new Date(createdAt).toISOString(),
    ...(expiresAt === null ? {} : { expiry: new Date(expiresAt).toISOString() }),
    name: slot,
  }))
  return childEnvelope(token, {
    creationDate: creationDate(token),
    provisioningState: 'Succeeded',
    scopeMapId: token.body.properties.scopeMapId,
    status: token.body.properties.status,
    credentials: { certificates: [], passwords },
  })
}

/** A part of a registry that is there because the registry is; its `properties` are what is shown. */
const partOf = (registry: StoredResource, type: string, name: string, properties: Readonly<Record<string, unknown>>): StoredResource => ({
  ...registry,
  key: `${registry.key}/${type}/${name}`.toLowerCase(),
  id: `${registry.id}/${type}/${name}`,
  type: `${registryType}/${type}`,
  name,
  parentKey: registry.key,
  body: { properties },
})

export const privateLinkResources: ResourceType = {
  ...child,
  name: `${registryType}/privateLinkResources`,
  nameForm,
  builtIn: ({ deps }, registry) => [
    partOf(registry, 'privateLinkResources', 'registry', {
      groupId: 'registry',
      requiredMembers: ['registry', `registry_data_${registry.location ?? ''}`],
      requiredZoneNames: [`privatelink.${deps.origins.domain}`],
    }),
  ],
  show: async (_context, { id, name, type, body }) => ({ id, name, type, properties: body.properties }),
}

function absent(name: string, actions: readonly string[] = []) {
  const action = (each: string) =>
    [each.toLowerCase(), { method: 'POST', permission: `${each}/action`, handle: notAvailable(each) }] as const
  return {
    ...child,
    name: `${registryType}/${name}`,
    nameForm,
    show: async (_context, resource) => childEnvelope(resource, resource.body.properties),
    actions: Object.fromEntries(actions.map(action)),
  } satisfies ResourceType
}

/** A registry lists its home only beside a geo-replication, and there are none yet; what would delete the home is refused all the same. */
const replications: ResourceType = {
  ...absent('replications'),
  nameForm: { pattern: /^[a-zA-Z0-9]{5,50}$/, like: 'alpha numeric characters only, between 5 and 50 of them' },
  refuses: (registry, name) =>
    registry.location === name.toLowerCase()
      ? new RegistryError(
          'unsupported',
          `'${name}' is the home replica of the registry '${registry.name}': it is made and deleted with the registry, and in no other way.`,
          { code: 'HomeReplication', target: 'name' },
        )
      : undefined,
}

/** Types that cannot be made yet: their lists are empty, and making one is refused. */
export const absentTypes: readonly ResourceType[] = [
  replications,
  absent('webhooks', ['ping', 'listEvents', 'getCallbackConfig']),
  absent('cacheRules'),
  absent('credentialSets'),
  absent('connectedRegistries', ['deactivate', 'resync']),
  absent('privateEndpointConnections'),
  absent('exportPipelines'),
  absent('importPipelines'),
  absent('pipelineRuns'),
  absent('tasks', ['listDetails']),
  absent('taskRuns', ['listDetails']),
  absent('runs', ['listLogSasUrl', 'cancel']),
  absent('agentPools', ['listQueueStatus']),
]
