import { existsSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { DirectoryOwned, ownDataDirectory } from '#adapters/fs/ownership.ts'
import { partsOf } from '#adapters/fs/parts.ts'
import { socketPath } from '#adapters/system/socket-path.ts'
import { isThere as isServing, machineClient } from '#client/machine.ts'
import { socketTransport } from '#client/socket.ts'
import type { Operator } from '#cli/host.ts'
import { RegistryError } from '#core/registry-error.ts'
import { Refusal } from '#core/refusal.ts'
import { operatorOf } from './operator.ts'
import { directoryOf } from './directory.ts'
import { isOwnDatabase } from './facts.ts'
import type { Config } from './settings.ts'

export interface OpenOperator extends Operator {
  /** By another process. */
  isRunning: boolean
  close: () => Promise<void>
}

const patience = 5_000
const lookEvery = 100

/**
 * The operator's ways into a data directory: in this process while nobody has it, else through the socket of the process that has.
 * An owner that is just starting or stopping is waited for. Fails with `no-registry`, `owner-silent`.
 */
export async function openOperator(config: Config): Promise<OpenOperator> {
  const { dataDir } = config
  const until = performance.now() + patience
  // Asked first where somebody may listen: what a server is made of need not be loaded to ask one.
  const running = existsSync(dataDirectory(dataDir).control) ? await tryThere(dataDir).catch(() => undefined) : undefined
  if (running) return running
  for (;;) {
    const here = await tryHere(config)
    if ('arm' in here) return here
    const there = await tryThere(dataDir)
    if (there) return there
    if (performance.now() > until) throw new Refusal('owner-silent', { dataDir, pid: here.pid ?? '?' })
    await pause(lookEvery)
  }
}

/** Through the socket of the process that has the directory, when it listens. */
async function tryThere(dataDir: string): Promise<OpenOperator | undefined> {
  const socket = socketPath(dataDirectory(dataDir).control)
  const send = socketTransport(socket.path)
  try {
    if (await isServing(send)) return { ...operatorOf(send, machineClient(send)), isRunning: true, close: async () => socket.release() }
  } catch (error) {
    socket.release()
    throw error
  }
  socket.release()
  return undefined
}

/** In this process, or the process that has the directory. */
async function tryHere(config: Config): Promise<OpenOperator | { pid: number | undefined }> {
  const directory = directoryOf(config)
  try {
    // Looking must not make a registry where there is none.
    if (isOwnDatabase(config) && !isThere(directory.database)) {
      if (isThere(directory.root)) ownDataDirectory(directory).release()
      const { key, files } = partsOf(directory)
      if (key || files) throw new Refusal('database-missing', { path: directory.database })
      if (!isThere(directory.database)) throw new Refusal('no-registry', { dataDir: config.dataDir })
    }
    const { operateHere } = await import('./operate-here.ts')
    return { ...(await operateHere(config)), isRunning: false }
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
