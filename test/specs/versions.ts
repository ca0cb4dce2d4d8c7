import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parseApiVersion } from '#core/api-version.ts'

interface Described {
  /** In the order of time. */
  versions: readonly string[]
  /** What Azure's clients accept of each verb. */
  statuses: Readonly<Record<string, readonly number[]>>
  /** Dotted paths, as each version adds to the one before it in time, and takes away. */
  properties?: Readonly<Record<string, { added?: readonly string[]; removed?: readonly string[] }>>
  actions?: Readonly<Record<string, readonly string[]>>
}

const text = readFileSync(new URL('./api-versions.json', import.meta.url), 'utf8')
export const described = JSON.parse(text) as Readonly<Record<string, Described>>

/** The paths that a described version of a type has. */
export function propertiesOf(type: string, version: string): ReadonlySet<string> {
  const paths = new Set<string>()
  for (const each of described[type]?.versions ?? []) {
    const { added = [], removed = [] } = described[type]?.properties?.[each] ?? {}
    for (const path of added) paths.add(path)
    for (const path of removed) paths.delete(path)
    if (each === version) return paths
  }
  throw new Error(`${type} is not described in ${version}`)
}

/** The described version that serves another: the nearest earlier one of its kind, or else the first. */
export function nearest(type: string, text: string): string | undefined {
  const [asked, versions] = [parseApiVersion(text), described[type]?.versions ?? []]
  if (versions.includes(text) || !asked) return text
  const earlier = versions.filter((each) => (parseApiVersion(each)?.day ?? '') <= asked.day)
  return earlier.findLast((each) => each.endsWith('-preview') === asked.preview) ?? earlier.at(-1)
}

const closed = new Set(['tags', 'properties.encryption.keyVaultProperties', 'properties.credentials.passwords'])

/** Every path of a document, lists left whole. */
export function pathsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = `${prefix}${name}`
    const deeper = typeof inner === 'object' && inner !== null && !Array.isArray(inner) && !closed.has(path) && name !== 'systemData'
    return deeper ? [path, ...pathsOf(inner as object, `${path}.`)] : [path]
  })
}

const typeNames = new Map(Object.keys(described).map((name) => [name.toLowerCase(), name]))

/** Fails when a resource, or one of a list, shows what the version that was asked for does not have. */
export function checkProperties(version: string, body: unknown, told: string): void {
  if (typeof body !== 'object' || body === null) return
  const { value, type, properties } = body as { value?: unknown; type?: unknown; properties?: unknown }
  if (Array.isArray(value)) for (const each of value as unknown[]) checkProperties(version, each, told)
  const name = typeof type === 'string' && typeof properties === 'object' ? typeNames.get(type.toLowerCase()) : undefined
  const served = name && described[name]?.properties ? nearest(name, version.toLowerCase()) : undefined
  if (!name || !served) return
  const known = propertiesOf(name, served)
  assert.deepEqual(
    pathsOf(body).filter((path) => !known.has(path)),
    [],
    `${name} in ${version} (as ${served}) does not have these: ${told}`,
  )
}
