import { unknownUpload } from '#core/failures.ts'
import { RegistryError } from '#core/registry-error.ts'
import { addLink, condemnObject, discardObject } from './links.ts'
import { dropIfEmpty, ensureRepository } from './repositories.ts'
import { readDigestOrNull, storedDigest, type StoredDigest } from './stored-digest.ts'
import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'
import type { Verb } from './verb.ts'

interface UploadRow {
  repo_id: number
  registry_id: number
  object_id: string
  state: 'open' | 'done'
  epoch: number
  size: number
  reserved: number
}

const findUpload = (tx: SqlTransaction, uploadId: string) =>
  tx.get<UploadRow>(
    `SELECT upload.repo_id, repository.registry_id, upload.object_id, upload.state, upload.epoch, upload.size, upload.reserved
     FROM upload JOIN repository ON repository.id = upload.repo_id WHERE upload.upload_id = ?${tx.forUpdateOf('upload')}`,
    uploadId,
  )

const openUpload = async (tx: SqlTransaction, uploadId: string): Promise<UploadRow> => {
  const row = await findUpload(tx, uploadId)
  if (row?.state === 'open') return row
  throw unknownUpload(uploadId)
}

/** Only the owner's bytes count, and only behind those that it knows of. */
async function ownUpload(
  tx: SqlTransaction,
  { uploadId, epoch, from }: { uploadId: string; epoch: number | undefined; from?: number },
): Promise<UploadRow> {
  const row = await openUpload(tx, uploadId)
  if ((epoch === undefined || row.epoch === epoch) && (from === undefined || row.size === from)) return row
  throw new RegistryError('range-invalid', 'chunk out of order: another request went on with this upload', { size: row.size })
}

export const startUpload: Verb<'startUpload'> = async (tx, input) => {
  const { registryId, name, uploadId, objectId, storageKey, backend, principalId, algorithm, reserve, now, expiresAt, most } = input
  if (most !== undefined) await endLongestAtRest(tx, { registryId, principalId, most, expiresAt })
  const repository = await ensureRepository(tx, registryId, name)
  await tx.run(
    `INSERT INTO object (object_id, registry_id, storage_key, backend, state, created_at) VALUES (?, ?, ?, ?, 'staging', ?)`,
    objectId,
    registryId,
    storageKey,
    backend,
    now,
  )
  await tx.run(
    `INSERT INTO upload (upload_id, registry_id, repo_id, principal_id, object_id, algorithm, reserved, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    uploadId,
    registryId,
    repository.id,
    principalId,
    objectId,
    algorithm,
    reserve,
    expiresAt,
  )
  changeUsage(tx, registryId, { reserved: reserve, needsRoom: true })
}

const mayRest = 60 * 60 * 1000

/** So many sessions a principal may have in a registry; one that was left behind makes room for the next. */
async function endLongestAtRest(
  tx: SqlTransaction,
  { registryId, principalId, most, expiresAt }: { registryId: number; principalId: string; most: number; expiresAt: number },
): Promise<void> {
  const held = await tx.get<{ count: number }>(
    `SELECT COUNT(*) AS count FROM (SELECT 1 FROM upload WHERE registry_id = ? AND principal_id = ? AND state = 'open' LIMIT ?) AS held`,
    registryId,
    principalId,
    most,
  )
  if ((held?.count ?? 0) < most) return
  // Each touch puts the end off by a whole life, so that ends are in the order of the last touch.
  const oldest = await tx.get<{ upload_id: string; expires_at: number }>(
    `SELECT upload_id, expires_at FROM upload WHERE registry_id = ? AND principal_id = ? AND state = 'open' ORDER BY expires_at LIMIT 1`,
    registryId,
    principalId,
  )
  if (!oldest || expiresAt - oldest.expires_at < mayRest)
    throw new RegistryError('overloaded', `${most} uploads are open: finish or cancel some, or try again later`, { open: most })
  await endUpload(tx, oldest.upload_id, await openUpload(tx, oldest.upload_id))
}

export const claimUpload: Verb<'claimUpload'> = async (tx, { uploadId }) => {
  const row = await tx.get<{ epoch: number; size: number; last_start: number; mark_state: Uint8Array | null; digest: StoredDigest | null }>(
    `UPDATE upload SET epoch = epoch + 1 WHERE upload_id = ? AND state = 'open' RETURNING epoch, size, last_start, mark_state, digest`,
    uploadId,
  )
  if (!row) throw unknownUpload(uploadId)
  const { epoch, size, last_start: lastStart, mark_state: state, digest } = row
  const mark = { size, state: state ?? new Uint8Array(), digest: readDigestOrNull(digest) ?? undefined }
  return { epoch, size, lastStart, mark }
}

export const noteUpload: Verb<'noteUpload'> = async (tx, { uploadId, epoch, from, mark, lastStart, expiresAt }) => {
  const upload = await ownUpload(tx, { uploadId, epoch, from })
  const more = Math.max(0, mark.size - upload.reserved)
  await tx.run(
    'UPDATE upload SET size = ?, mark_state = ?, digest = ?, last_start = ?, expires_at = ?, reserved = ? WHERE upload_id = ?',
    mark.size,
    mark.state.length > 0 ? mark.state : null,
    mark.digest ? storedDigest(mark.digest) : null,
    lastStart,
    expiresAt,
    upload.reserved + more,
    uploadId,
  )
  if (more > 0) changeUsage(tx, upload.registry_id, { reserved: more, needsRoom: true })
}

export const reserveUpload: Verb<'reserveUpload'> = async (tx, { uploadId, epoch, size, expiresAt }) => {
  const upload = await ownUpload(tx, { uploadId, epoch })
  const reserved = Math.max(upload.size, size)
  await tx.run('UPDATE upload SET reserved = ?, expires_at = ? WHERE upload_id = ?', reserved, expiresAt, uploadId)
  changeUsage(tx, upload.registry_id, { reserved: reserved - upload.reserved, needsRoom: reserved > upload.reserved })
}

export const endRestingUploads: Verb<'endRestingUploads'> = async (tx, { registryId, expiring, bytes, limit }) => {
  const resting = await tx.all<{ upload_id: string }>(
    `SELECT upload_id FROM upload WHERE registry_id = ? AND state = 'open' AND reserved > 0 AND expires_at < ? ORDER BY expires_at LIMIT ?`,
    registryId,
    expiring,
    limit,
  )
  let freed = 0
  for (const { upload_id: uploadId } of resting) {
    if (freed >= bytes) break
    const upload = await openUpload(tx, uploadId)
    await endUpload(tx, uploadId, upload)
    freed += upload.reserved
  }
  return freed
}

export const finishUpload: Verb<'finishUpload'> = async (tx, input) => {
  const { uploadId, epoch, from, digest, size, checksums, bytes = null, now, leaseUntil, keepUntil } = input
  const upload = await ownUpload(tx, { uploadId, epoch, from })
  const registryId = upload.registry_id
  const stored = storedDigest(digest)
  const current = await tx.get<{ object_id: string; state: string }>(
    `SELECT blob.object_id, object.state FROM blob JOIN object ON object.object_id = blob.object_id
     WHERE blob.registry_id = ? AND blob.digest = ?${tx.forUpdate}`,
    registryId,
    stored,
  )
  const joined = current?.state === 'ready'
  // What is brought beyond the place that was held must have had one.
  const unreserved = current ? 0 : Math.max(0, size - upload.reserved)
  changeUsage(tx, registryId, { reserved: -upload.reserved, ...(unreserved > 0 ? { needsRoom: true, asked: unreserved } : {}) })
  if (joined) await discardObject(tx, upload.object_id)
  else {
    await tx.run(
      `UPDATE object SET state = 'ready', digest = ?, size = ?, block_crc = ?, bytes = ?, verified_at = ? WHERE object_id = ?`,
      stored,
      size,
      checksums,
      bytes,
      now,
      upload.object_id,
    )
    if (current) {
      // The bytes that were there are bad: this push heals every repository that has the digest.
      await condemnObject(tx, current.object_id, now)
      await tx.run('UPDATE blob SET object_id = ? WHERE registry_id = ? AND digest = ?', upload.object_id, registryId, stored)
    } else {
      await tx.run(
        'INSERT INTO blob (registry_id, digest, object_id, size) VALUES (?, ?, ?, ?)',
        registryId,
        stored,
        upload.object_id,
        size,
      )
      changeUsage(tx, registryId, { unreferenced: size, pending: size })
    }
  }
  tx.failpoint('upload.finish.in-transaction')
  await addLink(tx, { registryId, repositoryId: upload.repo_id, digest, now, leaseUntil })
  await tx.run(
    `UPDATE upload SET state = 'done', digest = ?, size = ?, mark_state = NULL, reserved = 0, expires_at = ? WHERE upload_id = ?`,
    stored,
    size,
    keepUntil,
    uploadId,
  )
  return { objectId: joined ? current.object_id : upload.object_id, joined }
}

export const cancelUpload: Verb<'cancelUpload'> = async (tx, { uploadId, epoch }) => {
  await endUpload(tx, uploadId, await ownUpload(tx, { uploadId, epoch }))
}

async function endUpload(tx: SqlTransaction, uploadId: string, upload: UploadRow): Promise<void> {
  if (upload.state === 'open') {
    await discardObject(tx, upload.object_id)
    changeUsage(tx, upload.registry_id, { reserved: -upload.reserved })
  }
  await tx.run('DELETE FROM upload WHERE upload_id = ?', uploadId)
  await dropIfEmpty(tx, upload.repo_id)
}

export const reapUploads: Verb<'reapUploads'> = async (tx, { now, limit }) => {
  // What is done holds nothing, not even an object for sure: these rows go at once, and never keep the others waiting.
  const done = await tx.all<{ repo_id: number }>(`DELETE FROM upload WHERE state = 'done' AND expires_at < ? RETURNING repo_id`, now)
  for (const repositoryId of new Set(done.map((each) => each.repo_id))) await dropIfEmpty(tx, repositoryId)
  const expired = await tx.all<UploadRow & { upload_id: string; storage_key: string }>(
    `SELECT upload.upload_id, upload.repo_id, repository.registry_id, upload.object_id, upload.state, upload.epoch, upload.size, upload.reserved,
       object.storage_key
     FROM upload JOIN repository ON repository.id = upload.repo_id JOIN object ON object.object_id = upload.object_id
     WHERE upload.expires_at < ? ORDER BY upload.expires_at LIMIT ?`,
    now,
    limit,
  )
  for (const row of expired) await endUpload(tx, row.upload_id, row)
  return expired.map((row) => ({ uploadId: row.upload_id, storageKey: row.storage_key }))
}
