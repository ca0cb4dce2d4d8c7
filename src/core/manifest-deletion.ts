import type { Digest } from './digest.ts'
import { locked } from './disallowed.ts'
import type { Tag } from './reference.ts'
import { RegistryError } from './registry-error.ts'

/** What is known of a manifest where its deleting is judged. */
export interface Protection {
  /** It may not be written or not be deleted. */
  locked: boolean
  /** Any of its tags, and any of those that are locked. */
  tag: Tag | undefined
  lockedTag: Tag | undefined
}

/** One repository, as far as its manifests need one another. */
export interface ManifestGraph {
  /** Undefined: not here. */
  protection(digest: Digest): Promise<Protection | undefined>
  /** Those that name it as a child, `most` of them. */
  indexesOf(digest: Digest, most: number): Promise<readonly Digest[]>
  /** Those whose subject it is. */
  referrersOf(digest: Digest): Promise<readonly Digest[]>
}

/** Why manifests are not to be deleted: a lock of theirs or of one that needs them, or an index that a tag reaches. */
export type DeletionObstacle =
  | { because: 'locked'; manifest: Digest; tag: Tag | undefined; needs: Digest | undefined }
  | { because: 'tagged-index'; child: Digest; index: Digest; tag: Tag }
  | { because: 'needed-by-many'; child: Digest }

/** So many ways up from a manifest are looked at; the looking keeps all who write waiting. From the top down, everything may go. */
export const mostNeeds = 5000

/** The manifest and all that refers to it, directly or not, each once: what goes when it goes. Empty when it is not here. */
export async function withReferrers(graph: ManifestGraph, digest: Digest): Promise<ReadonlySet<Digest>> {
  if (!(await graph.protection(digest))) return new Set()
  const going = new Set<Digest>([digest])
  // A Set gives out what is added to it while it is walked.
  for (const subject of going) for (const referrer of await graph.referrersOf(subject)) going.add(referrer)
  return going
}

/**
 * The one judge of what may be deleted: of a request's delete, which tells the reason, and of whatever cleans up by itself,
 * which passes over what is kept.
 *
 * A manifest needs its children (an index) and its subject (a signature), and what those need, however deep. A lock of a
 * manifest or of its tag keeps all of that. Unless `children` is `free`, a tag keeps what its index needs by children
 * alone: a subject takes its referrers along, whatever tags they have. What more than can be looked at need stays.
 * @param going closed under referrers; what goes together holds nothing of itself back
 */
export async function whyNotDeleted(
  graph: ManifestGraph,
  going: ReadonlySet<Digest>,
  children: 'kept' | 'free' = 'kept',
): Promise<DeletionObstacle | undefined> {
  for (const manifest of going) {
    const lock = lockOf(manifest, await graph.protection(manifest))
    if (lock) return lock
  }
  let tagged: DeletionObstacle | undefined
  let looked = 0
  /** By which way it was reached: through indexes alone, or also through a subject. */
  const seen = { index: new Set(going), subject: new Set(going) }
  const walk: { digest: Digest; child: Digest; way: 'index' | 'subject' }[] = [...going].map((each) => ({
    digest: each,
    child: each,
    way: 'index',
  }))
  for (const { digest, child, way } of walk) {
    const needers = [
      ...(await graph.indexesOf(digest, mostNeeds + 1)).map((each) => [each, way] as const),
      ...(await graph.referrersOf(digest)).map((each) => [each, 'subject'] as const),
    ]
    looked += needers.length
    if (looked > mostNeeds) return tagged ?? { because: 'needed-by-many', child }
    for (const [needer, by] of needers) {
      if (seen[by].has(needer) || (by === 'subject' && seen.index.has(needer))) continue
      seen[by].add(needer)
      const protection = await graph.protection(needer)
      const lock = lockOf(needer, protection, child)
      if (lock) return lock
      if (by === 'index' && children === 'kept' && protection?.tag !== undefined)
        tagged ??= { because: 'tagged-index', child, index: needer, tag: protection.tag }
      walk.push({ digest: needer, child, way: by })
    }
  }
  return tagged
}

const lockOf = (manifest: Digest, protection: Protection | undefined, needs?: Digest): DeletionObstacle | undefined =>
  protection && (protection.locked || protection.lockedTag !== undefined)
    ? { because: 'locked', manifest, tag: protection.lockedTag, needs }
    : undefined

/** What a client is told. */
export function deletionRefused(obstacle: DeletionObstacle): RegistryError {
  if (obstacle.because === 'tagged-index') {
    const { child, index, tag } = obstacle
    return new RegistryError(
      'in-use',
      `manifest ${child} is part of the index ${index}, which tag ${tag} names: delete the index or the tag first`,
      { digest: child, index, tag },
    )
  }
  if (obstacle.because === 'needed-by-many') {
    const { child } = obstacle
    return new RegistryError(
      'in-use',
      `manifest ${child} is part of more indexes, and of others through these, than can be looked at (${mostNeeds}): delete the indexes first`,
      { digest: child },
    )
  }
  const { manifest, tag, needs } = obstacle
  const what = tag === undefined ? `manifest ${manifest}` : `tag ${tag}`
  return locked(needs === undefined ? what : `${what}, which needs manifest ${needs},`, {
    ...(tag === undefined ? { digest: manifest } : { tag }),
    ...(needs === undefined ? {} : { needs }),
  })
}
