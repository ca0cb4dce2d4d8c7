import { type Grant, permits } from './permission.ts'
import type { ResourceKey } from './resource-id.ts'
import { type Action, covers, type Scope, type ScopeType } from './scope.ts'

/**
 * The one decision of who may do what. Everything that asks "may this caller …" builds a Caller and an Access and
 * calls `decide`; nothing else in the house compares rights.
 */
export interface Caller {
  /** Immutable: `anonymous`, or a principal's id. Names are for people. */
  id: string
  kind: 'anonymous' | 'admin' | 'token' | 'user' | 'servicePrincipal' | 'operator'
  name: string
  /** Roles of a principal of the directory, at every scope. */
  grants?: readonly Grant[]
  /** What the principal itself holds now. */
  held: readonly Scope[]
  /** What the presented token was narrowed to; absent when the credential itself was presented. */
  narrowedTo?: readonly Scope[]
  /** The token could be had again with more scopes: it was got with the credential itself, not with another token. */
  mayAskMore?: boolean
  /** For an access token: the registry's `seq` at its issue. A repository deleted later than that is not this token's. */
  seq?: number
}

/** What a request needs; `none` is written down for what everybody may do. */
export type Access =
  | { kind: 'none' }
  | { kind: 'signed-in' }
  | {
      kind: 'scope'
      type: ScopeType
      name: string
      actions: readonly (Action | '*')[]
      /** Actions that are as good, all of them together; the challenge does not name them. */
      instead?: readonly (Action | '*')[]
    }
  /** One of Azure's actions on a resource or a scope of the control plane. */
  | { kind: 'action'; action: string; scope: ResourceKey }

export type Decision =
  | { allowed: true; because: 'open' | 'signed-in' | 'held' }
  | {
      allowed: false
      because: 'anonymous' | 'not-held' | 'not-in-token' | 'token-older-than-repository'
      /** The first action that is not granted. */
      action?: string
    }

/**
 * @param facts `repositoryDeletedSeq`: the registry's seq when a repository of this name was last deleted, if ever
 * Deny unless granted. The reason is data: the challenge, the log and `explain` read it.
 */
export function decide(caller: Caller, access: Access, facts: { repositoryDeletedSeq?: number | undefined } = {}): Decision {
  if (access.kind === 'none') return { allowed: true, because: 'open' }
  // A token that was given to nobody in particular is good for the front door while anonymous pull is on.
  if (access.kind === 'signed-in')
    return caller.kind === 'anonymous' && !(caller.narrowedTo && caller.held.length > 0)
      ? { allowed: false, because: 'anonymous' }
      : { allowed: true, because: 'signed-in' }
  if (access.kind === 'action') {
    if (permits(caller.grants ?? [], access.action, access.scope)) return { allowed: true, because: 'held' }
    return { allowed: false, because: caller.kind === 'anonymous' ? 'anonymous' : 'not-held', action: access.action }
  }
  if (
    caller.seq !== undefined &&
    access.type === 'repository' &&
    facts.repositoryDeletedSeq !== undefined &&
    caller.seq < facts.repositoryDeletedSeq
  )
    return { allowed: false, because: 'token-older-than-repository' }
  const lacking = lackOf(caller, access, access.actions)
  if (!lacking || (access.instead && !lackOf(caller, access, access.instead))) return { allowed: true, because: 'held' }
  return lacking
}

function lackOf(
  caller: Caller,
  access: Extract<Access, { kind: 'scope' }>,
  actions: readonly (Action | '*')[],
): Extract<Decision, { allowed: false }> | undefined {
  // Nobody in particular lists the catalog with a token for it, and is told to get one.
  const needsToken = caller.kind === 'anonymous' && access.type === 'registry' && !caller.narrowedTo
  for (const action of actions) {
    const within = (scopes: readonly Scope[]) => scopes.some((each) => covers(each, access.type, access.name, action))
    if (caller.narrowedTo && !within(caller.narrowedTo))
      return { allowed: false, because: caller.kind === 'anonymous' ? 'anonymous' : 'not-in-token', action }
    if (needsToken || !within(caller.held))
      return { allowed: false, because: caller.kind === 'anonymous' ? 'anonymous' : 'not-held', action }
  }
  return undefined
}

/** What the caller could do with another token; undefined when this one, or the credential itself, is all there is. */
export function askingMore(caller: Caller): Caller | undefined {
  if (!caller.mayAskMore) return undefined
  const { id, kind, name, held, seq } = caller
  return { id, kind, name, held, ...(seq === undefined ? {} : { seq }) }
}

/** All that there is in one registry: what its admin user holds. */
export const everything: readonly Scope[] = [
  { type: 'repository', name: '*', actions: ['*'] },
  { type: 'registry', name: 'catalog', actions: ['*'] },
]

/**
 * Whoever has the data directory itself, through the socket that only its owner opens: no right is asked for that it could
 * not take. Logs and events name it.
 */
export const operator: Caller = {
  id: 'operator',
  kind: 'operator',
  name: 'operator',
  held: everything,
  grants: [{ scope: '', permissions: [{ actions: ['*'], notActions: [], dataActions: ['*'], notDataActions: [] }] }],
}

/** What anonymous pull opens, as the service does: each repository for reading, and their names. */
export const anonymousPull: readonly Scope[] = [
  { type: 'repository', name: '*', actions: ['pull', 'metadata_read'] },
  { type: 'registry', name: 'catalog', actions: ['*'] },
]
