import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Gives back what the heap of this thread took and does not need, above all the room of its nursery, which only such a collection of last
 * resort makes smaller. Compiled code that did not run lately goes too: for a thread that has done most of its work.
 */
export function giveBackUnusedHeap(): void {
  // The flag is part of the name of kept code: it stays for this line alone.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as NonNullable<typeof globalThis.gc>
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
