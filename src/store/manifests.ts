import { storedDigest } from './stored-digest.ts'
import type { Verb } from './verb.ts'

export const renewManifestLease: Verb<'renewManifestLease'> = async (tx, { repositoryId, digest, leaseUntil }) =>
  (await tx.run(
    'UPDATE manifest SET lease_until = CASE WHEN lease_until < ? THEN ? ELSE lease_until END WHERE repo_id = ? AND digest = ?',
    leaseUntil,
    leaseUntil,
    repositoryId,
    storedDigest(digest),
  )) > 0
