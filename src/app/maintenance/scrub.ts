import type { CollectionCommands, CollectionReads } from '#ports/collection.ts'
import { algorithmOf, type Digest } from '#core/digest.ts'
import type { Scrubbed } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import { digestOfSmall } from '../distribution/small-blobs.ts'
import type { FactsFiles } from '#ports/backup.ts'
import type { Deps } from '../deps.ts'
import { examineBodies } from './bodies.ts'

const atOnce = 200

export type ScrubDeps = Pick<Deps, 'blobs' | 'clock'> & {
  store: CollectionCommands & CollectionReads
  /** Of a database that looks after itself there are none. */
  facts: Pick<FactsFiles, 'check'> | undefined
}

/**
 * Reads every object and every manifest again and compares it with its digest, and has the database look at itself.
 * A bad object is quarantined, but for one that the disk does not let us read: it may do so again, and it keeps nobody from
 * reading the others. A manifest is compared at each reading and needs no mark. What an upload left beside a blob that is whole is taken
 * away. Runs beside everything else.
 * Fails with `interrupted`.
 */
export async function scrub({ store, blobs, clock, facts }: ScrubDeps, signal?: AbortSignal): Promise<Scrubbed> {
  const damage = (await facts?.check()) ?? []
  const bodies = await examineBodies(store, signal)
  const result: Scrubbed = {
    objects: 0,
    manifests: bodies.read,
    bytes: bodies.bytes,
    bad: bodies.bad.map((each) => ({ ...each, objectId: null })),
    damage,
    strangers: [],
  }
  for (let after = ''; ; ) {
    const objects = await store.readyObjects({ after, limit: atOnce })
    const good: string[] = []
    for (const object of objects) {
      if (signal?.aborted) throw new Refusal('interrupted')
      const digest = object.digest as Digest
      const algorithm = algorithmOf(digest)
      const found = object.bytes
        ? { digest: digestOfSmall(object.bytes, algorithm), size: object.bytes.length }
        : await blobs.at(object.backend).digest(object.storageKey, algorithm).catch(unreadable)
      result.objects++
      if (found === 'unreadable') {
        result.bad.push({ digest, objectId: object.objectId, problem: 'corrupt' })
        continue
      }
      result.bytes += found?.size ?? 0
      if (found?.digest === digest && found.size === object.size) {
        good.push(object.objectId)
        continue
      }
      // It may have been collected since the list was read.
      if ((await store.objectByKey(object.storageKey))?.state !== 'ready') continue
      await store.quarantineObject({ objectId: object.objectId, now: clock.now() })
      result.bad.push({ digest, objectId: object.objectId, problem: found ? 'corrupt' : 'missing' })
    }
    await store.verifiedObjects({ objectIds: good, now: clock.now() })
    const last = objects.at(-1)
    if (objects.length < atOnce || !last) break
    after = last.objectId
  }
  if (blobs.remains)
    for await (const key of blobs.remains()) if ((await store.objectByKey(key))?.state === 'ready') await blobs.removeRemains?.(key)
  const strangers = new Set<string>()
  for await (const key of blobs.keys()) if (!(await store.objectByKey(key))) strangers.add(key)
  return { ...result, strangers: [...strangers] }
}

function unreadable(error: unknown): 'unreadable' {
  if (error instanceof RegistryError && error.failure === 'storage-failed') return 'unreadable'
  throw error
}
