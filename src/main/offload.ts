import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { CannotShare, shareObjects, unshareObjects } from '#adapters/fs/group-reads.ts'
import { groupNumber } from '#adapters/system/groups.ts'
import { Refusal } from '#core/refusal.ts'
import { ConfigError, variableOf } from './config.ts'
import type { Config } from './settings.ts'

/** Where the front keeps a path for our files; undefined: all bytes go out from here. */
export const offloadPrefix = ({ blobOffload }: Pick<Config, 'blobOffload'>): string | undefined =>
  blobOffload === 'off' ? undefined : blobOffload.prefix

/** Lets the front's group read the bytes of blobs, or nobody where none is named. Throws ConfigError, Refusal. */
export function shareWithFront(
  { dataDir, blobOffload, blobOffloadGroup: group }: Pick<Config, 'dataDir' | 'blobOffload' | 'blobOffloadGroup'>,
  warn: (detail: { path: string; group?: string }, message: string) => void,
): void {
  const directory = dataDirectory(dataDir)
  if (group === '') {
    unshareObjects(directory)
    if (blobOffload !== 'off')
      warn({ path: directory.objects }, 'no group may read the files of blobs: an nginx of another user asks twice for each')
    return
  }
  const name = variableOf('blobOffloadGroup')
  const number = groupNumber(group)
  if (number === undefined) throw new ConfigError('group-unknown', { name, group })
  try {
    const { open, blocking } = shareObjects(directory, number)
    for (const path of open) warn({ path, group }, 'the group may read this path, and it is not ours to close')
    for (const path of blocking) warn({ path, group }, 'the group cannot pass this folder: the front will not find the files of blobs')
  } catch (error) {
    if (error instanceof CannotShare) throw new Refusal('group-not-ours', { name, group, path: error.path, code: error.code })
    throw error
  }
}
