import { algorithmOf, type Digest } from '#core/digest.ts'
import type { Scrubbed } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import { digestOfSmall } from '../distribution/small-blobs.ts'
import type { Deps } from '../deps.ts'

const atOnce = 200

/** Reads every object again and compares it with its digest. Runs beside everything else. Fails with `interrupted`. */
export async function scrub({ store, blobs, clock }: Pick<Deps, 'store' | 'blobs' | 'clock'>, signal?: AbortSignal): Promise<Scrubbed> {
  const result: Scrubbed = { objects: 0, bytes: 0, bad: [], strangers: [] }
  for (let after = ''; ; ) {
    const objects = await store.readyObjects({ after, limit: atOnce })
    const good: string[] = []
    for (const object of objects) {
      if (signal?.aborted) throw new Refusal('interrupted')
      const digest = object.digest as Digest
      const algorithm = algorithmOf(digest)
      const found = object.bytes
        ? { digest: digestOfSmall(object.bytes, algorithm), size: object.bytes.length }
        : await blobs.digest(object.storageKey, algorithm)
      result.objects++
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
  for await (const key of blobs.keys()) if (!(await store.objectByKey(key))) result.strangers.push(key)
  return result
}
