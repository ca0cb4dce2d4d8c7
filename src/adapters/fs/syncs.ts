import { closeSync, constants, fdatasync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'

export const syncFile = promisify(fdatasync)

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

/** In the pool, beside other work. */
export async function syncFolderBeside(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
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
