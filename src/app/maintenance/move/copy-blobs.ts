import { algorithmOf } from '#core/digest.ts'
import type { MoveProgress } from '#core/move.ts'
import { Refusal } from '#core/refusal.ts'
import { type BlobStore, CorruptBlob } from '#ports/blob-store.ts'
import type { MovedObject, OldPlace } from '#ports/facts-move.ts'
import type { Failpoint } from '#ports/failpoint.ts'

export interface BlobMove {
  old: OldPlace
  from: BlobStore
  to: BlobStore
  /** Each copy is read again. */
  verify: boolean
  /** A run before this one may have left copies that it did not note. */
  goesOn: boolean
  signal: AbortSignal
  progress: (progress: MoveProgress) => void
  failpoint: Failpoint
}

const atOnce = 4
const page = 200

/**
 * Copies the bytes of each object that is not at the new place, beside whatever runs there: a key is written once, so what is copied stays
 * right. Returns how many; what has gone meanwhile is passed by. Fails with `move-damaged`, `move-interrupted`.
 */
export async function copyBlobs(move: BlobMove): Promise<{ objects: number; bytes: number }> {
  const { old, to, signal, progress } = move
  const left = await old.objects.left(to.name)
  const sum = { objects: 0, bytes: 0 }
  for (let after = ''; ; ) {
    const objects = await old.objects.toCopy({ after, limit: page, to: to.name })
    const last = objects.at(-1)
    if (!last) return sum
    after = last.objectId
    const waiting = objects.values()
    const bad: string[] = []
    const work = async () => {
      for (const object of waiting) {
        if (signal.aborted) throw new Refusal('move-interrupted')
        const copied = await copyObject(move, object)
        if (copied === 'damaged') bad.push(object.digest)
        if (copied !== 'copied') continue
        move.failpoint('move.blob.before-mark')
        await old.objects.noteCopied([object])
        move.failpoint('move.blob.after-mark')
        sum.objects++
        sum.bytes += object.size
        progress({ stage: 'objects', done: sum.objects, of: left.objects, bytes: sum.bytes })
      }
    }
    const results = await Promise.allSettled(Array.from({ length: atOnce }, work))
    const failed = results.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
    const [example] = bad
    if (example !== undefined) throw new Refusal('move-damaged', { bad: bad.length, example })
  }
}

async function copyObject(move: BlobMove, object: MovedObject): Promise<'copied' | 'gone' | 'damaged'> {
  const { old, from, to, verify, goesOn } = move
  const { storageKey: key, digest, size } = object
  const algorithm = algorithmOf(digest)
  const found = () => to.digest(key, algorithm)
  const isRight = (copy: Awaited<ReturnType<typeof found>>) => copy?.digest === digest && copy.size === size
  if (goesOn) {
    const copy = await found()
    if (isRight(copy)) return 'copied'
    if (copy) await to.delete(key)
  }
  // It may have been collected since the list was read.
  const damaged = async () => ((await old.objects.stands(object.objectId)) ? 'damaged' : 'gone')
  const reader = await from.at(object.backend).open(key, size, object.checksums)
  if (!reader) return damaged()
  try {
    const writer = to.create(key, algorithm)
    try {
      if (size > 0)
        await reader.read(0, size - 1, async (piece) => {
          await writer.append(piece)
          return !move.signal.aborted
        })
      if (move.signal.aborted) throw new Refusal('move-interrupted')
      const sealed = await writer.seal(algorithm)
      // The reader compares what it reads with the sums of its blocks; a row that says another digest than its bytes have is damage too.
      if (sealed.digest !== digest || sealed.size !== size) {
        await to.delete(key)
        return await damaged()
      }
    } catch (error) {
      await writer.abandon().catch(() => {})
      await to.delete(key).catch(() => {})
      if (error instanceof CorruptBlob) return await damaged()
      throw error
    }
  } finally {
    await reader.close()
  }
  if (verify && !isRight(await found())) throw new Refusal('move-differs', { what: digest, from: from.name, to: to.name })
  return 'copied'
}
