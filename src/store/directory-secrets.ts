import { RegistryError } from '#core/registry-error.ts'
import type { StoredSecret } from '#ports/directory.ts'
import { changedObject } from './directory-rows.ts'
import { noteEvent } from './event-log.ts'
import type { SqlTransaction } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

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

export const secrets: Read<'secrets'> = async (db, objectIds) =>
  objectIds.length === 0
    ? []
    : (
        await db.all<SecretRow>(
          `SELECT key_id, object_id, kind, name, hash, hint, certificate, starts_at, ends_at FROM directory_secret
           WHERE object_id ${db.among('text')} ORDER BY object_id, added DESC`,
          objectIds,
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

const mostSecrets = 100

/** Makes sure that the object is there, and nobody else changes its secrets until the end. */
export async function insertSecret(tx: SqlTransaction, secret: StoredSecret, { othersDeleted = false } = {}): Promise<void> {
  await changedObject(tx, secret.objectId)
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
  const { objectId, keyId, kind } = secret
  noteEvent(tx, { kind: 'secret.added', registryId: 0, details: { objectId, keyId, kind, othersDeleted } })
}

export async function removeSecret(tx: SqlTransaction, objectId: string, keyId: string): Promise<void> {
  const gone = await tx.run('DELETE FROM directory_secret WHERE object_id = ? AND key_id = ?', objectId, keyId)
  if (gone === 0) throw new RegistryError('not-found', `no credential ${keyId} is there`, { keyId })
  noteEvent(tx, { kind: 'secret.deleted', registryId: 0, details: { objectId, keyId } })
}

export const putSecret: Verb<'putSecret'> = (tx, { secret }) => insertSecret(tx, secret)

export const deleteSecret: Verb<'deleteSecret'> = async (tx, { objectId, keyId }) => {
  if (await tx.get('SELECT id FROM directory_object WHERE id = ?', objectId)) await changedObject(tx, objectId)
  await removeSecret(tx, objectId, keyId)
}
