import { RegistryError } from '#core/registry-error.ts'
import { formatSettings } from '#core/registry-settings.ts'
import type { Registry } from '#ports/registries.ts'
import type { Match, RegistryProjection, ResourceBody, StoredResource } from '#ports/resources.ts'
import {
  removeCredential,
  endTokensOfAdmin,
  makeAdminPasswords,
  registryIdOf,
  type RegistryRow,
  registryColumns,
  registryOf,
} from './registries.ts'
import { noteEvent } from './event-log.ts'
import { beginOperation } from './operations.ts'
import { askToDrain } from './repositories.ts'
import type { SqlTransaction, SqlValue } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

const columns = `key, id, type, name, parent_key AS "parentKey", location, body, etag, created_at AS "createdAt", created_by AS "createdBy",
  created_by_type AS "createdByType", changed_at AS "changedAt", changed_by AS "changedBy", changed_by_type AS "changedByType"`

type ResourceRow = Omit<StoredResource, 'body'> & { body: string }
const resourceOf = (row: ResourceRow): StoredResource => ({ ...row, body: JSON.parse(row.body) as ResourceBody })

export const resource: Read<'resource'> = async (db, key) => {
  const row = await db.get<ResourceRow>(`SELECT ${columns} FROM resource WHERE key = ?`, key)
  return row && resourceOf(row)
}

/** Keys below another begin with it and a slash; `0` is the character behind the slash. */
const below = (key: string): [from: string, to: string] => [`${key}/`, `${key}0`]

export const resources: Read<'resources'> = async (db, { within, types, tag }, { after, limit }) => {
  if (types?.length === 0) return []
  const [from, to] = below(within)
  const where = ['key > ?', 'key < ?']
  const values: SqlValue[] = [after > from ? after : from, to]
  if (types) {
    where.push(`lower(type) ${db.among('text')}`)
    values.push(types)
  }
  // Tags are few and looked for seldom: judged here, in pages, rather than indexed.
  const kept: StoredResource[] = []
  let last = values[0] as string
  while (kept.length < limit) {
    const sql = `SELECT ${columns} FROM resource WHERE ${where.join(' AND ')} ORDER BY key LIMIT ?`
    const rows = (await db.all<ResourceRow>(sql, last, ...values.slice(1), limit)).map(resourceOf)
    kept.push(...rows.filter((row) => !tag || hasTag(row, tag)))
    if (rows.length < limit) break
    last = rows.at(-1)?.key ?? last
  }
  return kept.slice(0, limit)
}

const hasTag = ({ body }: StoredResource, { name, value }: { name: string; value?: string }): boolean =>
  Object.entries(body.tags ?? {}).some(([key, held]) => key.toLowerCase() === name.toLowerCase() && (value === undefined || held === value))

export const countResources: Read<'countResources'> = async (db, parentKey, type) =>
  (
    await db.get<{ count: number }>(
      'SELECT COUNT(*) AS count FROM resource WHERE parent_key = ? AND lower(type) = ?',
      parentKey,
      type.toLowerCase(),
    )
  )?.count ?? 0

export const registryByKey: Read<'registryByKey'> = async (db, key) => {
  const row = await db.get<RegistryRow>(`SELECT ${registryColumns} FROM registry WHERE resource_key = ?`, key)
  return row && registryOf(row)
}

async function checkMatch(tx: SqlTransaction, key: string, match: Match): Promise<{ etag: string } | undefined> {
  const found = await tx.get<{ etag: string }>(`SELECT etag FROM resource WHERE key = ?${tx.forUpdate}`, key)
  const met = match === undefined ? true : match === 'absent' ? !found : match === '*' ? found !== undefined : found?.etag === match.etag
  if (!met)
    throw new RegistryError(
      'precondition-failed',
      found ? 'the resource has changed since: read it again, its etag is another' : 'the resource is not there',
      { etag: found?.etag ?? null },
    )
  return found
}

/** What was not there is made and nothing else: of two that make it the second is run again, and sees the first. */
const replacing = `ON CONFLICT (key) DO UPDATE SET location = excluded.location, body = excluded.body, etag = excluded.etag,
  changed_at = excluded.changed_at, changed_by = excluded.changed_by, changed_by_type = excluded.changed_by_type`

export const putResource: Verb<'putResource'> = async (tx, { resource: given, match, registry, most, keepPasswords }) => {
  const found = await checkMatch(tx, given.key, match)
  // Who counts what is there keeps others from making more of it meanwhile.
  const lock = !found && most ? tx.forUpdate : tx.forShare
  if (given.parentKey !== '' && !(await tx.get(`SELECT key FROM resource WHERE key = ?${lock}`, given.parentKey)))
    throw new RegistryError('parent-unknown', `what ${given.id} belongs to does not exist`, { parent: given.parentKey })
  if (!found && most && (await countResources(tx, given.parentKey, given.type)) >= most.count)
    throw new RegistryError(
      'quota-exceeded',
      `Quota exceeded for resource type ${given.type.split('/').at(-1)} for the registry SKU ${most.sku}.`,
      {
        limit: most.count,
      },
    )
  const made = registry ? await putRegistry(tx, given.key, registry) : null
  // A registry's token, whose passwords bear its key: what was given on their ground does not wake when it is enabled again.
  if (given.body.properties.status === 'disabled')
    await tx.run('UPDATE credential SET version = version + 1 WHERE principal_id = ?', given.key)
  await tx.run(
    `INSERT INTO resource (key, id, type, name, parent_key, location, body, etag, created_at, created_by, created_by_type,
       changed_at, changed_by, changed_by_type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ${found ? replacing : ''}`,
    given.key,
    given.id,
    given.type,
    given.name,
    given.parentKey,
    given.location,
    JSON.stringify(given.body),
    given.etag,
    given.createdAt,
    given.createdBy,
    given.createdByType,
    given.changedAt,
    given.changedBy,
    given.changedByType,
  )
  noteEvent(tx, {
    kind: 'resource.written',
    registryId: await registryIdOf(tx, given.key),
    details: { id: given.id, type: given.type, created: !found },
  })
  if (keepPasswords) await endPasswords(tx, given.key, keepPasswords)
  return { created: !found, registry: made }
}

/** A list without a password ends that password, and each token got with it. */
async function endPasswords(tx: SqlTransaction, key: string, kept: readonly string[]): Promise<void> {
  const held = await tx.all<{ id: string; slot: string }>('SELECT id, slot FROM credential WHERE principal_id = ? ORDER BY id', key)
  for (const { id, slot } of held) if (!kept.includes(slot)) await removeCredential(tx, id)
}

async function putRegistry(
  tx: SqlTransaction,
  key: string,
  { name, settings, limit, adminPasswords = [] }: RegistryProjection,
): Promise<Registry> {
  const row = await tx.get<{ id: number }>(
    `INSERT INTO registry (name, resource_key, settings) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET settings = excluded.settings WHERE registry.resource_key = excluded.resource_key
     RETURNING id`,
    name,
    key,
    formatSettings(settings),
  )
  if (!row) throw new RegistryError('conflict', `The registry ${name} is already in use.`, { name })
  await tx.run(
    'INSERT INTO storage_limit (registry_id, bytes) VALUES (?, ?) ON CONFLICT (registry_id) DO UPDATE SET bytes = excluded.bytes',
    row.id,
    limit,
  )
  if (settings.adminEnabled) await makeAdminPasswords(tx, row.id, name, adminPasswords)
  else await endTokensOfAdmin(tx, row.id)
  return (await registryByKey(tx, key)) as Registry
}

export const deleteResource: Verb<'deleteResource'> = async (tx, { key, match, now, operation }) => {
  const found = await checkMatch(tx, key, match)
  if (!found) return { keys: [] }
  const registryId = await registryIdOf(tx, key)
  const [from, to] = below(key)
  const gone = await deleteTree(tx, key)
  await tx.run('DELETE FROM role_assignment WHERE scope = ? OR (scope > ? AND scope < ?)', key, from, to)
  const registries = await tx.all<{ id: number }>(
    'SELECT id FROM registry WHERE resource_key = ? OR (resource_key > ? AND resource_key < ?)',
    key,
    from,
    to,
  )
  const draining = await endRegistries(
    tx,
    registries.map((each) => each.id),
  )
  if (draining > 0) await askToDrain(tx, now)
  if (operation) await beginOperation(tx, { ...operation, resourceKey: key, isDone: draining === 0 }, now)
  // A token's key is its passwords' principal.
  await tx.run('DELETE FROM credential WHERE principal_id = ? OR (principal_id > ? AND principal_id < ?)', key, from, to)
  noteEvent(tx, { kind: 'resource.deleted', registryId, details: { id: gone.find((each) => each.key === key)?.id ?? key } })
  return { keys: gone.map((each) => each.key) }
}

/** What is made below while its parent is taken is not seen by the statement that takes it: until nothing is left. */
async function deleteTree(tx: SqlTransaction, key: string): Promise<{ key: string; id: string }[]> {
  const [from, to] = below(key)
  const gone: { key: string; id: string }[] = []
  for (;;) {
    const held = await tx.all<{ key: string; id: string }>(
      `SELECT key, id FROM resource WHERE key = ? OR (key > ? AND key < ?) ORDER BY key${tx.forUpdate}`,
      key,
      from,
      to,
    )
    gone.push(...held)
    if (held.length > 0)
      await tx.run(
        `DELETE FROM resource WHERE key ${tx.among('text')}`,
        held.map((each) => each.key),
      )
    if (held.length === 0 || tx.isSoleWriter) return gone
  }
}

/** Their names are free at once; a job drains what they held. Returns how many repositories that are. */
async function endRegistries(tx: SqlTransaction, ids: readonly number[]): Promise<number> {
  // First: what is being pushed waits for this row, or has made its repository before.
  for (const id of ids.toSorted((a, b) => a - b))
    await tx.run(
      `UPDATE registry SET state = 'gone', name = '#' || id, resource_key = NULL, settings = '{}', seq = seq + 1 WHERE id = ?`,
      id,
    )
  let draining = 0
  for (const id of ids) {
    draining += await tx.run(`UPDATE repository SET state = 'draining' WHERE registry_id = ? AND state <> 'draining'`, id)
    await tx.run('DELETE FROM credential WHERE registry_id = ?', id)
    await tx.run('DELETE FROM signing_key WHERE registry_id = ?', id)
  }
  return draining
}
