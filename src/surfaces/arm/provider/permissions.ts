import { builtInRoles } from '#core/built-in-roles.ts'
import { extensionTypes, types } from '../types.ts'

/** One of the things that a role can allow. */
export interface Permission {
  name: string
  isDataAction: boolean
  resource: string
  operation: string
}

const verbs = ['read', 'write', 'delete'] as const
const directoryObjects = ['users', 'groups', 'applications', 'servicePrincipals'] as const

/** Of the types' rows. */
function ofTypes(): string[] {
  const byRole = extensionTypes.filter(({ access }) => access === 'by-role')
  return [
    ...[...types, ...byRole].flatMap(({ name }) => verbs.map((verb) => `${name}/${verb}`)),
    ...types.flatMap(({ name, actions }) => Object.values(actions).map((each) => `${name}/${each.permission}`)),
  ]
}

const plain = (name: string): boolean => !name.includes('*')

/** What the built-in roles name besides: the rights on a registry's data plane. */
const named = (kind: 'actions' | 'dataActions'): string[] =>
  builtInRoles.flatMap((role) => role.permissions.flatMap((each) => each[kind])).filter(plain)

const describe =
  (isDataAction: boolean) =>
  (name: string): Permission => {
    const parts = name.split('/')
    const last = parts.at(-1) === 'action' ? parts.slice(-2) : parts.slice(-1)
    return { name, isDataAction, resource: parts.slice(1, -last.length).join('/') || (parts[0] ?? ''), operation: last.join('/') }
  }

/** Every action that this server asks for or that a built-in role names, once. */
export const permissions: readonly Permission[] = [
  ...[
    ...new Set([
      ...ofTypes(),
      'Microsoft.ContainerRegistry/register/action',
      'Microsoft.ContainerRegistry/unregister/action',
      'Microsoft.ContainerRegistry/checkNameAvailability/read',
      'Microsoft.ContainerRegistry/operations/read',
      ...directoryObjects.flatMap((each) => ['write', 'delete'].map((verb) => `Microsoft.Authorization/directory/${each}/${verb}`)),
      ...verbs.map((verb) => `Microsoft.Resources/tags/${verb}`),
      ...named('actions'),
    ]),
  ].map(describe(false)),
  ...[...new Set(named('dataActions'))].map(describe(true)),
]
