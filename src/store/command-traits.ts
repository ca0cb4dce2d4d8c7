import type { MetadataCommands } from '#ports/metadata-store.ts'

/** What an adapter must know of a command besides how to run it. */
export interface CommandTraits {
  /**
   * `soft`: its answer promises nothing beyond the life of this process (docs/decisions/0004): a session that begins or goes
   * on, and what is simply done again. It need not be synced by itself; the next one that must be carries it along.
   */
  sync: 'durable' | 'soft'
  /** Gives space back, so that it may use the ballast of a full disk. */
  frees: boolean
  /**
   * What it makes untrue of what was read before: `settled`, what each request asks and almost never changes (registries,
   * credentials, keys, roles, the directory); the `repository` that its input names; every manifest that is kept.
   */
  ends: readonly ('settled' | 'repository' | 'manifests')[]
}

const traits = (sync: CommandTraits['sync'], ends: CommandTraits['ends'] = [], frees = false): CommandTraits => ({ sync, frees, ends })
const durable = (...ends: CommandTraits['ends']) => traits('durable', ends)
const soft = traits('soft')
const freeing = (...ends: CommandTraits['ends']) => traits('durable', ends, true)

/** One row a command: a command without its row does not compile. */
export const commandTraits: { readonly [Name in keyof MetadataCommands]: CommandTraits } = {
  putInstallation: durable(),
  putTimeMark: soft,
  clockJumped: durable('settled', 'manifests'),
  putCredential: durable('settled'),
  deleteCredential: durable('settled'),
  putSigningKey: durable('settled'),
  startUpload: soft,
  noteUpload: soft,
  reserveUpload: soft,
  endRestingUploads: freeing(),
  finishUpload: durable(),
  cancelUpload: freeing(),
  reapUploads: freeing(),
  mountBlob: durable(),
  renewBlobLease: durable(),
  renewManifestLease: durable('manifests'),
  deleteBlob: freeing(),
  putManifest: durable('repository'),
  deleteManifest: freeing('repository'),
  deleteTag: freeing('repository'),
  // A deleted repository ends what tokens older than it may do.
  deleteRepository: freeing('settled', 'repository'),
  drainRepositories: freeing(),
  changeAttributes: durable('repository'),
  condemn: freeing(),
  dropUnreferenced: freeing(),
  forgetObjects: traits('soft', [], true),
  quarantineObject: freeing(),
  verifiedObjects: soft,
  putResource: durable('settled'),
  deleteResource: freeing('settled'),
  putOperation: durable(),
  reapOperations: freeing(),
  putRoleAssignment: durable('settled'),
  deleteRoleAssignment: durable('settled'),
  putCustomRole: durable('settled'),
  deleteCustomRole: durable('settled'),
  putTenant: durable('settled'),
  createDirectoryObjects: durable('settled'),
  putDirectoryObject: durable('settled'),
  deleteDirectoryObject: durable('settled'),
  putSecret: durable('settled'),
  replaceSecrets: durable('settled'),
  deleteSecret: durable('settled'),
  putGroupMember: durable('settled'),
  deleteGroupMember: durable('settled'),
  putSignIn: durable(),
  answerSignIn: durable(),
  redeemSignIn: durable(),
  rotateRefreshToken: durable(),
  noteAddress: soft,
  endSignIns: durable(),
  reapSignIns: freeing(),
}
