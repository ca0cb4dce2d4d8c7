import type { ResourceId } from '#core/resource-id.ts'
import { type Filter, parseFilter } from '#core/odata-filter.ts'
import { isGuid, parseResourceId } from '#core/resource-id.ts'
import { notAvailable } from '#core/feature.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { ArmUrl } from './url.ts'
import { noResourceType, type OneOf, only, unsupportedMethod } from './wrong-url.ts'

/** What of Microsoft.Authorization nobody can have here: asked for, it is not there; made, it is refused. */
const absentTypes = ['denyAssignments', 'locks', 'classicAdministrators'] as const
export type AbsentType = (typeof absentTypes)[number]

/** What is asked of Microsoft.Authorization, at any scope. */
export type RoleRequest =
  | { kind: 'roleAssignments.list'; scope: ResourceId; filter: Filter | undefined }
  | OneOf<'roleAssignment.get' | 'roleAssignment.put' | 'roleAssignment.delete', { scope: ResourceId; name: string }>
  | { kind: 'roleDefinitions.list'; scope: ResourceId; filter: Filter | undefined }
  | OneOf<'roleDefinition.get' | 'roleDefinition.put' | 'roleDefinition.delete', { scope: ResourceId; id: string }>
  | { kind: 'permissions.list'; scope: ResourceId }
  | { kind: 'authorization.none'; scope: ResourceId; type: AbsentType }
  | { kind: 'authorization.absent'; scope: ResourceId; type: AbsentType; name: string }

const verbs: Readonly<Record<string, 'get' | 'put' | 'delete'>> = { GET: 'get', HEAD: 'get', PUT: 'put', DELETE: 'delete' }

/** Reads `<scope>/providers/Microsoft.Authorization/…`. Fails with `not-found`, `method-unsupported`, `request-invalid`. */
export function parseRoleRequest(url: ArmUrl): RoleRequest {
  const scope = parseResourceId(url.scope || '/')
  const [type = '', name, ...more] = url.rest
  if (more.length > 0) throw noResourceType(`Microsoft.Authorization/${url.rest.join('/')}`, url)
  return name === undefined ? only('GET', url, parseList(url, scope, type)) : parseOne(url, scope, type, name)
}

function parseList(url: ArmUrl, scope: ResourceId, type: string): RoleRequest {
  const text = url.query('$filter')?.trim()
  const filter = text ? parseFilter(text) : undefined
  switch (type.toLowerCase()) {
    case 'roleassignments':
      return { kind: 'roleAssignments.list', scope, filter }
    case 'roledefinitions':
      return { kind: 'roleDefinitions.list', scope, filter }
    case 'permissions':
      return { kind: 'permissions.list', scope }
  }
  return { kind: 'authorization.none', scope, type: absentType(type, url) }
}

function parseOne(url: ArmUrl, scope: ResourceId, type: string, name: string): RoleRequest {
  const verb = Object.hasOwn(verbs, url.method) ? verbs[url.method] : undefined
  if (!verb) throw unsupportedMethod(url.method, Object.keys(verbs))
  switch (type.toLowerCase()) {
    case 'roleassignments':
      return { kind: `roleAssignment.${verb}`, scope, name: guid(name) }
    case 'roledefinitions':
      return { kind: `roleDefinition.${verb}`, scope, id: guid(name) }
  }
  const absent = absentType(type, url)
  if (verb !== 'put') return { kind: 'authorization.absent', scope, type: absent, name }
  throw notAvailable(`Microsoft.Authorization/${absent}`)
}

function absentType(type: string, url: ArmUrl): AbsentType {
  const known = absentTypes.find((each) => each.toLowerCase() === type.toLowerCase())
  if (known) return known
  throw noResourceType(`Microsoft.Authorization/${type}`, url)
}

function guid(name: string): string {
  if (isGuid(name)) return name.toLowerCase()
  throw new RegistryError('request-invalid', `The name '${name.slice(0, 60)}' is not valid: it must be a GUID.`, {
    code: 'InvalidRoleAssignmentId',
  })
}
