import { controlError } from '#core/control-error.ts'
import { type ApiVersion, parseApiVersion } from '#core/api-version.ts'
import { mergePatch } from '#core/merge-patch.ts'
import { isObject, type Known, type KnownObject } from '#core/shape.ts'
import { homeLocation } from '#core/location.ts'
import { isAlive } from './lifetime.ts'
import type { ResourceType } from './resource-type.ts'

type Json = Readonly<Record<string, unknown>>
type Versioned = Pick<ResourceType, 'versions'>

/** Of Microsoft.ContainerRegistry, the newest first. A version that is not among them is served by the nearest earlier one of its kind. */
export const registryVersions = [
  '2026-09-01-preview',
  '2026-01-01-preview',
  '2025-11-01',
  '2025-04-01',
  '2025-03-01-preview',
  '2024-11-01-preview',
  '2023-11-01-preview',
  '2023-08-01-preview',
  '2023-07-01',
  '2023-06-01-preview',
  '2023-01-01-preview',
  '2022-12-01',
  '2022-02-01-preview',
  '2021-12-01-preview',
  '2021-09-01',
  '2021-08-01-preview',
  '2021-06-01-preview',
  '2020-11-01-preview',
  '2019-12-01-preview',
  '2019-06-01-preview',
  '2019-05-01-preview',
  '2019-05-01',
  '2019-04-01',
  '2018-09-01',
  '2018-02-01-preview',
  '2017-10-01',
  '2017-03-01',
] as const

const known = registryVersions.map((text) => parseApiVersion(text)).filter((each) => each !== undefined)

/** The known version that a request is served by: the nearest earlier one of its kind, or else the nearest earlier one. */
export function servedAs(version: ApiVersion): ApiVersion {
  const same = known.find((each) => each.text === version.text)
  if (same) return same
  const earlier = known.filter((each) => each.day <= version.day)
  return earlier.find((each) => each.preview === version.preview) ?? earlier[0] ?? version
}

function absentIn({ versions }: Versioned, version: ApiVersion): string[][] {
  const served = servedAs(version)
  return Object.entries(versions.properties).flatMap(([path, lifetime]) => (isAlive(lifetime, served) ? [] : [path.split('.')]))
}

/** What the version knows of a resource, told or sent: the rest is left out, as by Azure. */
export const inVersion = (type: Versioned, version: ApiVersion, resource: Json): Json =>
  absentIn(type, version).reduce((left, path) => without(left, path), resource)

function without(value: Json, [name = '', ...rest]: readonly string[]): Json {
  if (!Object.hasOwn(value, name)) return value
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name))
  const inner = value[name]
  return isObject(inner) ? { ...value, [name]: without(inner, rest) } : value
}

/** What the version does not know of stored properties: who replaces a resource without knowing of them leaves them as they are. */
export const unknownIn = (type: Versioned, version: ApiVersion, properties: KnownObject): KnownObject =>
  absentIn(type, version).reduce<KnownObject>((kept, path) => {
    const found = only({ properties }, path)
    return found === undefined ? kept : (mergePatch(kept, (found as { properties: KnownObject }).properties) as KnownObject)
  }, {})

function only(value: Known | undefined, [name, ...rest]: readonly string[]): Known | undefined {
  if (name === undefined) return value
  const inner = isObject(value) && Object.hasOwn(value, name) ? only((value as KnownObject)[name], rest) : undefined
  return inner === undefined ? undefined : { [name]: inner }
}

/** The known versions in which a type is served, the newest first; all of them for what is no type of its own. */
export const versionsOf = (type: Versioned | undefined): string[] =>
  known.filter((each) => !type || isAlive(type.versions.lifetime, each)).map((each) => each.text)

/** Fails with `request-invalid` for a type, or an action of one, that the version does not have yet, in ARM's words. */
export function checkVersion({ name, versions, actions }: ResourceType, version: ApiVersion, action?: string): void {
  const lifetime = action === undefined ? undefined : actions[action.toLowerCase()]?.since
  const has = (each: ApiVersion) => isAlive(versions.lifetime, each) && (!lifetime || isAlive(lifetime, each))
  if (has(servedAs(version))) return
  const asked = [...name.split('/').slice(1), ...(action === undefined ? [] : [action])].join('/')
  const supported = known.filter(has).map((each) => each.text)
  throw controlError('NoRegisteredProviderFound', {
    of: `location '${homeLocation}' and API version '${version.text}' for type '${asked}'`,
    supported: supported.join(', '),
    location: homeLocation,
  })
}
