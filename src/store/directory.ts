import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryCommands, DirectoryFilter, DirectoryKind, DirectoryObject, StoredSecret, Tenant } from '#ports/directory.ts'
import type { StoredRight } from '#ports/roles.ts'
import { keepingAnOwner } from './last-owner.ts'
import type { SqlReader, SqlTransaction, SqlValue } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

interface ObjectRow {
  id: string
  kind: DirectoryKind
  name: string
  login: string | null
  app_id: string | null
  enabled: number
  details: string
  created_at: number
}

const objectOf = (row: ObjectRow): DirectoryObject => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  login: row.login,
  appId: row.app_id,
  enabled: row.enabled === 1,
  details: JSON.parse(row.details) as Record<string, unknown>,
  createdAt: row.created_at,
})

const objectColumns = 'id, kind, name, login, app_id, enabled, details, created_at'
const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ')

async function one(db: SqlReader, where: string, ...values: SqlValue[]): Promise<DirectoryObject | undefined> {
  const row = await db.get<ObjectRow>(`SELECT ${objectColumns} FROM directory_object WHERE ${where}`, ...values)
  return row && objectOf(row)
}

export const tenant: Read<'tenant'> = async (db) => db.get<Tenant>('SELECT id, domain FROM tenant')

export const putTenant: Verb<'putTenant'> = async (tx, { id, domain }) => {
  if (await tx.get('SELECT id FROM tenant')) throw new RegistryError('conflict', 'the directory has its tenant')
  await tx.run('INSERT INTO tenant (id, domain) VALUES (?, ?)', id, domain)
}

export const directoryObject: Read<'directoryObject'> = (db, id) => one(db, 'id = ?', id)

export const userByLogin: Read<'userByLogin'> = (db, login) => one(db, 'login = ?', login.toLowerCase())

export const directoryObjectsByAppId: Read<'directoryObjectsByAppId'> = async (db, appId) =>
  (await db.all<ObjectRow>(`SELECT ${objectColumns} FROM directory_object WHERE app_id = ? ORDER BY kind`, appId.toLowerCase())).map(
    objectOf,
  )

const filterColumns = { name: 'name_key', appId: 'app_id', login: 'login' } as const

/** Null: nothing can match. */
function conditionOf(filter: DirectoryFilter): { where: string; values: SqlValue[] } | null {
  if (filter.kinds.length === 0) return null
  const where = [`kind IN (${marks(filter.kinds)})`]
  const values: SqlValue[] = [...filter.kinds]
  const column = filterColumns[filter.field ?? 'name']
  if (filter.equals !== undefined) {
    where.push(`${column} = ?`)
    values.push(filter.equals.toLowerCase())
  }
  if (filter.startsWith !== undefined) {
    // A range, so that the index serves it and no character of the text is a wildcard.
    const from = filter.startsWith.toLowerCase()
    where.push(`${column} >= ?`, `${column} < ?`)
    values.push(from, `${from}\u{10ffff}`)
  }
  return { where: where.join(' AND '), values }
}

export const directoryObjects: Read<'directoryObjects'> = async (db, filter, { after, limit }) => {
  const condition = conditionOf(filter)
  if (!condition) return []
  const sql = `SELECT ${objectColumns} FROM directory_object WHERE ${condition.where} AND id > ? ORDER BY id LIMIT ?`
  return (await db.all<ObjectRow>(sql, ...condition.values, after, limit)).map(objectOf)
}

export const directoryMatches: Read<'directoryMatches'> = async (db, filter, limit) => {
  const condition = conditionOf(filter)
  if (!condition) return []
  const sql = `SELECT ${objectColumns} FROM directory_object WHERE ${condition.where} LIMIT ?`
  return (await db.all<ObjectRow>(sql, ...condition.values, limit)).map(objectOf)
}

interface SecretRow {
  key_id: string
  object_id: string
  kind: StoredSecret['kind']
  name: string | null
  hash: string
  hint: string | null
  certificate: string | null
  starts_at: number
  ends_at: number | null
}

/** A principal's own, and its application's. */
export const standing: Read<'standing'> = async (db, principalId) => {
  const row = await db.get<ObjectRow & { generation: number }>(
    `SELECT ${objectColumns}, generation FROM directory_object WHERE id = ? AND kind IN ('user', 'servicePrincipal')`,
    principalId,
  )
  if (!row) return undefined
  const application = row.app_id === null ? undefined : await one(db, `app_id = ? AND kind = 'application'`, row.app_id)
  return {
    principal: objectOf(row),
    generation: row.generation,
    secrets: await secrets(db, application ? [row.id, application.id] : [row.id]),
  }
}

export const secrets: Read<'secrets'> = async (db, objectIds) =>
  objectIds.length === 0
    ? []
    : (
        await db.all<SecretRow>(
          `SELECT * FROM directory_secret WHERE object_id IN (${marks(objectIds)}) ORDER BY object_id, added DESC`,
          ...objectIds,
        )
      ).map((row) => ({
        keyId: row.key_id,
        objectId: row.object_id,
        kind: row.kind,
        name: row.name,
        hash: row.hash,
        hint: row.hint,
        certificate: row.certificate,
        startsAt: row.starts_at,
        endsAt: row.ends_at,
      }))

const qualified = objectColumns
  .split(', ')
  .map((column) => `directory_object.${column}`)
  .join(', ')

export const groupMembers: Read<'groupMembers'> = async (db, groupId, { after, limit }) =>
  (
    await db.all<ObjectRow>(
      `SELECT ${qualified} FROM directory_member JOIN directory_object ON directory_object.id = directory_member.member_id
       WHERE directory_member.group_id = ? AND directory_member.member_id > ? ORDER BY directory_member.member_id LIMIT ?`,
      groupId,
      after,
      limit,
    )
  ).map(objectOf)

export const directGroupsOf: Read<'directGroupsOf'> = async (db, memberId) =>
  (
    await db.all<ObjectRow>(
      `SELECT ${qualified} FROM directory_member JOIN directory_object ON directory_object.id = directory_member.group_id
       WHERE directory_member.member_id = ? ORDER BY directory_object.id`,
      memberId,
    )
  ).map(objectOf)

/** The member itself and every group around it. UNION, so that a ring of groups ends. */
const around = (db: SqlReader) => `WITH RECURSIVE around(id) AS (
  SELECT ${db.aText} UNION SELECT directory_member.group_id FROM directory_member JOIN around ON directory_member.member_id = around.id)`

export const groupsOf: Read<'groupsOf'> = async (db, memberId) =>
  (
    await db.all<ObjectRow>(
      `${around(db)} SELECT ${qualified} FROM directory_object JOIN around ON around.id = directory_object.id
       WHERE directory_object.id <> ? ORDER BY directory_object.id`,
      memberId,
      memberId,
    )
  ).map(objectOf)

// Not a join with `around`: SQLite would walk over everybody's assignments, which have the wanted order.
export const rights: Read<'rights'> = async (db, principalId) =>
  db.all<StoredRight>(
    `${around(db)} SELECT role_assignment.scope AS scope, role_assignment.role_id AS "roleId", custom_role.permissions AS permissions
     FROM role_assignment LEFT JOIN custom_role ON custom_role.id = role_assignment.role_id
     WHERE role_assignment.principal_id IN (SELECT id FROM around) ORDER BY role_assignment.scope, role_assignment.name`,
    principalId,
  )

/** Lists read whole objects, a few hundred at a time. */
const largestDetails = 64 * 1024
const mostSecrets = 100

export const putDirectoryObject: Verb<'putDirectoryObject'> = (tx, given) =>
  given.object.enabled ? writeObject(tx, given) : keepingAnOwner(tx, () => writeObject(tx, given))

async function writeObject(
  tx: SqlTransaction,
  { object, secrets: given }: Parameters<DirectoryCommands['putDirectoryObject']>[0],
): Promise<void> {
  const { id, kind, name, login, appId, enabled, createdAt } = object
  const details = JSON.stringify(object.details)
  if (details.length > largestDetails)
    throw new RegistryError('request-invalid', `a ${kind} keeps up to ${largestDetails} characters of properties in all`, { id })
  const other = await tx.get<{ id: string }>(
    'SELECT id FROM directory_object WHERE id <> ? AND (login = ? OR (kind = ? AND app_id = ?))',
    id,
    login?.toLowerCase() ?? null,
    kind,
    appId?.toLowerCase() ?? null,
  )
  if (other)
    throw new RegistryError('conflict', `another ${kind} has this ${login === null ? 'application id' : 'user principal name'}`, {
      id: other.id,
    })
  await tx.run(
    `INSERT INTO directory_object (id, kind, name, name_key, login, app_id, enabled, details, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, login = excluded.login,
       generation = directory_object.generation + CASE WHEN directory_object.enabled > excluded.enabled THEN 1 ELSE 0 END,
       enabled = excluded.enabled, details = excluded.details`,
    id,
    kind,
    name,
    name.toLowerCase(),
    login?.toLowerCase() ?? null,
    appId?.toLowerCase() ?? null,
    Number(enabled),
    details,
    createdAt,
  )
  for (const secret of given ?? []) await insertSecret(tx, secret)
}

const objectExists = async (tx: SqlTransaction, id: string): Promise<void> => {
  if (!(await tx.get('SELECT id FROM directory_object WHERE id = ?', id)))
    throw new RegistryError('not-found', `the directory has no object ${id}`, { id })
}

export const deleteDirectoryObject: Verb<'deleteDirectoryObject'> = (tx, { id }) => keepingAnOwner(tx, () => removeObject(tx, id))

async function removeObject(tx: SqlTransaction, id: string): Promise<void> {
  await objectExists(tx, id)
  await tx.run('DELETE FROM directory_secret WHERE object_id = ?', id)
  await tx.run('DELETE FROM directory_member WHERE group_id = ? OR member_id = ?', id, id)
  await tx.run('DELETE FROM sign_in WHERE principal_id = ?', id)
  await tx.run('DELETE FROM familiar_address WHERE principal_id = ?', id)
  await tx.run('DELETE FROM sign_in WHERE client_id = (SELECT app_id FROM directory_object WHERE id = ?)', id)
  await tx.run('DELETE FROM directory_object WHERE id = ?', id)
}

async function insertSecret(tx: SqlTransaction, secret: StoredSecret): Promise<void> {
  const held = await tx.get<{ count: number; last: number | null }>(
    'SELECT COUNT(*) AS count, MAX(added) AS last FROM directory_secret WHERE object_id = ?',
    secret.objectId,
  )
  if ((held?.count ?? 0) >= mostSecrets)
    throw new RegistryError('request-invalid', `an object has up to ${mostSecrets} credentials: remove one that is no longer used`)
  if (await tx.get('SELECT key_id FROM directory_secret WHERE key_id = ?', secret.keyId))
    throw new RegistryError('conflict', `another credential has the keyId ${secret.keyId}: leave it out to get a new one`)
  await tx.run(
    `INSERT INTO directory_secret (key_id, object_id, kind, name, hash, hint, certificate, starts_at, ends_at, added)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    secret.keyId,
    secret.objectId,
    secret.kind,
    secret.name,
    secret.hash,
    secret.hint,
    secret.certificate,
    secret.startsAt,
    secret.endsAt,
    (held?.last ?? 0) + 1,
  )
}

export const putSecret: Verb<'putSecret'> = async (tx, { secret, replacesOthers }) => {
  await objectExists(tx, secret.objectId)
  if (replacesOthers) await tx.run('DELETE FROM directory_secret WHERE object_id = ? AND kind = ?', secret.objectId, secret.kind)
  await insertSecret(tx, secret)
}

export const deleteSecret: Verb<'deleteSecret'> = async (tx, { objectId, keyId }) => {
  const gone = await tx.run('DELETE FROM directory_secret WHERE object_id = ? AND key_id = ?', objectId, keyId)
  if (gone === 0) throw new RegistryError('not-found', `no credential ${keyId} is there`, { keyId })
}

export const putGroupMember: Verb<'putGroupMember'> = async (tx, { groupId, memberId }) => {
  if (!(await tx.get(`SELECT id FROM directory_object WHERE id = ? AND kind = 'group'`, groupId)))
    throw new RegistryError('not-found', `the directory has no group ${groupId}`, { id: groupId })
  await objectExists(tx, memberId)
  const ring = await tx.get(`${around(tx)} SELECT id FROM around WHERE id = ?`, groupId, memberId)
  if (ring) throw new RegistryError('request-invalid', 'a group cannot hold itself, directly or through another', { groupId, memberId })
  await tx.run('INSERT INTO directory_member (group_id, member_id) VALUES (?, ?) ON CONFLICT DO NOTHING', groupId, memberId)
}

export const deleteGroupMember: Verb<'deleteGroupMember'> = (tx, { groupId, memberId }) =>
  keepingAnOwner(tx, async () => {
    const gone = await tx.run('DELETE FROM directory_member WHERE group_id = ? AND member_id = ?', groupId, memberId)
    if (gone === 0) throw new RegistryError('not-found', 'the group has no such member', { groupId, memberId })
  })
