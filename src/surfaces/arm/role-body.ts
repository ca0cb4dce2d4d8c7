import type { Permission } from '#core/permission.ts'
import { RegistryError } from '#core/registry-error.ts'

/** What a PUT of a role assignment says; what it does not know is left out (acr "Roles and permissions"). */
export interface AssignmentBody {
  roleDefinitionId: string
  principalId: string
  principalType: string | undefined
  description: string | undefined
  condition: string | undefined
}

export interface DefinitionBody {
  name: string
  description: string
  permissions: readonly Permission[]
  assignableScopes: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

/** Fails with `request-invalid`, naming the property. */
export function parseAssignmentBody(body: unknown): AssignmentBody {
  const properties = propertiesOf(body)
  return {
    roleDefinitionId: need(properties, 'roleDefinitionId'),
    principalId: need(properties, 'principalId'),
    principalType: text(properties, 'principalType') || undefined,
    description: text(properties, 'description'),
    condition: text(properties, 'condition') || undefined,
  }
}

/** Fails with `request-invalid`, naming the property. */
export function parseDefinitionBody(body: unknown): DefinitionBody {
  const properties = propertiesOf(body)
  if (text(properties, 'type')?.toLowerCase() === 'builtinrole') throw invalid("'type' must be 'CustomRole': built-in roles cannot be made")
  return {
    name: need(properties, 'roleName'),
    description: text(properties, 'description') ?? '',
    permissions: list(properties, 'permissions').map((each) => {
      if (!isObject(each)) throw invalid("each of 'permissions' must be an object")
      return {
        actions: texts(each, 'actions'),
        notActions: texts(each, 'notActions'),
        dataActions: texts(each, 'dataActions'),
        notDataActions: texts(each, 'notDataActions'),
      }
    }),
    assignableScopes: texts(properties, 'assignableScopes'),
  }
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

function propertiesOf(body: unknown): Fields {
  const properties = isObject(body) ? body.properties : undefined
  if (isObject(properties)) return properties
  throw invalid("the body must be an object with 'properties'")
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw invalid(`'${name}' must be a string`)
}

function need(fields: Fields, name: string): string {
  const value = text(fields, name)
  if (value) return value
  throw invalid(`'${name}' is missing`)
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name] ?? []
  if (Array.isArray(value)) return value
  throw invalid(`'${name}' must be an array`)
}

const texts = (fields: Fields, name: string): string[] =>
  list(fields, name).map((each) => {
    if (typeof each === 'string') return each
    throw invalid(`each of '${name}' must be a string`)
  })

const invalid = (why: string) =>
  new RegistryError('request-invalid', `The request was incorrectly formatted: ${why}.`, { code: 'BadRequestFormat' })
