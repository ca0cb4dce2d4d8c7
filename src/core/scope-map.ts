import { RegistryError } from './registry-error.ts'
import type { Action, Scope } from './scope.ts'

/** What one action of a scope map gives a token: `repositories/<name>/content/read` (acr "Scope maps and tokens"). */
const meanings: Readonly<Record<string, readonly Action[]>> = {
  'content/read': ['pull'],
  'content/write': ['push'],
  'content/delete': ['delete'],
  'metadata/read': ['metadata_read'],
  'metadata/write': ['metadata_write'],
}

const form = /^repositories\/(.+)\/((?:content|metadata)\/[a-z]+)$/
// A connected registry's own channel; it opens nothing on the data plane.
const gatewayForm = /^gateway\/[a-zA-Z0-9]{5,50}\/(?:config|message)\/(?:read|write)$/
const repository = /^(?:\*|[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*(?:\/\*)?)$/

/** The scopes of a token whose map has these actions. What the map holds beyond repositories opens nothing here. */
export function scopesOfMap(actions: readonly string[]): Scope[] {
  const scopes = new Map<string, Set<Action>>()
  for (const action of actions) {
    const [, name, right = ''] = form.exec(action) ?? []
    if (name === undefined || !Object.hasOwn(meanings, right)) continue
    const held = scopes.get(name) ?? new Set()
    for (const each of meanings[right] ?? []) held.add(each)
    scopes.set(name, held)
  }
  return [...scopes].map(([name, held]) => ({ type: 'repository', name, actions: [...held] }))
}

/** Fails with `request-invalid`, naming the action that is none and what would be one. */
export function checkMapAction(action: string): void {
  const [, name = '', right = ''] = form.exec(action) ?? []
  if (gatewayForm.test(action) || (Object.hasOwn(meanings, right) && repository.test(name))) return
  throw new RegistryError(
    'request-invalid',
    `The action "${action.slice(0, 300)}" is not one of a scope map: expected repositories/<name>/${Object.keys(meanings).join(', …/')}, where the name may end with "/*" or be "*".`,
    { action: action.slice(0, 300) },
  )
}
