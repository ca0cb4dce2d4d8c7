import type { DirectoryReads } from '#ports/directory.ts'
import { controlError } from '#core/control-error.ts'
import { type Caller, decide } from '#core/access.ts'
import { conjuncts, type Filter } from '#core/filter.ts'
import { isWithin, type ResourceKey, scopesAbove } from '#core/resource-id.ts'
import type { RoleAssignment, RoleReads } from '#ports/roles.ts'

/** Which assignments are asked for; together they all hold. */
export interface AssignmentQuery {
  /** At the scope and above, not below. */
  atScope: boolean
  /** Given to this principal itself. */
  principalId?: string
  /** Given to this principal itself or to a group around it. */
  assignedTo?: string
}

/** What the `$filter` of role assignments may say: `atScope()`, `principalId eq`, `assignedTo()`. Fails with `request-invalid`. */
export function assignmentQuery(filter: Filter | undefined): AssignmentQuery {
  const query: AssignmentQuery = { atScope: false }
  for (const part of filter ? conjuncts(filter) : []) {
    const value = part.kind === 'call' && part.arguments[0]?.kind === 'value' ? part.arguments[0].value : undefined
    if (part.kind === 'call' && part.name === 'atscope' && part.arguments.length === 0) query.atScope = true
    else if (part.kind === 'call' && part.name === 'assignedto' && typeof value === 'string') query.assignedTo = value
    else if (
      part.kind === 'compare' &&
      part.field.toLowerCase() === 'principalid' &&
      part.operator === 'eq' &&
      typeof part.value === 'string'
    )
      query.principalId = part.value
    else throw controlError('UnsupportedQuery')
  }
  return query
}

const read = 'Microsoft.Authorization/roleAssignments/read'
const storePage = 500

/**
 * Assignments at a scope, above it and below it that the caller may read: all that hold at a scope where it may, and
 * those below elsewhere. In the order of scope and name, after `after` (`<scope> <name>`).
 */
export async function listAssignments(
  { store }: { store: DirectoryReads & RoleReads },
  { caller, scope, query, page }: { caller: Caller; scope: ResourceKey; query: AssignmentQuery; page: { after: string; limit: number } },
): Promise<RoleAssignment[]> {
  const may = (key: ResourceKey) => decide(caller, { kind: 'action', action: read, scope: key }).allowed
  const mayHere = may(scope)
  const principalIds = await principalsOf({ store }, query)
  const above = scopesAbove(scope)
  const isVisible = (each: RoleAssignment) => may(each.scope) || (mayHere && isWithin(scope, each.scope))
  const found: RoleAssignment[] = []
  // What lies above comes first in the order of scopes: keys grow with depth.
  const parts = query.atScope ? [{ at: above }] : [{ at: above.filter((each) => each !== scope) }, { within: scope }]
  for (const part of parts) {
    let after = page.after
    for (;;) {
      const limit = Math.max(page.limit - found.length, storePage)
      const rows = await store.roleAssignments({ ...part, ...(principalIds ? { principalIds } : {}) }, { after, limit })
      found.push(...rows.filter(isVisible))
      const last = rows.at(-1)
      if (found.length >= page.limit) return found.slice(0, page.limit)
      if (!last || rows.length < limit) break
      after = `${last.scope} ${last.name}`
    }
  }
  return found
}

async function principalsOf(
  { store }: { store: DirectoryReads },
  { principalId, assignedTo }: AssignmentQuery,
): Promise<string[] | undefined> {
  if (assignedTo === undefined) return principalId === undefined ? undefined : [principalId.toLowerCase()]
  const member = assignedTo.toLowerCase()
  const all = [member, ...(await store.groupsOf(member)).map((each) => each.id)]
  return principalId === undefined ? all : all.filter((each) => each === principalId.toLowerCase())
}
