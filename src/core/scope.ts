import { RegistryError } from './registry-error.ts'

/** What may be done to a resource of the data plane; ACR's vocabulary (token scopes). */
export const actions = ['pull', 'push', 'delete', 'metadata_read', 'metadata_write', 'deleted_read', 'deleted_restore'] as const
export type Action = (typeof actions)[number]
export type ScopeType = 'repository' | 'registry' | 'artifact-repository'

/** `type:name:action,action`. `*` as an action means all; `*` as a repository's name means each. */
export interface Scope {
  type: ScopeType
  name: string
  actions: readonly (Action | '*')[]
}

const mostScopes = 64
const olderSpelling: Readonly<Record<string, Action>> = { metadataRead: 'metadata_read', metadataWrite: 'metadata_write' }
const types: readonly string[] = ['repository', 'registry', 'artifact-repository']
const namePattern = /^(?:\*|[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*(?:\/\*)?)$/
// The GUN of a content-trust client carries the registry's host before the repository.
const longestName = 512
/** What docker asks for of a plugin, `repository(plugin):name:push` (Docker token scope: class). Here a class makes no difference. */
const ofClass = /\([a-z0-9]{1,40}\)$/

/**
 * Reads the `scope` parameters of a token request: repeated, or separated by spaces.
 * What is not understood grants nothing, so it is dropped. More than 64 scopes: `request-invalid`.
 */
export function parseScopes(parameters: readonly string[]): Scope[] {
  const texts = parameters.flatMap((each) => each.split(' ')).filter((each) => each !== '')
  if (texts.length > mostScopes)
    throw new RegistryError('request-invalid', `a token request may name up to ${mostScopes} scopes`, { scopes: texts.length })
  return texts.map(parseScope).filter((each) => each !== undefined)
}

function parseScope(text: string): Scope | undefined {
  const first = text.indexOf(':')
  const last = text.lastIndexOf(':')
  if (first === -1 || last === first) return undefined
  const type = text.slice(0, first).replace(ofClass, '')
  const name = text.slice(first + 1, last)
  if (!types.includes(type) || name.length > longestName || !namePattern.test(name)) return undefined
  const wanted = new Set(
    text
      .slice(last + 1)
      .split(',')
      .map(parseAction),
  )
  wanted.delete(undefined)
  return wanted.size === 0 ? undefined : { type: type as ScopeType, name, actions: [...wanted] as (Action | '*')[] }
}

function parseAction(text: string): Action | '*' | undefined {
  if (text === '*' || (actions as readonly string[]).includes(text)) return text as Action | '*'
  return Object.hasOwn(olderSpelling, text) ? olderSpelling[text] : undefined
}

export const formatScope = (scope: Scope): string => `${scope.type}:${scope.name}:${scope.actions.join(',')}`

/** Whether a scope's name takes in a resource's: the same, `*`, or `team/*` for everything below `team/`. */
export function coversName(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true
  return pattern.endsWith('/*') && name.startsWith(pattern.slice(0, -1)) && !name.endsWith('/*')
}

/** Whether what is held takes in one action on one resource. */
export const covers = (held: Scope, type: ScopeType, name: string, action: Action | '*'): boolean =>
  held.type === type && coversName(held.name, name) && (held.actions.includes('*') || held.actions.includes(action))

/** Narrows what is asked to what is held; a scope of which nothing is left is omitted, not refused (ACR, token server). */
export function intersect(asked: readonly Scope[], held: readonly Scope[]): Scope[] {
  const granted: Scope[] = []
  for (const scope of asked) {
    const has = (action: Action | '*') => held.some((each) => covers(each, scope.type, scope.name, action))
    const wanted = scope.actions.includes('*') && !has('*') ? [...actions, ...scope.actions] : scope.actions
    const kept = [...new Set(wanted)].filter(has)
    if (kept.length > 0) granted.push({ ...scope, actions: kept })
  }
  return granted
}
