import { RegistryError } from '#core/registry-error.ts'
import type { DirectoryFilter, DirectoryObject, ObjectChange, Tenant } from '#ports/directory.ts'
import { insertSecret, removeSecret, secrets } from './directory-secrets.ts'
import { changedObject, objectColumns, objectOf, type ObjectRow, one } from './directory-rows.ts'
import { noteEvent } from './event-log.ts'
import { keepingAnOwner } from './last-owner.ts'
import { putRoleAssignment } from './role-assignments.ts'
import { deleteSignIns } from './sign-ins.ts'
import type { SqlReader, SqlTransaction, SqlValue } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

export const tenant: Read<'tenant'> = async (db) => db.get<Tenant>('SELECT id, domain FROM tenant')

export const putTenant: Verb<'putTenant'> = async (tx, { id, domain }) => {
  if (await tx.get('SELECT id FROM tenant')) throw new RegistryError('conflict', 'the directory has its tenant')
  await tx.run('INSERT INTO tenant (id, domain) VALUES (?, ?)', id, domain)
  noteEvent(tx, { kind: 'directory.created', registryId: 0, details: { tenantId: id } })
}

export const directoryObject: Read<'directoryObject'> = (db, id) => one(db, 'id = ?', id)

export const userByLogin: Read<'userByLogin'> = (db, login) => one(db, 'login = ?', login.toLowerCase())

export const directoryObjectsByAppId: Read<'directoryObjectsByAppId'> = async (db, appId) =>
  (await db.all<ObjectRow>(`SELECT ${objectColumns} FROM directory_object WHERE app_id = ? ORDER BY kind`, appId.toLowerCase())).map(
    objectOf,
  )

const filterColumns = { name: 'name_key', appId: 'app_id', login: 'login' } as const

/** Null: nothing can match. */
function conditionOf(db: SqlReader, filter: DirectoryFilter): { where: string; values: SqlValue[] } | null {
  if (filter.kinds.length === 0) return null
  const where = [`kind ${db.among('text')}`]
  const values: SqlValue[] = [filter.kinds]
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
  const condition = conditionOf(db, filter)
  if (!condition) return []
  const sql = `SELECT ${objectColumns} FROM directory_object WHERE ${condition.where} AND id > ? ORDER BY id LIMIT ?`
  return (await db.all<ObjectRow>(sql, ...condition.values, after, limit)).map(objectOf)
}

export const directoryMatches: Read<'directoryMatches'> = async (db, filter, limit) => {
  const condition = conditionOf(db, filter)
  if (!condition) return []
  const sql = `SELECT ${objectColumns} FROM directory_object WHERE ${condition.where} LIMIT ?`
  return (await db.all<ObjectRow>(sql, ...condition.values, limit)).map(objectOf)
}

/** A principal's own, and its application's. */
export const principalWithSecrets: Read<'principalWithSecrets'> = async (db, principalId) => {
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

/** Lists read whole objects, a few hundred at a time. */
const largestDetails = 64 * 1024

export const createDirectoryObjects: Verb<'createDirectoryObjects'> = async (
  tx,
  { objects, secrets: added = [], identifierUris = [], roleAssignment },
) => {
  for (const object of objects) {
    if (await one(tx, 'id = ?', object.id)) throw new RegistryError('conflict', `another object has the id ${object.id}`, { id: object.id })
    await insertObject(tx, object.kind === 'servicePrincipal' ? await namedAsApplication(tx, object) : object)
    if (object.kind === 'application') await setIdentifierUris(tx, object.id, identifierUris)
  }
  tx.failpoint('directory.create.in-transaction')
  for (const secret of added) await insertSecret(tx, secret)
  if (roleAssignment) await putRoleAssignment(tx, { assignment: roleAssignment })
}

export const putDirectoryObject: Verb<'putDirectoryObject'> = (tx, change) =>
  change.object.enabled ? writeObject(tx, change) : keepingAnOwner(tx, () => writeObject(tx, change))

async function writeObject(tx: SqlTransaction, change: ObjectChange): Promise<void> {
  const { object, expect, addSecrets = [], removeSecrets = [], identifierUris, endSignIns = false } = change
  const { id } = object
  const before = await tx.get<{ version: number; name: string }>(
    `SELECT version, name FROM directory_object WHERE id = ?${tx.forUpdate}`,
    id,
  )
  if (expect !== undefined && (before?.version ?? null) !== expect)
    throw new RegistryError('precondition-failed', `the object ${id} was changed since it was read: read it again`, { id })
  await (before ? updateObject(tx, object) : insertObject(tx, object))
  if (before && object.kind === 'application' && before.name !== object.name) await renamePrincipal(tx, object)
  if (identifierUris) await setIdentifierUris(tx, id, identifierUris)
  for (const keyId of removeSecrets) await removeSecret(tx, id, keyId)
  for (const secret of addSecrets) await insertSecret(tx, secret)
  if (endSignIns) await deleteSignIns(tx, 'principal_id', id)
}

async function insertObject(tx: SqlTransaction, object: DirectoryObject): Promise<void> {
  const { id, kind, name, login, appId, enabled, createdAt } = object
  await mustBeUnique(tx, object)
  await tx.run(
    `INSERT INTO directory_object (id, kind, name, name_key, login, app_id, enabled, details, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    kind,
    name,
    name.toLowerCase(),
    login?.toLowerCase() ?? null,
    appId?.toLowerCase() ?? null,
    Number(enabled),
    detailsOf(object),
    createdAt,
  )
  noteWritten(tx, object)
}

async function updateObject(tx: SqlTransaction, object: DirectoryObject): Promise<void> {
  const { id, name, login, enabled } = object
  await mustBeUnique(tx, object)
  await tx.run(
    `UPDATE directory_object SET name = ?, name_key = ?, login = ?, version = version + 1,
       generation = generation + CASE WHEN enabled > ? THEN 1 ELSE 0 END, enabled = ?, details = ? WHERE id = ?`,
    name,
    name.toLowerCase(),
    login?.toLowerCase() ?? null,
    Number(enabled),
    Number(enabled),
    detailsOf(object),
    id,
  )
  noteWritten(tx, object)
}

const noteWritten = (tx: SqlTransaction, { id, kind, name }: DirectoryObject): void =>
  noteEvent(tx, { kind: 'directory-object.written', registryId: 0, details: { id, kind, name } })

function detailsOf({ id, kind, details }: DirectoryObject): string {
  const text = JSON.stringify(details)
  if (text.length <= largestDetails) return text
  throw new RegistryError('request-invalid', `a ${kind} keeps up to ${largestDetails} characters of properties in all`, { id })
}

async function mustBeUnique(tx: SqlTransaction, { id, kind, login, appId }: DirectoryObject): Promise<void> {
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
}

async function namedAsApplication(tx: SqlTransaction, principal: DirectoryObject): Promise<DirectoryObject> {
  const sql = `SELECT name FROM directory_object WHERE kind = 'application' AND app_id = ?${tx.forShare}`
  const application = await tx.get<{ name: string }>(sql, principal.appId?.toLowerCase() ?? null)
  if (application) return { ...principal, name: application.name }
  throw new RegistryError('parent-unknown', `the directory has no application ${principal.appId}`, { appId: principal.appId })
}

const renamePrincipal = (tx: SqlTransaction, { name, appId }: DirectoryObject): Promise<number> | number =>
  tx.run(
    `UPDATE directory_object SET name = ?, name_key = ?, version = version + 1 WHERE kind = 'servicePrincipal' AND app_id = ?`,
    name,
    name.toLowerCase(),
    appId?.toLowerCase() ?? null,
  )

async function setIdentifierUris(tx: SqlTransaction, id: string, uris: readonly string[]): Promise<void> {
  await tx.run('DELETE FROM directory_identifier_uri WHERE object_id = ?', id)
  for (const uri of [...new Set(uris.map((each) => each.toLowerCase()))].sort()) {
    if (await tx.get('SELECT uri FROM directory_identifier_uri WHERE uri = ?', uri))
      throw new RegistryError('conflict', 'Another object with the same value for property identifierUris already exists.')
    await tx.run('INSERT INTO directory_identifier_uri (uri, object_id) VALUES (?, ?)', uri, id)
  }
}

export const deleteDirectoryObject: Verb<'deleteDirectoryObject'> = (tx, { id }) =>
  keepingAnOwner(tx, async () => {
    await changedObject(tx, id)
    const object = await one(tx, 'id = ?', id)
    if (object?.kind === 'application' && object.appId !== null) {
      const principal = await one(tx, `kind = 'servicePrincipal' AND app_id = ?`, object.appId)
      if (principal) await removeObject(tx, principal)
      await deleteSignIns(tx, 'client_id', object.appId)
    }
    if (object) await removeObject(tx, object)
  })

async function removeObject(tx: SqlTransaction, { id, kind, name }: DirectoryObject): Promise<void> {
  await tx.run('DELETE FROM directory_secret WHERE object_id = ?', id)
  await tx.run('DELETE FROM directory_identifier_uri WHERE object_id = ?', id)
  await tx.run('DELETE FROM directory_member WHERE group_id = ? OR member_id = ?', id, id)
  await deleteSignIns(tx, 'principal_id', id)
  await tx.run('DELETE FROM familiar_address WHERE principal_id = ?', id)
  await tx.run('DELETE FROM directory_object WHERE id = ?', id)
  noteEvent(tx, { kind: 'directory-object.deleted', registryId: 0, details: { id, kind, name } })
}
