import { statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { DirectoryOwned, ownDataDirectory } from '#adapters/fs/ownership.ts'
import { partsOf } from '#adapters/fs/parts.ts'
import { socketPath } from '#adapters/system/socket-path.ts'
import { controlClient } from '#client/control.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { RegistryError } from '#core/registry-error.ts'
import { Refusal } from '#core/refusal.ts'
import type { Config } from './settings.ts'

export interface OpenMaintenance {
  deeds: Maintenance
  /** By another process. */
  isRunning: boolean
  close: () => Promise<void>
}

const patience = 5_000
const lookEvery = 100

/**
 * The deeds on a data directory: in this process while nobody has it, else through the socket of the process that has.
 * An owner that is just starting or stopping is waited for. Fails with `no-registry`, `owner-silent`.
 */
export async function openMaintenance(config: Config): Promise<OpenMaintenance> {
  const { dataDir } = config
  const until = performance.now() + patience
  for (;;) {
    const here = await tryHere(config)
    if ('deeds' in here) return here
    const socket = socketPath(dataDirectory(dataDir).control)
    const deeds = controlClient(socket.path)
    if (await deeds.isThere()) return { deeds, isRunning: true, close: async () => socket.release() }
    socket.release()
    if (performance.now() > until) throw new Refusal('owner-silent', { dataDir, pid: here.pid ?? '?' })
    await pause(lookEvery)
  }
}

/** The deeds, or the process that has the directory. */
async function tryHere(config: Config): Promise<OpenMaintenance | { pid: number | undefined }> {
  const directory = dataDirectory(config.dataDir)
  try {
    // Looking must not make a registry where there is none.
    if (!isThere(directory.database)) {
      if (isThere(directory.root)) ownDataDirectory(directory).release()
      const { key, files } = partsOf(directory)
      if (key || files) throw new Refusal('database-missing', { path: directory.database })
      if (!isThere(directory.database)) throw new Refusal('no-registry', { dataDir: config.dataDir })
    }
    const { maintainHere } = await import('./maintenance.ts')
    return { ...(await maintainHere(config)), isRunning: false }
  } catch (error) {
    if (error instanceof DirectoryOwned) return { pid: error.pid }
    throw isFull(error) ? new Refusal('disk-full', { path: config.dataDir }) : error
  }
}

/** A write and the database say so without a path. */
function isFull(error: unknown): boolean {
  if (error instanceof RegistryError) return error.failure === 'storage-full'
  const { code = '', errcode } = error as NodeJS.ErrnoException & { errcode?: number }
  return code === 'ENOSPC' || code === 'EDQUOT' || errcode === sqliteFull
}

const sqliteFull = 13

/** Whether it is there; what may not be looked at is not taken for absent. */
const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined
