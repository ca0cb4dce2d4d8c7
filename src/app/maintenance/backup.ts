import { algorithmOf, type Digest } from '#core/digest.ts'
import type { BackedUp } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import type { BackupFolders, BackupWriter, CopiedObject, FactsCopy, FactsFiles } from '#ports/backup.ts'
import type { Clock } from '#ports/clock.ts'
import { digestOfSmall } from '../distribution/small-blobs.ts'
import { examineBodies } from './bodies.ts'

/** Of the folder's layout and of backup.json. */
export const formatVersion = 1
const atOnce = 500
const together = 4

export interface BackupDeps {
  clock: Clock
  facts: FactsFiles
  folders: BackupFolders
  /** Collection must delete nothing that the copy of the facts still names. */
  pauseCollection: <Result>(work: () => Promise<Result>) => Promise<Result>
}

/**
 * Copies a registry while it is used. The facts come first: every object that they name was durable before, and none
 * is deleted until all are taken. Fails with `backup-target-not-empty`, `interrupted`.
 * @param to an absolute path; nothing stands there until the backup is whole
 */
export async function backUp({ clock, facts, folders, pauseCollection }: BackupDeps, to: string, signal?: AbortSignal): Promise<BackedUp> {
  const writer = await folders.create(to)
  try {
    return await pauseCollection(async () => {
      const createdAt = new Date(clock.now()).toISOString()
      const copy = await facts.copyTo(writer.factsPath)
      let taken: Taken
      let damaged: Digest[]
      try {
        taken = await takeObjects(writer, copy, signal)
        await copy.quarantine(taken.missing.map((each) => each.objectId))
        damaged = await damagedInFacts(copy, signal)
      } finally {
        await copy.close()
      }
      const manifest = await writer.finish({
        formatVersion,
        schemaVersion: copy.schemaVersion,
        createdAt,
        ...copy.counts,
        objects: taken.linked + taken.copied,
        bytes: taken.bytes,
      })
      const { linked, copied } = taken
      return { ...manifest, path: to, linked, copied, missing: taken.missing.map((each) => each.digest), damaged }
    })
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** Manifests and small blobs whose bytes in the facts are not those of their digest. */
export async function damagedInFacts(copy: FactsCopy, signal: AbortSignal | undefined): Promise<Digest[]> {
  const bad = (await examineBodies(copy, signal)).bad.map((each) => each.digest)
  for (let after = ''; ; ) {
    const small = await copy.smallObjects({ after, limit: atOnce })
    for (const { digest, bytes } of small) if (digestOfSmall(bytes, algorithmOf(digest)) !== digest) bad.push(digest)
    const last = small.at(-1)
    if (small.length < atOnce || !last) return bad
    after = last.objectId
  }
}

interface Taken {
  linked: number
  copied: number
  bytes: number
  missing: CopiedObject[]
}

async function takeObjects(writer: BackupWriter, copy: FactsCopy, signal: AbortSignal | undefined): Promise<Taken> {
  const taken: Taken = { linked: 0, copied: 0, bytes: 0, missing: [] }
  await eachObject(copy, signal, async (object) => {
    const how = await writer.addObject(object.storageKey, object.size)
    if (how === 'missing') taken.missing.push(object)
    else {
      taken[how]++
      taken.bytes += object.size
    }
  })
  return taken
}

/** Goes through all objects of a copy, a few at a time. Fails with `interrupted`. */
export async function eachObject(
  copy: FactsCopy,
  signal: AbortSignal | undefined,
  work: (object: CopiedObject) => Promise<void>,
): Promise<void> {
  for (let after = ''; ; ) {
    const objects = await copy.objects({ after, limit: atOnce })
    const queue = objects.values()
    let failure: unknown
    // All have stopped before this fails: whoever cleans up is alone then.
    const take = async () => {
      for (const object of queue) {
        if (failure === undefined && signal?.aborted) failure = new Refusal('interrupted')
        if (failure !== undefined) return
        await work(object).catch((error: unknown) => {
          failure ??= error
        })
      }
    }
    await Promise.all(Array.from({ length: together }, take))
    if (failure !== undefined) throw failure
    const last = objects.at(-1)
    if (objects.length < atOnce || !last) return
    after = last.objectId
  }
}
