import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** Of a process whose program is not this one's user's. */
export interface User {
  uid?: number | undefined
  gid?: number | undefined
}

/**
 * Has a script run after this process has ended, however it does: killed, too, since its pipe is closed then.
 * @param words `$0`, `$1` … of the script
 */
export function afterUs(script: string, words: readonly string[], { uid, gid }: User = {}): { forget(): void } {
  const watcher = spawn('/bin/sh', ['-c', `read -r nothing; ${script}`, ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl-C is for those who wait for it.
    detached: true,
    ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
  })
  watcher.unref()
  ;(watcher.stdin as Socket).unref()
  return { forget: () => void watcher.kill() }
}

/** A program that a test has started ends with it at the latest. */
export function endsWithUs<Child extends ChildProcess>(child: Child): Child {
  if (child.pid === undefined) return child
  const watcher = afterUs('kill -9 "$0"', [String(child.pid)])
  child.once('exit', () => watcher.forget())
  return child
}
