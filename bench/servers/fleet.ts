import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startLongshore } from './longshore.ts'
import { startOffloaded } from './offload.ts'
import { startPeer } from './peers.ts'
import type { Programs } from './programs.ts'
import type { Place, Server, ServerName } from './server.ts'

export interface FleetOptions {
  /** Folder on the disk that is measured. */
  root: string
  programs: Programs
  names: readonly ServerName[]
  core?: number | undefined
  quietLog?: boolean | undefined
  nodeFlags?: readonly string[]
  /** More of the environment, for Longshore only. */
  environment?: Record<string, string> | undefined
  bucket?: Place['bucket']
  onFailure(name: ServerName, error: unknown): void
}

/**
 * Starts the servers side by side on fresh folders, lets `work` use them, ends them and removes their data.
 * They stand side by side so that rounds can alternate between them: noise of the machine then hits all.
 */
export async function withServers<Result>(options: FleetOptions, work: (servers: Server[]) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(options.root, 'run-'))
  const servers: Server[] = []
  try {
    for (const name of options.names) {
      const program = options.programs.servers.get(name)
      if (program === undefined) continue
      const { core, quietLog, nodeFlags, environment, bucket } = options
      const place = { folder: join(folder, name), core, quietLog, nodeFlags, environment, bucket }
      mkdirSync(place.folder)
      try {
        servers.push(await start(name, program, place))
      } catch (error) {
        options.onFailure(name, error)
      }
    }
    return await work(servers)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function start(name: ServerName, program: string, place: Place): Promise<Server> {
  if (name === 'longshore') return startLongshore(place)
  return name === 'longshore-nginx' ? startOffloaded(program, place) : startPeer(name, program, place)
}

/** Writes out what servers without fsync left in memory, so that the next one does not pay for it. */
export function settleDisk(): void {
  spawnSync('sync')
}
