/**
 * The named moments at which a fault is worth provoking: between two steps of which only one may survive a crash.
 * `main/` arms one of them (LONGSHORE_FAILPOINT); everywhere else a hit does nothing.
 */
export const failpoints = [
  'upload.start.before-commit',
  'upload.start.after-commit',
  'upload.write.block',
  'upload.append.before-commit',
  'upload.append.after-commit',
  'upload.seal.before-sync',
  'upload.seal.before-folder-sync',
  'upload.finish.before-commit',
  'upload.finish.in-transaction',
  'upload.finish.after-commit',
  'upload.cancel.after-commit',
  // In a bucket bytes are ahead of the rows that tell of them, and behind those that no longer do.
  'bucket.part.after-send',
  'bucket.tail.after-put',
  'bucket.tail.before-delete',
  'bucket.join.after-make',
  'bucket.object.after-make',
  'mount.in-transaction',
  'mount.after-commit',
  'manifest.put.before-commit',
  'manifest.put.in-transaction',
  'manifest.put.after-commit',
  'tag.move.in-transaction',
  'tag.delete.in-transaction',
  'tag.delete.after-commit',
  'manifest.delete.in-transaction',
  'manifest.delete.after-commit',
  'blob.delete.in-transaction',
  'blob.delete.after-commit',
  'collect.condemn.in-transaction',
  'collect.condemn.after-commit',
  'collect.delete.before-bytes',
  'collect.delete.after-bytes',
  'collect.delete.after-commit',
  'drain.after-step',
  'directory.create.in-transaction',
  'job.claim.after-commit',
  // Every 20 ms in a thread that serves: whatever else it is doing.
  'serving.turn',
  'migration.after-copy',
  'migration.in-transaction',
  'migration.after-commit',
  'move.watch.after-commit',
  'move.blob.before-mark',
  'move.blob.after-mark',
  'move.page.after-commit',
  'move.copy.after-commit',
  'move.round.after-commit',
  'move.pause.after-commit',
  'move.switch.before-commit',
  'move.switch.after-commit',
  'move.end.after-commit',
] as const

export type FailpointName = (typeof failpoints)[number]

/** Returns, or ends the process or this thread, or throws an error of the system, as it is armed. */
export type Failpoint = (name: FailpointName) => void

export interface ArmedFailpoint {
  name: FailpointName
  effect: 'kill' | 'end' | 'ENOSPC' | 'EIO'
  /** Takes effect at this hit, counted from 1; a `kill` needs no later one, an error goes on from there. */
  from: number
}

/** Reads `name=effect` or `name=effect:hit`. Throws a sentence that tells what is allowed. */
export function parseFailpoint(text: string): ArmedFailpoint {
  const match = /^([a-z.-]+)=(kill|end|ENOSPC|EIO)(?::([1-9][0-9]{0,5}))?$/.exec(text)
  const name = failpoints.find((each) => each === match?.[1])
  if (!match || !name)
    throw new Error(
      `expected NAME=kill, NAME=end, NAME=ENOSPC or NAME=EIO, with ":N" for the Nth time; NAME is one of ${failpoints.join(', ')}`,
    )
  return { name, effect: match[2] as ArmedFailpoint['effect'], from: Number(match[3] ?? 1) }
}

/**
 * @param kill ends the process without a chance to clean up
 * @param end ends this thread so, where it is one of several that serve
 */
export function armFailpoint(armed: ArmedFailpoint | undefined, kill: () => void, end = kill): Failpoint {
  if (!armed) return () => {}
  let hits = 0
  return (name) => {
    if (name !== armed.name || ++hits < armed.from) return
    if (armed.effect === 'kill') kill()
    else if (armed.effect === 'end') end()
    else throw Object.assign(new Error(`${armed.effect}: provoked at ${name}`), { code: armed.effect })
  }
}
