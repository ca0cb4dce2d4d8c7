import { mkdirSync, mkdtempSync, statfsSync } from 'node:fs'
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
