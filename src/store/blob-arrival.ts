import type { Digest } from '#core/digest.ts'
import { noteNamed } from './blobs-in-use.ts'
import { isNamed, makeLink, renewLink, reviewLink } from './links.ts'
import { condemnObjects, discardObjects } from './objects.ts'
import { RunAgain } from './run-again.ts'
import { type StoredDigest, storedDigest } from './stored-digest.ts'
import type { SqlTransaction } from './transaction.ts'
import { changeUsage } from './usage.ts'

interface Arrival {
  registryId: number
  repositoryId: number
  objectId: string
  digest: Digest
  size: number
  checksums: Uint8Array
  bytes: Uint8Array | null
  now: number
  leaseUntil: number
}

interface Current {
  object_id: string
  state: string
}

/**
 * An upload's bytes are durable and are those of the digest: a new blob, or the second copy of one that is there, or the cure
 * of one whose bytes are bad. The repository has the blob's link then. Returns which object the digest has now,
 * and whether it had one.
 */
export async function blobArrives(tx: SqlTransaction, arrival: Arrival): Promise<{ objectId: string; joined: boolean; isNew: boolean }> {
  const { registryId, repositoryId, objectId, digest, size, now } = arrival
  const linked = await renewLink(tx, arrival)
  const named = !linked && (await isNamed(tx, repositoryId, digest))
  const current = await readBlob(tx, registryId, digest)
  const joined = current?.state === 'ready'
  if (current) await (joined ? relyOn : replace)(tx, arrival, current)
  else await makeBlob(tx, arrival)
  if (named) await noteNamed(tx, registryId, [digest])
  if (joined) await discardObjects(tx, [{ objectId, bytes: arrival.bytes ? 0 : size }])
  // The bytes that were there are bad: this push heals every repository that has the digest.
  else if (current) await condemnObjects(tx, [current.object_id], now)
  if (!joined) await makeReady(tx, arrival)
  if (linked) await reviewLink(tx, { registryId, repositoryId, digest, after: arrival.leaseUntil })
  else await makeLink(tx, { registryId, repositoryId, digest, size, isNamed: named, now, leaseUntil: arrival.leaseUntil })
  return { objectId: joined ? current.object_id : objectId, joined, isNew: current === undefined }
}

const readBlob = (tx: SqlTransaction, registryId: number, digest: Digest) =>
  tx.get<Current>(
    `SELECT blob.object_id, object.state FROM blob JOIN object ON object.object_id = blob.object_id
     WHERE blob.registry_id = ? AND blob.digest = ?`,
    registryId,
    storedDigest(digest),
  )

/** What was read is still so, now that nobody else changes it. */
async function hold(tx: SqlTransaction, { registryId, digest }: Arrival, current: Current, lock: string): Promise<StoredDigest> {
  const stored = storedDigest(digest)
  if (tx.isSoleWriter) return stored
  await tx.get(`SELECT digest FROM blob WHERE registry_id = ? AND digest = ?${lock}`, registryId, stored)
  const now = await readBlob(tx, registryId, digest)
  if (now?.object_id !== current.object_id || now.state !== current.state) throw new RunAgain('the blob changed meanwhile')
  return stored
}

async function relyOn(tx: SqlTransaction, arrival: Arrival, current: Current): Promise<void> {
  await hold(tx, arrival, current, tx.forKeyShare)
}

async function replace(tx: SqlTransaction, arrival: Arrival, current: Current): Promise<void> {
  const stored = await hold(tx, arrival, current, tx.forNoKeyUpdate)
  await tx.run('UPDATE blob SET object_id = ? WHERE registry_id = ? AND digest = ?', arrival.objectId, arrival.registryId, stored)
}

async function makeBlob(tx: SqlTransaction, { registryId, objectId, digest, size }: Arrival): Promise<void> {
  const made = await tx.run(
    'INSERT INTO blob (registry_id, digest, object_id, size) VALUES (?, ?, ?, ?) ON CONFLICT (registry_id, digest) DO NOTHING',
    registryId,
    storedDigest(digest),
    objectId,
    size,
  )
  if (made === 0) throw new RunAgain('the blob came meanwhile')
  changeUsage(tx, registryId, { unreferenced: size, pending: size })
}

const makeReady = (tx: SqlTransaction, { digest, size, checksums, bytes, now, objectId }: Arrival) =>
  tx.run(
    `UPDATE object SET state = 'ready', digest = ?, size = ?, block_crc = ?, bytes = ?, verified_at = ? WHERE object_id = ?`,
    storedDigest(digest),
    size,
    checksums,
    bytes,
    now,
    objectId,
  )
