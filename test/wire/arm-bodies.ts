import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { builtInRoles } from '#core/built-in-roles.ts'
import type { Shape } from '#core/shape.ts'
import { types } from '#surfaces/arm/types.ts'
import { type ArmScene, registryId } from '../world/arm.ts'

type ObjectShape = Extract<Shape, { is: 'object' }>
const shapeOf = (name: string): ObjectShape => types.find((each) => each.name === name)?.shape as ObjectShape
const object = (fields: Readonly<Record<string, Shape>>, needs: readonly string[] = []): ObjectShape => ({ is: 'object', fields, needs })
const text: Shape = { is: 'text' }
const texts: Shape = { is: 'list', of: text }

export interface Subject {
  of: string
  method: 'PUT' | 'PATCH' | 'POST'
  shape: ObjectShape
  path: () => string
  /** Bodies that are accepted as they stand. */
  good: fc.Arbitrary<object>
  /** What must stay as it is: by default the path itself. */
  looks?: () => string[]
}

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const flags = { adminUserEnabled: optional(fc.boolean()), anonymousPullEnabled: optional(fc.boolean()) }
const networkRuleSet = fc.constant({ ipRules: [{ value: '203.0.113.7' }] })
const registryProperties = fc.record({ ...flags, networkRuleSet })
const tags = optional(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 20 }), { maxKeys: 3 }))
const location = fc.constantFrom('local', 'westeurope')
const actions = fc.constantFrom(['repositories/a/content/read'], ['repositories/b/*/content/write', 'repositories/b/*/metadata/read'])

/** What bodies are sent of: a scene, a registry with a scope map and a token `standing`, the id of a person. */
export interface Standing {
  scene: ArmScene
  registry: string
  alice: string
}

/** Each request of ARM that has a body. */
export function armSubjects(at: () => Standing): readonly Subject[] {
  const group = () => `${at().scene.subscription}/resourceGroups/broken-${randomUUID().slice(0, 8)}`
  const child = (type: string, name = `broken-${randomUUID().slice(0, 8)}`) => `${at().registry}/${type}/${name}`
  const mapId = fc.constant(null).map(() => `${at().registry}/scopeMaps/standing`)
  const tagsBody = object({ properties: object({ tags: shapeOf('Microsoft.ContainerRegistry/registries').fields.tags as Shape }) }, [
    'properties',
  ])
  const role = (name: string) =>
    `${at().scene.subscription}/providers/Microsoft.Authorization/roleDefinitions/${builtInRoles.find((each) => each.name === name)?.id ?? ''}`
  const permission = object({ actions: texts, notActions: texts, dataActions: texts, notDataActions: texts })
  const extension = (kind: string) => `${at().registry}/providers/Microsoft.Authorization/${kind}/${randomUUID()}`

  return [
    {
      of: 'resource group',
      method: 'PUT',
      shape: shapeOf('Microsoft.Resources/subscriptions/resourceGroups'),
      path: group,
      good: fc.record({ location, tags }),
    },
    {
      of: 'resource group',
      method: 'PATCH',
      shape: shapeOf('Microsoft.Resources/subscriptions/resourceGroups'),
      path: () => at().scene.group,
      good: fc.record({ tags }),
    },
    {
      of: 'registry',
      method: 'PUT',
      shape: shapeOf('Microsoft.ContainerRegistry/registries'),
      path: () => registryId(at().scene, `broken${randomUUID().replaceAll('-', '').slice(0, 12)}`),
      good: fc.record({ location, tags, sku: fc.constant({ name: 'Premium' }), properties: registryProperties }),
    },
    {
      of: 'registry',
      method: 'PATCH',
      shape: shapeOf('Microsoft.ContainerRegistry/registries'),
      path: () => at().registry,
      good: fc.record({ tags, properties: fc.record({ networkRuleSet }) }),
    },
    {
      of: 'scope map',
      method: 'PUT',
      shape: shapeOf('Microsoft.ContainerRegistry/registries/scopeMaps'),
      path: () => child('scopeMaps'),
      good: fc.record({ properties: fc.record({ actions, description: optional(fc.string({ maxLength: 40 })) }) }),
    },
    {
      of: 'scope map',
      method: 'PATCH',
      shape: shapeOf('Microsoft.ContainerRegistry/registries/scopeMaps'),
      path: () => child('scopeMaps', 'standing'),
      good: fc.record({ properties: fc.record({ actions }) }),
    },
    {
      of: 'token',
      method: 'PUT',
      shape: shapeOf('Microsoft.ContainerRegistry/registries/tokens'),
      path: () => child('tokens'),
      good: fc.record({ properties: fc.record({ scopeMapId: mapId, status: optional(fc.constantFrom('enabled', 'DISABLED')) }) }),
    },
    {
      of: 'token',
      method: 'PATCH',
      shape: shapeOf('Microsoft.ContainerRegistry/registries/tokens'),
      path: () => child('tokens', 'standing'),
      good: fc.record({ properties: fc.record({ scopeMapId: mapId }) }),
    },
    {
      of: 'generateCredentials',
      method: 'POST',
      shape: object(
        { tokenId: { is: 'text', longest: 1000 }, name: { is: 'choice', of: ['password1', 'password2'] }, expiry: { is: 'time' } },
        ['tokenId'],
      ),
      path: () => `${at().registry}/generateCredentials`,
      good: fc.record({
        tokenId: mapId.map(() => `${at().registry}/tokens/standing`),
        name: optional(fc.constantFrom('password1', 'password2')),
      }),
      looks: () => [`${at().registry}/tokens/standing`],
    },
    {
      of: 'regenerateCredential',
      method: 'POST',
      shape: object({ name: { is: 'choice', of: ['password', 'password2'] } }, ['name']),
      path: () => `${at().registry}/regenerateCredential`,
      good: fc.record({ name: fc.constantFrom('password', 'password2') }),
      looks: () => [at().registry],
    },
    {
      of: 'checkNameAvailability',
      method: 'POST',
      shape: object(
        {
          name: { is: 'text', longest: 260 },
          type: { is: 'choice', of: ['Microsoft.ContainerRegistry/registries'] },
          resourceGroupName: { is: 'text', longest: 90 },
        },
        ['name', 'type'],
      ),
      path: () => `${at().scene.subscription}/providers/Microsoft.ContainerRegistry/checkNameAvailability`,
      good: fc.record({ name: fc.constantFrom('abcdef', 'a'), type: fc.constant('Microsoft.ContainerRegistry/registries') }),
      looks: () => [],
    },
    {
      of: 'tags',
      method: 'PUT',
      shape: tagsBody,
      path: () => `${at().registry}/providers/Microsoft.Resources/tags/default`,
      good: fc.record({ properties: fc.record({ tags: fc.constant({ a: 'b' }) }) }),
    },
    {
      of: 'tags',
      method: 'PATCH',
      shape: object({ operation: { is: 'choice', of: ['Merge', 'Replace', 'Delete'] }, properties: tagsBody.fields.properties as Shape }, [
        'operation',
      ]),
      path: () => `${at().registry}/providers/Microsoft.Resources/tags/default`,
      good: fc.record({ operation: fc.constantFrom('Merge', 'replace'), properties: fc.record({ tags: fc.constant({ a: 'b' }) }) }),
    },
    {
      of: 'role assignment',
      method: 'PUT',
      shape: object(
        {
          properties: object(
            { roleDefinitionId: text, principalId: text, principalType: text, description: { is: 'text', longest: 2048 }, condition: text },
            ['roleDefinitionId', 'principalId'],
          ),
        },
        ['properties'],
      ),
      path: () => extension('roleAssignments'),
      good: fc.record({
        properties: fc.record({
          principalId: mapId.map(() => at().alice),
          roleDefinitionId: mapId.map(() => role('AcrPull')),
          description: optional(fc.string({ maxLength: 30 })),
        }),
      }),
    },
    {
      of: 'role definition',
      method: 'PUT',
      shape: object(
        {
          properties: object(
            {
              roleName: { is: 'text', longest: 512 },
              description: { is: 'text', longest: 2048 },
              permissions: { is: 'list', of: permission },
              assignableScopes: texts,
            },
            ['roleName', 'permissions', 'assignableScopes'],
          ),
        },
        ['properties'],
      ),
      path: () => extension('roleDefinitions'),
      good: fc.record({
        properties: fc.record({
          roleName: fc.constant(null).map(() => `Role ${randomUUID()}`),
          permissions: fc.constant([{ actions: ['*/read'] }]),
          assignableScopes: mapId.map(() => [at().registry]),
        }),
      }),
    },
  ]
}
