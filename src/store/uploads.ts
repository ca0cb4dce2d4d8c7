import { unknownUpload } from '#core/failures.ts'
import { RegistryError } from '#core/registry-error.ts'
import { blobArrives } from './blob-arrival.ts'
import { discardObjects } from './objects.ts'
import { changeRepository } from './repository-changes.ts'
import { ensureRepository } from './repositories.ts'
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
    `SELECT repo_id, registry_id, object_id, state, epoch, size, reserved FROM upload WHERE upload_id = ?${tx.forUpdate}`,
    uploadId,
  )

const findOpenUpload = async (tx: SqlTransaction, uploadId: string): Promise<UploadRow> => {
  const row = await findUpload(tx, uploadId)
  if (row?.state === 'open') return row
  throw unknownUpload(uploadId)
}

/** Only the owner's bytes count, and only behind those that it knows of. */
async function findOwnUpload(
  tx: SqlTransaction,
  { uploadId, epoch, from }: { uploadId: string; epoch: number | undefined; from?: number },
): Promise<UploadRow> {
  const row = await findOpenUpload(tx, uploadId)
  if ((epoch === undefined || row.epoch === epoch) && (from === undefined || row.size === from)) return row
  throw new RegistryError('range-invalid', 'chunk out of order: another request went on with this upload', { size: row.size })
}

export const startUpload: Verb<'startUpload'> = async (tx, input) => {
  const { registryId, name, uploadId, objectId, storageKey, backend, principalId, algorithm, reserve, now, expiresAt, most } = input
  const repository = await ensureRepository(tx, registryId, name)
  const ended = most === undefined ? [] : await takeLongestIdle(tx, { registryId, principalId, most, expiresAt })
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
  await release(tx, ended)
  await tx.run(
    `INSERT INTO object (object_id, registry_id, storage_key, backend, state, created_at) VALUES (?, ?, ?, ?, 'staging', ?)`,
    objectId,
    registryId,
    storageKey,
    backend,
    now,
  )
  changeUsage(tx, registryId, { reserved: reserve, needsRoom: true })
}

const leastIdle = 60 * 60 * 1000

/** So many sessions a principal may have in a registry; one that was left behind makes room for the next. */
async function takeLongestIdle(
  tx: SqlTransaction,
  { registryId, principalId, most, expiresAt }: { registryId: number; principalId: string; most: number; expiresAt: number },
): Promise<UploadRow[]> {
  const open = await tx.get<{ count: number }>(
    `SELECT COUNT(*) AS count FROM (SELECT 1 FROM upload WHERE registry_id = ? AND principal_id = ? AND state = 'open' LIMIT ?) AS counted`,
    registryId,
    principalId,
    most,
  )
  if ((open?.count ?? 0) < most) return []
  // Each touch puts the end off by a whole life, so that ends are in the order of the last touch.
  const oldest = await tx.get<{ upload_id: string; expires_at: number }>(
    `SELECT upload_id, expires_at FROM upload WHERE registry_id = ? AND principal_id = ? AND state = 'open' ORDER BY expires_at LIMIT 1`,
    registryId,
    principalId,
  )
  if (!oldest || expiresAt - oldest.expires_at < leastIdle)
    throw new RegistryError('overloaded', `${most} uploads are open: finish or cancel some, or try again later`, { open: most })
  const upload = await findOpenUpload(tx, oldest.upload_id)
  await tx.run('DELETE FROM upload WHERE upload_id = ?', oldest.upload_id)
  return [upload]
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
  const upload = await findOwnUpload(tx, { uploadId, epoch, from })
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

export const reserveUpload: Verb<'reserveUpload'> = async (tx, { uploadId, epoch, size, areThere = false, expiresAt }) => {
  const upload = await findOwnUpload(tx, { uploadId, epoch })
  const reserved = Math.max(upload.size, size)
  await tx.run('UPDATE upload SET reserved = ?, expires_at = ? WHERE upload_id = ?', reserved, expiresAt, uploadId)
  const more = reserved - upload.reserved
  changeUsage(tx, upload.registry_id, areThere ? { reserved: more, areThere } : { reserved: more, needsRoom: more > 0 })
}

export const endRestingUploads: Verb<'endRestingUploads'> = async (tx, { registryId, expiring, bytes, limit }) => {
  const idle = await tx.all<{ upload_id: string }>(
    `SELECT upload_id FROM upload WHERE registry_id = ? AND state = 'open' AND reserved > 0 AND expires_at < ? ORDER BY expires_at LIMIT ?`,
    registryId,
    expiring,
    limit,
  )
  let freed = 0
  const ended: UploadRow[] = []
  for (const { upload_id: uploadId } of idle) {
    if (freed >= bytes) break
    const upload = await findUpload(tx, uploadId)
    if (upload?.state !== 'open') continue
    await tx.run('DELETE FROM upload WHERE upload_id = ?', uploadId)
    ended.push(upload)
    freed += upload.reserved
  }
  await release(tx, ended)
  return freed
}

export const finishUpload: Verb<'finishUpload'> = async (tx, input) => {
  const { uploadId, epoch, from, digest, size, checksums, bytes = null, now, leaseUntil, keepUntil } = input
  const upload = await findOwnUpload(tx, { uploadId, epoch, from })
  const { registry_id: registryId, repo_id: repositoryId, object_id: objectId } = upload
  await tx.run(
    `UPDATE upload SET state = 'done', digest = ?, size = ?, mark_state = NULL, reserved = 0, expires_at = ? WHERE upload_id = ?`,
    storedDigest(digest),
    size,
    keepUntil,
    uploadId,
  )
  const arrived = await blobArrives(tx, { registryId, repositoryId, objectId, digest, size, checksums, bytes, now, leaseUntil })
  tx.failpoint('upload.finish.in-transaction')
  // What is brought beyond the place that was held must have had one.
  const unreserved = arrived.isNew ? Math.max(0, size - upload.reserved) : 0
  changeUsage(tx, registryId, { reserved: -upload.reserved, ...(unreserved > 0 ? { needsRoom: true, asked: unreserved } : {}) })
  return { objectId: arrived.objectId, joined: arrived.joined }
}

export const cancelUpload: Verb<'cancelUpload'> = async (tx, { uploadId, epoch, held }) => {
  const upload = await findOwnUpload(tx, { uploadId, epoch })
  await tx.run('DELETE FROM upload WHERE upload_id = ?', uploadId)
  await release(tx, [{ ...upload, held: held === undefined ? undefined : Math.max(held, upload.size) }])
}

/** Gives back what uploads had whose rows are gone: their objects and the place in the registry. */
async function release(tx: SqlTransaction, uploads: readonly (UploadRow & { held?: number | undefined })[]): Promise<void> {
  const open = uploads.filter((upload) => upload.state === 'open')
  await discardObjects(
    tx,
    open.map(({ object_id: objectId, size, reserved, held }) => ({ objectId, bytes: held ?? Math.max(size, reserved) })),
  )
  for (const { registry_id: registryId, reserved } of open) changeUsage(tx, registryId, { reserved: -reserved })
  for (const { repo_id: repositoryId } of uploads) changeRepository(tx, repositoryId, { mayBeEmpty: true })
}

export const reapUploads: Verb<'reapUploads'> = async (tx, { now, limit }) => {
  // What is done holds nothing, not even an object for sure: these rows go at once, and never keep the others waiting.
  const done = await tx.all<{ repo_id: number }>(`DELETE FROM upload WHERE state = 'done' AND expires_at < ? RETURNING repo_id`, now)
  for (const { repo_id: repositoryId } of done) changeRepository(tx, repositoryId, { mayBeEmpty: true })
  // Held before it ends: one that is finished meanwhile keeps its object.
  const expired = await tx.all<UploadRow & { upload_id: string; storage_key: string }>(
    `SELECT upload.upload_id, upload.repo_id, upload.registry_id, upload.object_id, upload.state, upload.epoch, upload.size, upload.reserved, object.storage_key
     FROM upload JOIN object ON object.object_id = upload.object_id
     WHERE upload.upload_id IN (SELECT upload_id FROM upload WHERE expires_at < ? ORDER BY expires_at LIMIT ?)
       AND upload.state = 'open' AND upload.expires_at < ? ORDER BY upload.upload_id${tx.forUpdateOf('upload')}`,
    now,
    limit,
    now,
  )
  await tx.run(
    `DELETE FROM upload WHERE upload_id ${tx.among('text')}`,
    expired.map((row) => row.upload_id),
  )
  await release(tx, expired)
  return expired.map((row) => ({ uploadId: row.upload_id, storageKey: row.storage_key }))
}
