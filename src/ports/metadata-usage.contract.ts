import assert from 'node:assert/strict'
import type { MetadataCommands, MetadataStore } from './metadata-store.ts'

const commands: { [Name in keyof MetadataCommands]: true } = {
  putInstallation: true,
  putTimeMark: true,
  clockJumped: true,
  putCredential: true,
  putSigningKey: true,
  startUpload: true,
  claimUpload: true,
  noteUpload: true,
  finishUpload: true,
  reserveUpload: true,
  endRestingUploads: true,
  cancelUpload: true,
  reapUploads: true,
  mountBlob: true,
  renewBlobLease: true,
  renewManifestLease: true,
  deleteBlob: true,
  putManifest: true,
  deleteManifest: true,
  deleteTag: true,
  deleteRepository: true,
  drainRepositories: true,
  changeAttributes: true,
  condemn: true,
  dropUnreferenced: true,
  forgetObjects: true,
  quarantineObject: true,
  verifiedObjects: true,
  putResource: true,
  deleteResource: true,
  endOperation: true,
  reapOperations: true,
  putRoleAssignment: true,
  deleteRoleAssignment: true,
  putCustomRole: true,
  deleteCustomRole: true,
  putTenant: true,
  createDirectoryObjects: true,
  putDirectoryObject: true,
  deleteDirectoryObject: true,
  putSecret: true,
  deleteSecret: true,
  putGroupMember: true,
  deleteGroupMember: true,
  putSignIn: true,
  answerSignIn: true,
  redeemSignIn: true,
  rotateRefreshToken: true,
  noteAddress: true,
  endSignIns: true,
  reapSignIns: true,
  noteEvents: true,
  reapHistory: true,
  boundHistory: true,
  putJob: true,
  claimJobs: true,
  renewJob: true,
  finishJob: true,
  failJob: true,
  retryJob: true,
}

/** The counters of a registry are what its rows add up to. */
export async function usageHolds(store: MetadataStore, registryId: number): Promise<void> {
  const [counted, recomputed] = [await store.usage(registryId), await store.recomputedUsage(registryId)]
  assert.deepEqual({ ...counted }, { ...recomputed }, 'usage is what the rows add up to')
  assert.ok(counted.used >= 0 && counted.unreferenced >= 0 && counted.reserved >= 0)
}

/** After each command they are. Two readings tell the same only while nothing is being written. */
export function withUsageChecked(store: MetadataStore, registryId: number): MetadataStore {
  let begun = 0
  let underWay = 0
  const check = async () => {
    const before = begun
    if (underWay > 0) return
    try {
      await usageHolds(store, registryId)
    } catch (error) {
      if (begun === before) throw error
    }
  }
  return new Proxy(store, {
    get(target, property: keyof MetadataStore) {
      const original = target[property] as (...input: unknown[]) => Promise<unknown>
      if (!Object.hasOwn(commands, property)) return original
      return async (input: unknown) => {
        begun++
        underWay++
        try {
          return await original.call(target, input)
        } finally {
          underWay--
          await check()
        }
      }
    },
  })
}
