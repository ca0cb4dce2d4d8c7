import type { AskedBy } from '#ports/command.ts'
import type { MetadataCommands, MetadataReads } from '#ports/metadata-store.ts'
import * as attributes from './attributes.ts'
import { deleteBlob, mountBlob, renewBlobLease } from './blobs.ts'
import { commandTraits } from './command-traits.ts'
import { forgetObjects, quarantineObject, verifiedObjects } from './collection.ts'
import * as contentReads from './content-reads.ts'
import { counts } from './counts.ts'
import * as directory from './directory.ts'
import * as groups from './directory-groups.ts'
import * as secrets from './directory-secrets.ts'
import * as eventLog from './event-log.ts'
import { writeEvents } from './event-log.ts'
import * as installing from './installation.ts'
import * as jobQueue from './jobs.ts'
import { byJudgingClock } from './command-times.ts'
import * as keptDeleted from './kept-deleted.ts'
import { condemn, dropUnreferenced } from './link-review.ts'
import { deleteManifest, deleteTag } from './manifest-deletion.ts'
import { putManifest } from './manifest-push.ts'
import { renewManifestLease } from './manifests.ts'
import * as operations from './operations.ts'
import * as reading from './reads.ts'
import { credential, credentials, credentialsOf, putCredential, putSigningKey, registries, registry, signingKeys } from './registries.ts'
import { drainRepositories } from './draining.ts'
import { settleRepositories } from './repository-changes.ts'
import { deleteRepository } from './repositories.ts'
import * as resources from './resources.ts'
import * as roleAssignments from './role-assignments.ts'
import * as signIns from './sign-ins.ts'
import {
  cancelUpload,
  claimUpload,
  endRestingUploads,
  finishUpload,
  noteUpload,
  reapUploads,
  reserveUpload,
  startUpload,
} from './uploads.ts'
import { settleUsage } from './usage.ts'
import type { Read, Verb } from './verb.ts'

const verbs: { [Name in keyof MetadataCommands]: Verb<Name> } = {
  putInstallation: installing.putInstallation,
  putTimeMark: installing.putTimeMark,
  clockJumped: installing.clockJumped,
  putCredential,
  putSigningKey,
  startUpload,
  claimUpload,
  noteUpload,
  reserveUpload,
  endRestingUploads,
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
  changeAttributes: attributes.changeAttributes,
  condemn,
  dropUnreferenced,
  forgetObjects,
  quarantineObject,
  verifiedObjects,
  putResource: resources.putResource,
  deleteResource: resources.deleteResource,
  endOperation: operations.endOperation,
  reapOperations: operations.reapOperations,
  putRoleAssignment: roleAssignments.putRoleAssignment,
  deleteRoleAssignment: roleAssignments.deleteRoleAssignment,
  putCustomRole: roleAssignments.putCustomRole,
  deleteCustomRole: roleAssignments.deleteCustomRole,
  putTenant: directory.putTenant,
  createDirectoryObjects: directory.createDirectoryObjects,
  putDirectoryObject: directory.putDirectoryObject,
  deleteDirectoryObject: directory.deleteDirectoryObject,
  putSecret: secrets.putSecret,
  deleteSecret: secrets.deleteSecret,
  putGroupMember: groups.putGroupMember,
  deleteGroupMember: groups.deleteGroupMember,
  putSignIn: signIns.putSignIn,
  answerSignIn: signIns.answerSignIn,
  redeemSignIn: signIns.redeemSignIn,
  rotateRefreshToken: signIns.rotateRefreshToken,
  noteAddress: signIns.noteAddress,
  endSignIns: signIns.endSignIns,
  reapSignIns: signIns.reapSignIns,
  noteEvents: eventLog.noteEvents,
  reapHistory: eventLog.reapHistory,
  boundHistory: eventLog.boundHistory,
  putJob: jobQueue.putJob,
  claimJobs: jobQueue.claimJobs,
  renewJob: jobQueue.renewJob,
  finishJob: jobQueue.finishJob,
  failJob: jobQueue.failJob,
  retryJob: jobQueue.retryJob,
}

/**
 * A command whole: what it decides, then what it tells of itself, its counters, which others wait for.
 * Nothing of one that failed is left for the next.
 */
const whole =
  (name: keyof MetadataCommands, verb: Verb<never>): Verb<never> =>
  async (tx, input) => {
    const { events } = commandTraits[name]
    tx.usageChanges.clear()
    tx.noted.length = 0
    tx.repositoryChanges.clear()
    const output = await verb(tx, byJudgingClock(tx, name, input) as never)
    for (const { kind } of tx.noted)
      if ('none' in events || !events.includes(kind)) throw new Error(`${name} does not say that it writes ${kind} (command-traits.ts)`)
    await settleRepositories(tx)
    await writeEvents(tx, (input as AskedBy).askedBy ?? null)
    await settleUsage(tx)
    return output
  }

/** Every command of the metadata port, once for all dialects. */
export const commands = Object.fromEntries(
  Object.entries(verbs).map(([name, verb]) => [name, whole(name as keyof MetadataCommands, verb as Verb<never>)]),
) as unknown as typeof verbs

export const reads: { [Name in keyof MetadataReads]: Read<Name> } = {
  ...reading,
  deletedManifests: keptDeleted.deletedManifests,
  deletedTags: keptDeleted.deletedTags,
  manifestByTag: contentReads.manifestByTag,
  manifestByDigest: contentReads.manifestByDigest,
  blob: contentReads.blob,
  manifestBodies: contentReads.manifestBodies,
  installation: installing.installation,
  timeMark: installing.timeMark,
  hasFiles: installing.hasFiles,
  counts,
  registries,
  registry,
  credentials,
  credentialsOf,
  credential,
  signingKeys,
  repositoryAttributes: attributes.repositoryAttributes,
  tagAttributes: attributes.tagAttributes,
  manifestAttributes: attributes.manifestAttributes,
  listTagAttributes: attributes.listTagAttributes,
  listManifestAttributes: attributes.listManifestAttributes,
  resource: resources.resource,
  resources: resources.resources,
  countResources: resources.countResources,
  registryByKey: resources.registryByKey,
  operation: operations.operation,
  roleAssignments: roleAssignments.roleAssignments,
  roleAssignment: roleAssignments.roleAssignment,
  customRoles: roleAssignments.customRoles,
  customRole: roleAssignments.customRole,
  tenant: directory.tenant,
  directoryObject: directory.directoryObject,
  directoryObjectsByAppId: directory.directoryObjectsByAppId,
  userByLogin: directory.userByLogin,
  directoryObjects: directory.directoryObjects,
  directoryMatches: directory.directoryMatches,
  secrets: secrets.secrets,
  groupMembers: groups.groupMembers,
  directGroupsOf: groups.directGroupsOf,
  groupsOf: groups.groupsOf,
  principalWithSecrets: directory.principalWithSecrets,
  rights: roleAssignments.rights,
  signIn: signIns.signIn,
  signInByUserCode: signIns.signInByUserCode,
  familiarAddress: signIns.familiarAddress,
  events: eventLog.events,
  tagHistory: eventLog.tagHistory,
  jobs: jobQueue.jobs,
  jobsDue: jobQueue.jobsDue,
  jobFigures: jobQueue.jobFigures,
}
