import type { CollectionCommands } from '#ports/collection.ts'
import type { ContentCommands } from '#ports/content.ts'
import type { MetadataCommands } from '#ports/metadata-store.ts'
import type { UploadCommands } from '#ports/uploads.ts'
import type { SqlTransaction } from './transaction.ts'

type Commands = ContentCommands & CollectionCommands & UploadCommands
type Input<Name extends keyof Commands> = Parameters<Commands[Name]>[0]
type Timed = { [Name in keyof Commands]: Input<Name> extends { now: number } ? Name : never }[keyof Commands]

/**
 * Of each command that knows the time: which of its times count from `now`. A command without its row does not compile.
 */
const countedFromNow: { readonly [Name in Timed]: readonly Exclude<keyof Input<Name>, 'now'>[] } = {
  startUpload: ['expiresAt'],
  noteUpload: ['expiresAt'],
  reserveUpload: ['expiresAt'],
  endRestingUploads: ['expiring'],
  finishUpload: ['leaseUntil', 'keepUntil'],
  cancelUpload: [],
  reapUploads: [],
  mountBlob: ['leaseUntil'],
  renewBlobLease: ['leaseUntil'],
  renewManifestLease: ['leaseUntil'],
  deleteBlob: [],
  putManifest: ['leaseUntil'],
  deleteManifest: ['reliedBefore'],
  deleteTag: [],
  deleteRepository: [],
  drainRepositories: [],
  condemn: [],
  dropUnreferenced: ['reliedBefore'],
  forgetObjects: [],
  quarantineObject: [],
  verifiedObjects: [],
}

/** The command with the times of the clock that judges, which is the database's where several servers write (ports/leases.ts). */
export function byJudgingClock(tx: SqlTransaction, name: keyof MetadataCommands, input: unknown): unknown {
  if (tx.began === undefined || !(name in countedFromNow)) return input
  const moved: Record<string, unknown> = { ...(input as { now: number }) }
  const difference = tx.began - Number(moved.now)
  for (const time of ['now', ...countedFromNow[name as Timed]]) moved[time] = Number(moved[time]) + difference
  return moved
}
