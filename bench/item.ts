import type { Recorder } from './measure.ts'
import type { FleetOptions } from './servers/fleet.ts'
import { withServers } from './servers/fleet.ts'
import type { Programs } from './servers/programs.ts'
import type { Bucket, Server, ServerName } from './servers/server.ts'

export interface Bench {
  /** Folder on the disk that is measured. */
  root: string
  programs: Programs
  servers: readonly ServerName[]
  quick: boolean
  /** Of the registry that is generated, in manifests. */
  size: number
  /** Where it is kept between two runs. */
  kept: string | undefined
  quietPeers: boolean
  nodeFlags: readonly string[]
  cores: { server: number | undefined; load: number | undefined }
  recorder: Recorder
  /** Those of the item's parts that were asked for; all of them where none was named. */
  parts: readonly string[]
}

export interface Item {
  name: string
  title: string
  /** What can be run of it alone, as in `--only blob-get:10`. */
  parts?: readonly string[]
  /** Free disk that a full run of it wants, in GiB. */
  disk: number
  /** It takes long, and is run only where it is named. */
  whenAsked?: boolean
  run(bench: Bench): Promise<void>
}

/** Starts those of the chosen servers that this item is for. nginx sends files only, alone or for us: an item must ask for it. */
export function withFleet<Result>(
  bench: Bench,
  options: {
    row: string
    pinned?: boolean
    include?: (name: ServerName) => boolean
    environment?: Record<string, string>
    bucket?: Bucket
  },
  work: (servers: Server[]) => Promise<Result>,
): Promise<Result> {
  const include = options.include ?? ((name) => !name.endsWith('nginx'))
  const fleet: FleetOptions = {
    root: bench.root,
    programs: bench.programs,
    names: bench.servers.filter(include),
    core: options.pinned === true ? bench.cores.server : undefined,
    quietLog: bench.quietPeers,
    environment: options.environment,
    bucket: options.bucket,
    nodeFlags: bench.nodeFlags,
    onFailure: (name, error) => bench.recorder.fail(options.row, name, error),
  }
  return withServers(fleet, work)
}

/** One attempt on one server: a failure is written down with what the server said, and the rest goes on. */
export async function attempt(bench: Bench, row: string, server: Server, work: () => Promise<void>): Promise<boolean> {
  const { recorder } = bench
  if (recorder.failed(row, server.name)) return false
  if (server.ended !== undefined) {
    recorder.fail(row, server.name, new Error(`the server is gone (${server.ended})\n${server.lastWords()}`))
    return false
  }
  try {
    await work()
    return true
  } catch (error) {
    const ended = server.ended === undefined ? '' : ` · the server ended: ${server.ended}\n${server.lastWords()}`
    recorder.fail(row, server.name, new Error(`${error instanceof Error ? error.message : error}${ended}`))
    return false
  }
}

/** Until one says stop: `count` workers side by side, each with its own number. */
export async function workers(count: number, work: (index: number) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => work(index)))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Whoever goes first meets another machine than the last: in each round another one begins. */
export function rotated<Member>(members: readonly Member[], round: number): Member[] {
  const by = members.length === 0 ? 0 : Math.max(0, round) % members.length
  return [...members.slice(by), ...members.slice(0, by)]
}
