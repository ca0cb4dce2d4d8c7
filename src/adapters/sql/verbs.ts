import type { MetadataCommands, MetadataReads } from '#ports/metadata-store.ts'
import { deleteBlob, mountBlob, renewBlobLease } from './blobs.ts'
import { condemn, forgetObjects, quarantineObject, verifiedObjects } from './collection.ts'
import { counts } from './counts.ts'
import { deleteManifest, deleteTag, putManifest, renewManifestLease } from './manifests.ts'
import * as reading from './reads.ts'
import {
  createRegistry,
  credentials,
  putCredential,
  putSigningKey,
  registries,
  registry,
  signingKeys,
  updateRegistry,
} from './registries.ts'
import { deleteRepository, drainRepositories, setLocks } from './repositories.ts'
import { cancelUpload, finishUpload, noteUpload, reapUploads, startUpload } from './uploads.ts'
import type { Read, Verb } from './verb.ts'

/** Every command of the metadata port, once for all dialects. */
export const commands: { [Name in keyof MetadataCommands]: Verb<Name> } = {
  createRegistry,
  updateRegistry,
  putCredential,
  putSigningKey,
  startUpload,
  noteUpload,
  finishUpload,
  cancelUpload,
  reapUploads,
  mountBlob,
  renewBlobLease,
  renewManifestLease,
  deleteBlob,
  putManifest,
  deleteManifest,
  deleteTag,
  deleteRepository,
  drainRepositories,
  setLocks,
  condemn,
  forgetObjects,
  quarantineObject,
  verifiedObjects,
}

export const reads: { [Name in keyof MetadataReads]: Read<Name> } = { ...reading, counts, registries, registry, credentials, signingKeys }
