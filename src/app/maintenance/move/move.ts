import type { Moved, MovePlan, MoveProgress } from '#core/move.ts'
import { Refusal } from '#core/refusal.ts'
import type { BlobStore } from '#ports/blob-store.ts'
import type { MoveMark, MoveShape, NewPlace, OldPlace } from '#ports/facts-move.ts'
import type { Failpoint } from '#ports/failpoint.ts'
import type { Clock } from '#ports/clock.ts'
import type { Ids } from '#ports/ids.ts'
import { catchUp, compareCounts, copyFacts, type FactsMove } from './copy-facts.ts'
import { copyBlobs, type BlobMove } from './copy-blobs.ts'

/** The two places of a move, open. */
export interface MoveEnds {
  old: OldPlace
  /** Undefined: the facts stay. */
  next: NewPlace | undefined
  /** Undefined: the bytes stay. `left` is what rows say of the store that they leave, where a server ever used it. */
  blobs: { from: BlobStore; to: BlobStore; names: { from: string; to: string }; left: string | undefined } | undefined
  /** What rows say of objects that stay where they are, and shall say. */
  renamed: MoveShape['backend']
}

export interface MoveOptions {
  verify: boolean
  signal: AbortSignal
  progress: (progress: MoveProgress) => void
  clock: Pick<Clock, 'elapsed'>
  ids: Ids
  failpoint: Failpoint
}

/** What is left to change may be so many keys when writes are paused: they are moved in a moment. */
const fewChanges = 1000
const firstPause = 30_000
const longestPause = 600_000

/** What would be done. Changes nothing. Refuses as `moveRegistry` does. */
export async function planMove(ends: MoveEnds): Promise<MovePlan> {
  const { old, next, blobs } = ends
  const mark = await old.mark()
  await refuseOther(ends, mark)
  const shape = shapeOf(ends)
  const tables: Record<string, number> = {}
  if (next) for (const table of await old.tables()) tables[table.name] = await old.count(table, shape)
  return {
    store: next ? { from: old.name, to: next.name } : null,
    blobs: blobs ? blobs.names : null,
    goesOn: mark !== undefined,
    rows: Object.values(tables).reduce((sum, rows) => sum + rows, 0),
    tables,
    ...(blobs ? await old.objects.left(blobs.to.name) : { objects: 0, bytes: 0 }),
    uploads: blobs ? await old.openUploads() : 0,
  }
}

/**
 * Moves the facts, the bytes or both while servers are at work on them: copies, catches up, pauses writes for a moment to bring over the
 * rest, and leaves the old place marked. Ended anywhere, by whatever, it goes on when it is called again.
 * Refuses with `move-running`, `move-other`, `move-target-not-empty`, `move-schema`, `move-damaged`, `move-differs`, `move-nul`, `move-interrupted`.
 */
export async function moveRegistry(ends: MoveEnds, options: MoveOptions): Promise<Omit<Moved, 'settings'>> {
  const { old, next, blobs } = ends
  const plan = await planMove(ends)
  const before = await old.mark()
  const mark = before ?? newMark(ends, options.ids)
  const result = { ...plan, id: mark.id, copied: 0, copiedBytes: 0, digests: {}, lastChanges: 0, pause: 0 }
  if (mark.phase === 'moved') {
    await arrive(ends, mark, options)
    return result
  }
  await next?.prepare({ ...mark, phase: 'arriving', copied: (await next.mark())?.copied ?? false })
  await old.watch({ ...mark, phase: 'copying' })
  options.failpoint('move.watch.after-commit')
  let goesOn = before !== undefined
  const copyRest = async () => {
    if (!blobs) return
    const copied = await copyBlobs({ ...options, old, ...blobs, goesOn } satisfies BlobMove)
    // What comes from now on no other run has begun to copy.
    goesOn = false
    result.copied += copied.objects
    result.copiedBytes += copied.bytes
  }
  await copyRest()
  const facts: FactsMove | undefined = next && { ...options, old, next, shape: shapeOf(ends) }
  if (facts) {
    if (!(await facts.next.mark())?.copied) await copyFacts(facts, mark)
    result.digests = (await catchUp(facts, { digests: true })).digests
    // Of all rows; those of the last changes are then the same as at a place that looks at each.
    await facts.next.checkReferences()
  }
  for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
    await comeNear(copyRest, facts)
    const began = options.clock.elapsed()
    const paused = await old.pause(mark, pause)
    options.failpoint('move.pause.after-commit')
    options.progress({ stage: 'paused' })
    try {
      await copyRest()
      if (facts) {
        result.lastChanges = (await catchUp(facts, { compare: true })).changed
        await compareCounts(facts)
        await facts.next.raiseCounters(await old.counters())
        await facts.next.restoreReferences()
      } else await old.forgetChanges(await old.snapshot(() => old.horizon()))
      options.failpoint('move.switch.before-commit')
      const left = await old.leave(paused)
      result.pause = options.clock.elapsed() - began
      if (!left) continue
    } catch (error) {
      // Nobody waits for a move that does not come to its end.
      await old.putMark({ ...mark, phase: 'copying' }).catch(() => {})
      throw error
    }
    options.failpoint('move.switch.after-commit')
    await arrive(ends, { ...paused, phase: 'moved' }, options)
    options.progress({ stage: 'moved', milliseconds: result.pause })
    return result
  }
}

/** Round after round there is less to bring over, until it is what changes in the time of one. */
async function comeNear(copyRest: () => Promise<void>, facts: FactsMove | undefined): Promise<void> {
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    await copyRest()
    if (!facts) return
    const { changed } = await catchUp(facts)
    if (changed < fewChanges || changed > before / 2) return
    before = changed
  }
}

/** The old place has let go: the new one is nobody's but the registry's. */
async function arrive({ old, next, blobs }: MoveEnds, mark: MoveMark, { failpoint }: MoveOptions): Promise<void> {
  if (blobs) for (const key of await old.objects.needlessCopies()) await blobs.to.delete(key)
  if (!next) return
  const there = await next.mark()
  if (there?.id === mark.id) await next.forgetMove()
  failpoint('move.end.after-commit')
}

const newMark = ({ next, blobs }: MoveEnds, ids: Ids): MoveMark => ({
  id: ids.next(),
  phase: 'copying',
  until: 0,
  copied: false,
  toStore: next?.name ?? null,
  toBlobs: blobs?.names.to ?? null,
  backend: blobs?.to.name ?? null,
  left: blobs?.left ?? null,
})

const shapeOf = ({ blobs, renamed }: MoveEnds): MoveShape => ({
  bytes: blobs !== undefined,
  backend: blobs ? { to: blobs.to.name } : renamed,
})

async function refuseOther({ old, next, blobs }: MoveEnds, mark: MoveMark | undefined): Promise<void> {
  const [toStore, toBlobs] = [next?.name ?? null, blobs?.names.to ?? null]
  if (mark?.phase === 'arriving') throw new Refusal('move-unfinished', { store: old.name })
  if (mark && (mark.toStore !== toStore || mark.toBlobs !== toBlobs))
    throw new Refusal('move-other', { from: old.name, to: [mark.toStore, mark.toBlobs].filter((each) => each !== null).join(' + ') })
  if (!next) return
  if (next.schemaVersion !== old.schemaVersion) throw new Refusal('move-schema', { from: old.schemaVersion, to: next.schemaVersion })
  const there = await next.mark()
  const isOurs = there !== undefined && there.id === mark?.id
  // Where the registry has arrived already it is no longer empty, and the move is over.
  if (mark?.phase === 'moved' && there === undefined) return
  if (!isOurs && (there !== undefined || !(await next.isEmpty()))) throw new Refusal('move-target-not-empty', { path: next.name })
}
