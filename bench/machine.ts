import { mkdirSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { which } from './processes.ts'

const tmpfs = 0x01021994
const ramfs = 0x858458f6

/** A fresh folder below `dir` for this run. Refuses memory that calls itself a disk: fsync would cost nothing. */
export function makeRoot(dir: string | undefined): string {
  const parent = dir ?? tmpdir()
  mkdirSync(parent, { recursive: true })
  const { type } = statfsSync(parent)
  if (type === tmpfs || type === ramfs) {
    throw new Error(`${parent} is in memory, not on a disk; name one on a disk with --dir`)
  }
  return mkdtempSync(join(parent, 'longshore-bench-'))
}

export function freeGibibytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return (bavail * bsize) / 1024 ** 3
}

export function describeMachine(root: string): Record<string, string | number> {
  return {
    processors: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    fileSystem: `0x${statfsSync(root).type.toString(16)}`,
    freeGiB: Math.round(freeGibibytes(root)),
    load: loadavg()
      .map((value) => value.toFixed(2))
      .join(' '),
  }
}

/** Pinning needs taskset and both processors; without them nothing is pinned, and that is said. */
export function usableCores(
  cores: { server: number | undefined; load: number | undefined },
  missing: string[],
): { server: number | undefined; load: number | undefined } {
  if (cores.server === undefined || cores.load === undefined) return cores
  const enough = Math.max(cores.server, cores.load) < cpus().length
  if (enough && which('taskset') !== undefined) return cores
  missing.push(`pinning: needs taskset and processors ${cores.server} and ${cores.load}; nothing is pinned`)
  return { server: undefined, load: undefined }
}

/** Above this the machine was not ours (the kernel's own writing stays below), and a p99 tells of the neighbours. */
export const noisyShare = 0.1

export interface ProcessorTime {
  /** Ticks of all processors since the machine started; of them busy; of them ours and of children that ended. */
  all: number
  busy: number
  own: number
}

export function processorTime(): ProcessorTime {
  const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/).slice(1, 9).map(Number)
  const all = fields.reduce((sum, ticks) => sum + ticks, 0)
  // Behind the name, which may hold spaces: utime, stime, cutime and cstime are the fields 14 to 17.
  const self = readFileSync('/proc/self/stat', 'utf8')
  const times = self
    .slice(self.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
  const own = times.reduce((sum, ticks) => sum + ticks, 0)
  return { all, busy: all - (fields[3] ?? 0) - (fields[4] ?? 0), own }
}

/** The share (0..1) of the processors that neither we nor our servers used but somebody did. */
export function othersShare(from: ProcessorTime, to: ProcessorTime): number {
  const others = to.busy - from.busy - (to.own - from.own)
  return Math.max(0, others) / Math.max(1, to.all - from.all)
}
