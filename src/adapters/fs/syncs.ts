import { closeSync, constants, fdatasync, fsync, fsyncSync, openSync } from 'node:fs'
import { promisify } from 'node:util'

export const syncFile = promisify(fdatasync)
const syncDescriptor = promisify(fsync)

/** So many at a time; who comes first goes first. */
class Semaphore {
  readonly #waiting: (() => void)[] = []
  #room: number

  constructor(room: number) {
    this.#room = room
  }

  async run(work: () => Promise<void>): Promise<void> {
    if (this.#room > 0) this.#room--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#room++
    }
  }
}

/**
 * Syncs of several uploads run side by side, so that the file system's journal takes them together; few enough that
 * reads always find a thread of the pool (bin/longshore.js) free.
 */
export const syncSlots = new Semaphore(4)

/** Waits for the disk in the pool, beside other work; to open a folder waits for nothing. */
export async function syncFolderBeside(path: string): Promise<void> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await syncDescriptor(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

export function syncFolder(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
