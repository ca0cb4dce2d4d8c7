import { algorithmOf, type Digest } from '#core/digest.ts'
import { Refusal } from '#core/refusal.ts'
import type { BodyPage, StoredBody } from '#ports/collection.ts'
import { digestOfSmall } from '../distribution/small-blobs.ts'

/** Bodies have up to 4 MiB. */
const atOnce = 16

export interface ExaminedBodies {
  read: number
  bytes: number
  bad: { digest: Digest; problem: 'missing' | 'corrupt' }[]
}

/** Reads what all manifests have as their bytes and compares it with their digests. Fails with `interrupted`. */
export async function examineBodies(
  source: { manifestBodies: (page: BodyPage) => Promise<StoredBody[]> },
  signal: AbortSignal | undefined,
): Promise<ExaminedBodies> {
  const seen: ExaminedBodies = { read: 0, bytes: 0, bad: [] }
  for (let after = { registryId: 0, digest: '' }; ; ) {
    if (signal?.aborted) throw new Refusal('interrupted')
    const bodies = await source.manifestBodies({ after, limit: atOnce })
    for (const { digest, bytes } of bodies) {
      seen.read++
      seen.bytes += bytes?.length ?? 0
      if (!bytes) seen.bad.push({ digest, problem: 'missing' })
      else if (digestOfSmall(bytes, algorithmOf(digest)) !== digest) seen.bad.push({ digest, problem: 'corrupt' })
    }
    const last = bodies.at(-1)
    if (bodies.length < atOnce || !last) return seen
    after = { registryId: last.registryId, digest: last.digest }
  }
}
