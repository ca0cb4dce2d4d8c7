import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const wanted = 64 * 1024 * 1024
const piece = Buffer.alloc(1024 * 1024)

/** Fills the ballast file when there is plenty of room: at most a fiftieth of the disk. Does nothing while it is there. */
export function ensureBallast(path: string): void {
  if (existsSync(path)) return
  const { bavail, blocks, bsize } = statfsSync(dirname(path))
  const size = Math.min(wanted, Math.floor((blocks * bsize) / 50))
  if (bavail * bsize < size * 4) return
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    for (let done = 0; done < size; done += piece.length) writeSync(descriptor, piece, 0, Math.min(piece.length, size - done))
    fsyncSync(descriptor)
  } catch {
    rmSync(path, { force: true })
  } finally {
    closeSync(descriptor)
  }
}
