import { builtInRole } from '#core/built-in-roles.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { CustomRole, RoleAssignment, StoredRight } from '#ports/roles.ts'
import { around } from './directory-groups.ts'
import { noteEvent } from './event-log.ts'
import { keepingAnOwner } from './last-owner.ts'
import { registryIdOf } from './registries.ts'
import type { SqlTransaction, SqlValue } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

const columns = `name, scope, scope_id AS "scopeId", principal_id AS "principalId", principal_type AS "principalType",
  role_id AS "roleId", details, created_at AS "createdAt", created_by AS "createdBy"`

type AssignmentRow = Omit<RoleAssignment, 'details'> & { details: string }
const assignmentOf = (row: AssignmentRow): RoleAssignment => ({ ...row, details: JSON.parse(row.details) as Record<string, unknown> })

export const roleAssignments: Read<'roleAssignments'> = async (db, { at, within, principalIds }, { after, limit }) => {
  // A page begins behind `<scope> <name>`; a scope may hold a space, a name does not.
  const cut = after.lastIndexOf(' ')
  const [scope, name] = cut === -1 ? ['', ''] : [after.slice(0, cut), after.slice(cut + 1)]
  const where = ['(scope > ? OR (scope = ? AND name > ?))']
  const values: SqlValue[] = [scope, scope, name]
  if (at?.length === 0 || principalIds?.length === 0) return []
  if (at) {
    where.push(`scope ${db.among('text')}`)
    values.push(at)
  }
  if (within !== undefined) {
    where.push('(scope = ? OR (scope > ? AND scope < ?))')
    values.push(within, `${within}/`, `${within}0`)
  }
  if (principalIds) {
    where.push(`principal_id ${db.among('text')}`)
    values.push(principalIds)
  }
  const sql = `SELECT ${columns} FROM role_assignment WHERE ${where.join(' AND ')} ORDER BY scope, name LIMIT ?`
  return (await db.all<AssignmentRow>(sql, ...values, limit)).map(assignmentOf)
}

export const roleAssignment: Read<'roleAssignment'> = async (db, scope, name) => {
  const row = await db.get<AssignmentRow>(`SELECT ${columns} FROM role_assignment WHERE scope = ? AND name = ?`, scope, name)
  return row && assignmentOf(row)
}

// Not a join with `around`: SQLite would walk over everybody's assignments, which have the wanted order.
export const rights: Read<'rights'> = async (db, principalId) =>
  db.all<StoredRight>(
    `${around(db)} SELECT role_assignment.scope AS scope, role_assignment.role_id AS "roleId", custom_role.permissions AS permissions
     FROM role_assignment LEFT JOIN custom_role ON custom_role.id = role_assignment.role_id
     WHERE role_assignment.principal_id IN (SELECT id FROM around) ORDER BY role_assignment.scope, role_assignment.name`,
    principalId,
  )

// What went while a role was given must leave nothing for the next thing of its name.
async function mustBeThere(tx: SqlTransaction, { scope, scopeId, roleId }: RoleAssignment): Promise<void> {
  if (scope !== '' && !(await tx.get(`SELECT key FROM resource WHERE key = ?${tx.forShare}`, scope)))
    throw new RegistryError('not-found', `The scope '${scopeId}' could not be found.`, { scope })
  if (!builtInRole(roleId) && !(await tx.get(`SELECT id FROM custom_role WHERE id = ?${tx.forShare}`, roleId)))
    throw new RegistryError('not-found', `The specified role definition with ID '${roleId}' does not exist.`, { roleId })
}

export const putRoleAssignment: Verb<'putRoleAssignment'> = async (tx, { assignment }) => {
  const { name, scope, scopeId, principalId, principalType, roleId, details, createdAt, createdBy } = assignment
  await mustBeThere(tx, assignment)
  const same = await tx.get<{ name: string }>(
    'SELECT name FROM role_assignment WHERE scope = ? AND principal_id = ? AND role_id = ? AND name <> ?',
    scope,
    principalId,
    roleId,
    name,
  )
  if (same) throw new RegistryError('conflict', 'The role assignment already exists.', { name: same.name })
  const changed = await tx.run(
    `UPDATE role_assignment SET details = ? WHERE scope = ? AND name = ? AND principal_id = ? AND role_id = ?`,
    JSON.stringify(details),
    scope,
    name,
    principalId,
    roleId,
  )
  noteEvent(tx, {
    kind: 'role.assigned',
    registryId: await registryIdOf(tx, scope),
    details: { scope, name, principalId, roleId },
    by: createdBy,
  })
  if (changed > 0) return { created: false }
  if (await tx.get('SELECT name FROM role_assignment WHERE scope = ? AND name = ?', scope, name))
    throw new RegistryError('conflict', 'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.', { name })
  await tx.run(
    `INSERT INTO role_assignment (scope, name, scope_id, principal_id, principal_type, role_id, details, created_at, created_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    scope,
    name,
    scopeId,
    principalId,
    principalType,
    roleId,
    JSON.stringify(details),
    createdAt,
    createdBy,
  )
  return { created: true }
}

export const deleteRoleAssignment: Verb<'deleteRoleAssignment'> = (tx, { scope, name }) =>
  keepingAnOwner(tx, async () => {
    const row = await tx.get<AssignmentRow>(
      `SELECT ${columns} FROM role_assignment WHERE scope = ? AND name = ?${tx.forUpdate}`,
      scope,
      name,
    )
    await tx.run('DELETE FROM role_assignment WHERE scope = ? AND name = ?', scope, name)
    if (!row) return undefined
    const { principalId, roleId } = row
    noteEvent(tx, { kind: 'role.unassigned', registryId: await registryIdOf(tx, scope), details: { scope, name, principalId, roleId } })
    return assignmentOf(row)
  })

interface RoleRow {
  id: string
  name: string
  description: string
  permissions: string
  assignable_scopes: string
  created_at: number
  created_by: string
  changed_at: number
}

const roleColumns = 'id, name, description, permissions, assignable_scopes, created_at, created_by, changed_at'

const roleOf = (row: RoleRow): CustomRole => ({
  id: row.id,
  name: row.name,
  description: row.description,
  permissions: row.permissions,
  assignableScopes: JSON.parse(row.assignable_scopes) as string[],
  createdAt: row.created_at,
  createdBy: row.created_by,
  changedAt: row.changed_at,
})

export const customRoles: Read<'customRoles'> = async (db) =>
  (await db.all<RoleRow>(`SELECT ${roleColumns} FROM custom_role ORDER BY name_key`)).map(roleOf)

export const customRole: Read<'customRole'> = async (db, id) => {
  const row = await db.get<RoleRow>(`SELECT ${roleColumns} FROM custom_role WHERE id = ?`, id)
  return row && roleOf(row)
}

export const putCustomRole: Verb<'putCustomRole'> = async (tx, { role }) => {
  const nameKey = role.name.toLowerCase()
  const other = await tx.get<{ id: string }>('SELECT id FROM custom_role WHERE name_key = ? AND id <> ?', nameKey, role.id)
  if (other) throw new RegistryError('conflict', `A custom role with the name "${role.name}" exists already.`, { id: other.id })
  const found = await tx.get('SELECT id FROM custom_role WHERE id = ?', role.id)
  await tx.run(
    `INSERT INTO custom_role (id, name, name_key, description, permissions, assignable_scopes, created_at, created_by, changed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, description = excluded.description,
       permissions = excluded.permissions, assignable_scopes = excluded.assignable_scopes, changed_at = excluded.changed_at`,
    role.id,
    role.name,
    nameKey,
    role.description,
    role.permissions,
    JSON.stringify(role.assignableScopes),
    role.createdAt,
    role.createdBy,
    role.changedAt,
  )
  noteEvent(tx, { kind: 'role-definition.written', registryId: 0, details: { id: role.id, name: role.name } })
  return { created: !found }
}

export const deleteCustomRole: Verb<'deleteCustomRole'> = async (tx, { id }) => {
  // Held first: who gives the role meanwhile is seen, or waits and finds it gone.
  const row = await tx.get<RoleRow>(`SELECT ${roleColumns} FROM custom_role WHERE id = ?${tx.forUpdate}`, id)
  if (!row) return undefined
  const used = await tx.get<{ scope_id: string }>('SELECT scope_id FROM role_assignment WHERE role_id = ? LIMIT 1', id)
  if (used) throw new RegistryError('in-use', 'There are existing role assignments referencing this role.', { scope: used.scope_id })
  await tx.run('DELETE FROM custom_role WHERE id = ?', id)
  noteEvent(tx, { kind: 'role-definition.deleted', registryId: 0, details: { id, name: row.name } })
  return roleOf(row)
}
