// How V8 compiles us, and where it keeps what it compiled: for every process that loads our sources.
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

/**
 * V8 comes with thresholds for pages in a browser: a function is called 400 times before Maglev compiles it, and 500 times more whenever
 * it met something new. A registry that has just started, or is asked now and then, would run on slow code for its first thousands
 * of requests (docs/decisions/0071-how-a-blob-is-sent.md). The flags are part of the kept code's name, so they come first.
 * Returns the folder of what is kept; one that cannot be written is no matter.
 */
export function compileSoonAndKeep() {
  setFlagsFromString('--invocation-count-for-maglev=100')
  setFlagsFromString('--minimum-invocations-after-ic-update=100')
  const folder = fileURLToPath(new URL('../node_modules/.cache/longshore', import.meta.url))
  enableCompileCache(folder)
  return folder
}
