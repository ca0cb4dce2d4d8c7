import type { EventKind } from '#core/event.ts'
import type { MetadataCommands } from '#ports/metadata-store.ts'

/**
 * What a command changes of what may be kept in memory: `control`, what each request asks and almost never changes (registries, credentials,
 * keys, roles, the directory), and then it raises the epoch of it; the `repository` that its input names; the links to the `digest` that its
 * input names, of whichever repository; every manifest; every link.
 */
export type Change = 'control' | 'repository' | 'digest' | 'manifests' | 'links'

/** What an adapter must know of a command besides how to run it. */
export interface CommandTraits {
  /**
   * `soft`: its answer promises nothing beyond the life of this process (docs/decisions/0004): a session that begins or goes
   * on, and what is simply done again. It need not be synced by itself; the next one that must be carries it along.
   */
  sync: 'durable' | 'soft'
  /** Gives space back, so that it may use the ballast of a full disk. */
  frees: boolean
  changes: readonly Change[]
  /** The events that it may write, or why it writes none. */
  events: readonly [EventKind, ...EventKind[]] | NoEvent
}

/**
 * `upload`: bytes that no manifest names yet are nothing that anybody could be told of. `lease`: how long something is held, not what there is.
 * `upkeep`: takes away what is over, or measures what is there. `sign-in`: somebody comes in, which changes nothing. `own`: what the
 * installation, the log of events and the queue of jobs know of themselves.
 */
type NoEvent = { none: 'upload' | 'lease' | 'upkeep' | 'sign-in' | 'own' }

type Changes = CommandTraits['changes']
const none = (why: NoEvent['none']): NoEvent => ({ none: why })
const of =
  (sync: CommandTraits['sync'], frees = false) =>
  (events: CommandTraits['events'], ...changes: Changes): CommandTraits => ({ sync, frees, changes, events })
const durable = of('durable')
const freeing = of('durable', true)
const soft = of('soft')
const softlyFreeing = of('soft', true)

/** One row a command: a command without its row does not compile. */
export const commandTraits: { readonly [Name in keyof MetadataCommands]: CommandTraits } = {
  putInstallation: durable(none('own')),
  putTimeMark: soft(none('own')),
  clockJumped: durable(none('own'), 'control', 'manifests', 'links'),
  putCredential: durable(['credential.renewed'], 'control'),
  putSigningKey: durable(['key.added'], 'control'),
  startUpload: soft(none('upload')),
  claimUpload: soft(none('upload')),
  noteUpload: soft(none('upload')),
  reserveUpload: soft(none('upload')),
  endRestingUploads: freeing(none('upload')),
  finishUpload: durable(none('upload'), 'digest'),
  cancelUpload: freeing(none('upload')),
  reapUploads: freeing(none('upload')),
  mountBlob: durable(none('upload'), 'digest'),
  renewBlobLease: durable(none('lease'), 'digest'),
  renewManifestLease: durable(none('lease'), 'repository'),
  deleteBlob: freeing(['blob.deleted'], 'digest'),
  putManifest: durable(['manifest.pushed'], 'repository'),
  deleteManifest: freeing(['manifest.deleted'], 'repository'),
  deleteTag: freeing(['tag.deleted'], 'repository'),
  // A deleted repository ends what tokens older than it may do.
  deleteRepository: freeing(['repository.deleted'], 'control', 'repository'),
  drainRepositories: freeing(none('upkeep')),
  changeAttributes: durable(['attributes.changed'], 'repository'),
  condemn: freeing(none('upkeep'), 'links'),
  dropUnreferenced: freeing(none('upkeep'), 'links'),
  forgetObjects: softlyFreeing(none('upkeep')),
  quarantineObject: freeing(none('upkeep'), 'links'),
  verifiedObjects: soft(none('upkeep')),
  putResource: durable(['resource.written', 'credential.renewed', 'credential.deleted'], 'control'),
  // With a registry all that it has goes.
  deleteResource: freeing(['resource.deleted'], 'control', 'manifests', 'links'),
  endOperation: durable(none('own')),
  reapOperations: freeing(none('upkeep')),
  putRoleAssignment: durable(['role.assigned'], 'control'),
  deleteRoleAssignment: durable(['role.unassigned'], 'control'),
  putCustomRole: durable(['role-definition.written'], 'control'),
  deleteCustomRole: durable(['role-definition.deleted'], 'control'),
  putTenant: durable(['directory.created'], 'control'),
  createDirectoryObjects: durable(['directory-object.written', 'secret.added', 'role.assigned'], 'control'),
  putDirectoryObject: durable(['directory-object.written', 'secret.added', 'secret.deleted'], 'control'),
  deleteDirectoryObject: durable(['directory-object.deleted'], 'control'),
  putSecret: durable(['secret.added'], 'control'),
  deleteSecret: durable(['secret.deleted'], 'control'),
  putGroupMember: durable(['member.added'], 'control'),
  deleteGroupMember: durable(['member.removed'], 'control'),
  putSignIn: durable(none('sign-in')),
  answerSignIn: durable(none('sign-in')),
  redeemSignIn: durable(none('sign-in')),
  rotateRefreshToken: durable(none('sign-in')),
  noteAddress: soft(none('sign-in')),
  endSignIns: durable(none('sign-in')),
  reapSignIns: freeing(none('upkeep')),
  noteEvents: soft(['manifest.pulled']),
  reapHistory: freeing(none('own')),
  boundHistory: freeing(none('own')),
  putJob: durable(none('own')),
  // What a claim or its end lost with the power is done once more, which a handler must bear anyhow.
  claimJobs: softlyFreeing(none('own')),
  renewJob: soft(none('own')),
  finishJob: softlyFreeing(none('own')),
  failJob: soft(none('own')),
  retryJob: durable(none('own')),
}
