import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { builtInRoles } from '#core/built-in-roles.ts'
import type { DirectoryKind } from '#ports/directory.ts'
import { type ArmAnswer, type ArmScene, type Asking, openArm, registryId } from './arm.ts'

export const provider = 'providers/Microsoft.Authorization'
export const idOf = (role: string): string => builtInRoles.find((each) => each.name === role)?.id ?? ''

export interface Assignment {
  id: string
  name: string
  type: string
  properties: Record<string, string | null>
}
export interface Definition {
  id: string
  name: string
  properties: { roleName: string; type: string; permissions: Record<string, string[]>[]; assignableScopes: string[] }
}

export const valuesOf = <Item>(answer: ArmAnswer): Item[] => {
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return (answer.body as { value: Item[] }).value
}

/** ARM with two registries, and what tests of roles ask of it again and again. */
export interface RolesScene {
  arm: ArmScene
  /** The id of the first one. */
  registry: string
  /** As az: `2022-04-01` for assignments, a preview for definitions. */
  ask(method: string, path: string, asking?: Asking): Promise<ArmAnswer>
  /** A new one of the directory; its id. */
  principal(name: string, kind?: DirectoryKind): Promise<string>
  /** Gives a role. */
  put(scope: string, principalId: string, role: string, more?: Record<string, unknown>, asking?: Asking, name?: string): Promise<ArmAnswer>
  /** None of what was asked ended in an error that nobody expected. */
  stop(): Promise<void>
}

export async function openRoles(): Promise<RolesScene> {
  const arm = await openArm()
  for (const name of ['contoso', 'fabrikam'])
    assert.equal((await arm.ask('PUT', registryId(arm, name), { body: { location: 'local', sku: { name: 'Premium' } } })).status, 201)
  const ask: RolesScene['ask'] = (method, path, asking = {}) =>
    arm.ask(method, path, { version: /roledefinitions/i.test(path) ? '2022-05-01-preview' : '2022-04-01', ...asking })
  return {
    arm,
    registry: registryId(arm, 'contoso'),
    ask,
    principal: async (name, kind = 'user') => {
      const id = randomUUID()
      const appId = kind === 'servicePrincipal' || kind === 'application' ? randomUUID() : null
      const login = kind === 'user' ? `${id}@longshore.example` : null
      await arm.deps.store.putDirectoryObject({ object: { id, kind, name, login, appId, enabled: true, details: {}, createdAt: 0 } })
      return id
    },
    put: (scope, principalId, role, more = {}, asking = {}, name = randomUUID()) =>
      ask('PUT', `${scope}/${provider}/roleAssignments/${name}`, {
        body: { properties: { roleDefinitionId: `${arm.subscription}/${provider}/roleDefinitions/${idOf(role)}`, principalId, ...more } },
        ...asking,
      }),
    stop: async () => {
      assert.deepEqual(arm.unexpected, [])
      await arm.stop()
    },
  }
}
