import { RegistryError } from './registry-error.ts'

/**
 * An ARM id: `/subscriptions/<s>/resourceGroups/<g>/providers/<namespace>/<type>/<name>/<type>/<name>…`, and the scopes
 * above one: a group, a subscription, `/` for the tenant. Names keep the case in which they were written; two ids are the
 * same when their keys are.
 */
export interface ResourceId {
  subscriptionId: string | null
  resourceGroup: string | null
  /** `Microsoft.ContainerRegistry/registries/tokens`; null for a scope above resources. */
  type: string | null
  /** The last name: of the resource, the group or the subscription; empty for the tenant. */
  name: string
  /** As written, without a slash at the end; `/` for the tenant. */
  text: string
  /** What ids are compared and stored by: lower case; empty for the tenant, so that `key + '/'` begins each id below. */
  key: ResourceKey
}

export type ResourceKey = string & { readonly brand?: 'ResourceKey' }

export const subscriptionType = 'Microsoft.Resources/subscriptions'
export const resourceGroupType = 'Microsoft.Resources/subscriptions/resourceGroups'

// `.` and `..` are no names: whoever puts the id into a URL would climb with them.
const namePattern = /^(?!\.{1,2}$)[^/?#%\\\s\p{Cc}](?:[^/?#%\\\p{Cc}]{0,258}[^/?#%\\\s\p{Cc}])?$/u
const longest = 4096
const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const isGuid = (text: string): boolean => guidPattern.test(text)

/** Reads an id, percent-decoded before. Fails with `request-invalid`, naming the part that is wrong. */
export function parseResourceId(text: string): ResourceId {
  if (text.length > longest) throw invalid(text, `it has up to ${longest} characters`)
  const trimmed = withoutSlashes(text)
  const id: ResourceId = { subscriptionId: null, resourceGroup: null, type: null, name: '', text: trimmed || '/', key: keyOf(trimmed) }
  if (trimmed === '') return id
  if (!trimmed.startsWith('/')) throw invalid(text, 'it begins with "/"')
  const parts = trimmed.slice(1).split('/')
  for (const part of parts) if (!namePattern.test(part)) throw invalid(text, `"${part.slice(0, 60)}" is not a name`)
  let at = 0
  const word = (index: number): string => parts[index]?.toLowerCase() ?? ''
  if (word(at) === 'subscriptions') {
    const subscription = parts[at + 1]
    if (subscription === undefined || !isGuid(subscription)) throw invalid(text, 'a subscription is a GUID')
    Object.assign(id, { subscriptionId: subscription, name: subscription })
    at += 2
    if (word(at) === 'resourcegroups') {
      const group = parts[at + 1]
      if (group === undefined) throw invalid(text, 'the resource group has no name')
      Object.assign(id, { resourceGroup: group, name: group })
      at += 2
    }
  }
  if (at === parts.length) return id
  // An extension (a role assignment, a lock) has its own `providers` behind the id of what it belongs to; the last one counts.
  while (at < parts.length) {
    if (word(at) !== 'providers') throw invalid(text, `"providers" is missing before "${parts[at]?.slice(0, 60)}"`)
    const namespace = parts[at + 1]
    const end = parts.findIndex((part, index) => index > at + 1 && part.toLowerCase() === 'providers' && (index - at) % 2 === 0)
    const pairs = parts.slice(at + 2, end === -1 ? undefined : end)
    if (namespace === undefined || pairs.length === 0 || pairs.length % 2 !== 0)
      throw invalid(text, 'types and names follow the provider in pairs')
    Object.assign(id, {
      type: [namespace, ...pairs.filter((_, index) => index % 2 === 0)].join('/'),
      name: pairs.at(-1) ?? '',
    })
    at = end === -1 ? parts.length : end
  }
  return id
}

/** The key of an id or a scope, whoever wrote it. */
export const keyOf = (text: string): ResourceKey => withoutSlashes(text).toLowerCase()

// Not by /\/+$/: that looks from each slash of a long run anew.
function withoutSlashes(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === '/') end--
  return text.slice(0, end)
}

/** Whether what belongs to `scope` also holds at `key`: the same, or below. */
export const isWithin = (key: ResourceKey, scope: ResourceKey): boolean => key === scope || key.startsWith(`${scope}/`)

/** A scope and all above it, the nearest first, `''` (the tenant) last. */
export function scopesAbove(key: ResourceKey): ResourceKey[] {
  const parts = key.split('/').slice(1)
  const ends: number[] = []
  let at = 0
  if (parts[0] === 'subscriptions') {
    ends.push((at = 2))
    if (parts[2] === 'resourcegroups') ends.push((at = 4))
  }
  while (parts[at] === 'providers') {
    at += 2
    do ends.push((at += 2))
    while (at < parts.length && parts[at] !== 'providers')
  }
  return [...new Set(['', ...ends.filter((end) => end <= parts.length).map((end) => `/${parts.slice(0, end).join('/')}`)])].reverse()
}

const invalid = (text: string, why: string) =>
  new RegistryError('request-invalid', `"${text.slice(0, 200)}" is not a resource id: ${why}`, { id: text.slice(0, 400) })
