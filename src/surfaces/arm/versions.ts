import { type ApiVersion, parseApiVersion } from '#core/api-version.ts'
import { mergePatch } from '#core/merge-patch.ts'
import { RegistryError } from '#core/registry-error.ts'
import { isObject, type Known, type KnownObject } from '#core/shape.ts'
import { homeLocation } from '#core/location.ts'
import { apiTable, isAlive, registryVersions, type Statuses } from './api-table.ts'

type Json = Readonly<Record<string, unknown>>

const rows = new Map(Object.entries(apiTable).map(([name, row]) => [name.toLowerCase(), row]))
const rowOf = (type: string) => rows.get(type.toLowerCase())

const known = registryVersions.map((text) => parseApiVersion(text)).filter((each) => each !== undefined)

/** The known version that a request is served by: the nearest earlier one of its kind, or else the nearest earlier one. */
export function servedAs(version: ApiVersion): ApiVersion {
  const same = known.find((each) => each.text === version.text)
  if (same) return same
  const earlier = known.filter((each) => each.day <= version.day)
  return earlier.find((each) => each.preview === version.preview) ?? earlier[0] ?? version
}

function absentIn(type: string, version: ApiVersion): string[][] {
  const served = servedAs(version)
  return Object.entries(rowOf(type)?.properties ?? {}).flatMap(([path, lifetime]) => (isAlive(lifetime, served) ? [] : [path.split('.')]))
}

/** What the version knows of a resource, told or sent: the rest is left out, as by Azure. */
export const inVersion = (type: string, version: ApiVersion, resource: Json): Json =>
  absentIn(type, version).reduce((known, path) => without(known, path), resource)

function without(value: Json, [name = '', ...rest]: readonly string[]): Json {
  if (!Object.hasOwn(value, name)) return value
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name))
  const inner = value[name]
  return isObject(inner) ? { ...value, [name]: without(inner, rest) } : value
}

/** What the version does not know of stored properties: who replaces a resource without knowing of them leaves them as they are. */
export const unknownIn = (type: string, version: ApiVersion, properties: KnownObject): KnownObject =>
  absentIn(type, version).reduce<KnownObject>((kept, path) => {
    const found = only({ properties }, path)
    return found === undefined ? kept : (mergePatch(kept, (found as { properties: KnownObject }).properties) as KnownObject)
  }, {})

function only(value: Known | undefined, [name, ...rest]: readonly string[]): Known | undefined {
  if (name === undefined) return value
  const inner = isObject(value) && Object.hasOwn(value, name) ? only((value as KnownObject)[name], rest) : undefined
  return inner === undefined ? undefined : { [name]: inner }
}

const none: Statuses = { made: 201, replaced: 200, changed: 200, deleted: 200, absent: 204 }
export const statusesOf = (type: string): Statuses => rowOf(type)?.statuses ?? none

/** The known versions in which a type is served, the newest first. */
export const versionsOf = (type: string): string[] => {
  const lifetime = rowOf(type)?.lifetime
  return known.filter((each) => !lifetime || isAlive(lifetime, each)).map((each) => each.text)
}

/** Fails with `request-invalid` for a type, or an action of one, that the version does not have yet, in ARM's words. */
export function checkVersion(type: string, version: ApiVersion, action?: string): void {
  const row = rowOf(type)
  const lifetime = action === undefined ? undefined : row?.actions[action.toLowerCase()]
  if (!row) return
  const has = (each: ApiVersion) => isAlive(row.lifetime, each) && (!lifetime || isAlive(lifetime, each))
  if (has(servedAs(version))) return
  const name = [...type.split('/').slice(1), ...(action === undefined ? [] : [action])].join('/')
  const supported = known.filter(has).map((each) => each.text)
  throw new RegistryError(
    'request-invalid',
    `No registered resource provider found for location '${homeLocation}' and API version '${version.text}' for type '${name}'. The supported api-versions are '${supported.join(', ')}'. The supported locations are '${homeLocation}'.`,
    { code: 'NoRegisteredProviderFound' },
  )
}
