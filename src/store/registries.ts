import { RegistryError } from '#core/registry-error.ts'
import { defaultSettings, parseSettings, type RegistrySettings } from '#core/registry-settings.ts'
import type { StoredCredential } from '#ports/credentials.ts'
import type { Registry } from '#ports/registries.ts'
import type { StoredSigningKey } from '#ports/signing-keys.ts'
import { noteEvent } from './event-log.ts'
import type { AdminPassword } from '#ports/resources.ts'
import type { SqlReader, SqlTransaction } from './transaction.ts'
import type { Read, Verb } from './verb.ts'

export interface RegistryRow {
  id: number
  name: string
  seq: number
  resource_key: string
  settings: string
}

export const registryOf = ({ id, name, seq, resource_key: resourceKey, settings }: RegistryRow): Registry => ({
  ...parseSettings(settings),
  id,
  name,
  seq,
  resourceKey,
})

export const registryColumns = 'id, name, seq, resource_key, settings'

export const registries: Read<'registries'> = async (db) =>
  (await db.all<RegistryRow>(`SELECT ${registryColumns} FROM registry WHERE state = 'live' ORDER BY id`)).map(registryOf)

export const registry: Read<'registry'> = async (db, name) => {
  // One that is gone has a row too, under a name that nothing else can have and a Host header could.
  const row = await db.get<RegistryRow>(`SELECT ${registryColumns} FROM registry WHERE name = ? AND state = 'live'`, name)
  return row && registryOf(row)
}

/** Read in the transaction that acts on it. One that is gone has what nobody chose otherwise. */
export async function settingsOf(db: SqlReader, registryId: number): Promise<RegistrySettings> {
  const row = await db.get<{ settings: string }>('SELECT settings FROM registry WHERE id = ?', registryId)
  return row ? parseSettings(row.settings) : defaultSettings
}

/** The registry that a resource is, or belongs to; 0 where it is above one. */
export async function registryIdOf(db: SqlReader, key: string): Promise<number> {
  const [registryKey] = /^.*?\/registries\/[^/]+/.exec(key) ?? []
  if (registryKey === undefined) return 0
  return (await db.get<{ id: number }>('SELECT id FROM registry WHERE resource_key = ?', registryKey))?.id ?? 0
}

/** What was given on the ground of the admin user's passwords does not wake when it is switched on again; the passwords do. */
export async function endTokensOfAdmin(tx: SqlTransaction, registryId: number): Promise<void> {
  await tx.run(`UPDATE credential SET version = version + 1 WHERE registry_id = ? AND kind = 'admin'`, registryId)
}

export async function makeAdminPasswords(
  tx: SqlTransaction,
  registryId: number,
  principalName: string,
  passwords: readonly AdminPassword[],
): Promise<void> {
  const principalId = `admin-${registryId}`
  for (const each of passwords) {
    const slot = 'SELECT 1 FROM credential WHERE registry_id = ? AND principal_id = ? AND slot = ?'
    if (await tx.get(slot, registryId, principalId, each.slot)) continue
    await putCredential(tx, { ...each, registryId, principalId, principalName, kind: 'admin', expiresAt: null })
  }
}

interface CredentialRow {
  id: string
  registry_id: number
  principal_id: string
  principal_name: string
  kind: StoredCredential['kind']
  slot: StoredCredential['slot']
  secret_hash: string
  secret_sealed: string | null
  version: number
  created_at: number
  expires_at: number | null
}

const credentialOf = (row: CredentialRow): StoredCredential => ({
  id: row.id,
  registryId: row.registry_id,
  principalId: row.principal_id,
  principalName: row.principal_name,
  kind: row.kind,
  slot: row.slot,
  secretHash: row.secret_hash,
  secretSealed: row.secret_sealed,
  version: row.version,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

export const credentials: Read<'credentials'> = async (db, registryId) =>
  (await db.all<CredentialRow>(`SELECT * FROM credential WHERE registry_id = ? AND kind = 'admin' ORDER BY slot`, registryId)).map(
    credentialOf,
  )

export const credentialsOf: Read<'credentialsOf'> = async (db, registryId, principalId) =>
  (
    await db.all<CredentialRow>(
      'SELECT * FROM credential WHERE registry_id = ? AND principal_id = ? ORDER BY slot',
      registryId,
      principalId,
    )
  ).map(credentialOf)

export const credential: Read<'credential'> = async (db, id) => {
  const row = await db.get<CredentialRow>('SELECT * FROM credential WHERE id = ?', id)
  return row && credentialOf(row)
}

export async function removeCredential(tx: SqlTransaction, id: string): Promise<void> {
  const gone = await tx.get<{ registryId: number; principal: string; slot: string }>(
    'DELETE FROM credential WHERE id = ? RETURNING registry_id AS "registryId", principal_id AS principal, slot',
    id,
  )
  if (!gone) return
  const { registryId, ...details } = gone
  noteEvent(tx, { kind: 'credential.deleted', registryId, details })
}

export const putCredential: Verb<'putCredential'> = async (tx, given) => {
  // A token that went meanwhile leaves no password for the next one of its name.
  if (given.kind === 'token' && !(await tx.get(`SELECT key FROM resource WHERE key = ?${tx.forShare}`, given.principalId)))
    throw new RegistryError('not-found', 'the token does not exist', { id: given.principalId })
  const row = await tx.get<{ version: number }>(
    `INSERT INTO credential
       (id, registry_id, principal_id, principal_name, kind, slot, secret_hash, secret_sealed, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (registry_id, principal_id, slot) DO UPDATE SET secret_hash = excluded.secret_hash,
       secret_sealed = excluded.secret_sealed, created_at = excluded.created_at, expires_at = excluded.expires_at,
       version = credential.version + 1
     RETURNING version`,
    given.id,
    given.registryId,
    given.principalId,
    given.principalName,
    given.kind,
    given.slot,
    given.secretHash,
    given.secretSealed,
    given.createdAt,
    given.expiresAt,
  )
  noteEvent(tx, {
    kind: 'credential.renewed',
    registryId: given.registryId,
    details: { principal: given.principalId, slot: given.slot },
  })
  return { version: row?.version ?? 1 }
}

interface SigningKeyRow {
  kid: string
  registry_id: number
  algorithm: 'ES256'
  public_jwk: string
  private_sealed: string
  created_at: number
  sign_until: number
  verify_until: number
}

export const signingKeys: Read<'signingKeys'> = async (db, registryId) =>
  (await db.all<SigningKeyRow>('SELECT * FROM signing_key WHERE registry_id = ? ORDER BY created_at, kid', registryId)).map(
    (row): StoredSigningKey => ({
      kid: row.kid,
      registryId: row.registry_id,
      algorithm: row.algorithm,
      publicJwk: row.public_jwk,
      privateSealed: row.private_sealed,
      createdAt: row.created_at,
      signUntil: row.sign_until,
      verifyUntil: row.verify_until,
    }),
  )

export const putSigningKey: Verb<'putSigningKey'> = async (tx, { key, revokeOthers, now }) => {
  if (revokeOthers) await tx.run('DELETE FROM signing_key WHERE registry_id = ?', key.registryId)
  else {
    await tx.run('DELETE FROM signing_key WHERE registry_id = ? AND verify_until < ?', key.registryId, now)
    await tx.run('UPDATE signing_key SET sign_until = ? WHERE registry_id = ? AND sign_until > ?', now, key.registryId, now)
  }
  await tx.run(
    `INSERT INTO signing_key (kid, registry_id, algorithm, public_jwk, private_sealed, created_at, sign_until, verify_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    key.kid,
    key.registryId,
    key.algorithm,
    key.publicJwk,
    key.privateSealed,
    key.createdAt,
    key.signUntil,
    key.verifyUntil,
  )
  noteEvent(tx, { kind: 'key.added', registryId: key.registryId, details: { kid: key.kid, othersRevoked: revokeOthers } })
}
