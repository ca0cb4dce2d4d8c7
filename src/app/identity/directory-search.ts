import type { DirectoryFilter, DirectoryKind, DirectoryObject, DirectoryReads } from '#ports/directory.ts'

/** Where a search begins: what the store finds by an index. */
export type Seed = Pick<DirectoryFilter, 'field' | 'equals' | 'startsWith'> | { id: string }

/** What an index finds is looked at as a whole while it is at most this much. */
const mostSeeded = 1000

/**
 * Everything of a kind that may match, in id order, some at a time.
 * @param seeds which find all that can match; undefined: everything must be looked at
 */
export async function* candidates(
  { store }: { store: DirectoryReads },
  kind: DirectoryKind,
  seeds: readonly Seed[] | undefined,
  { after, limit }: { after: string; limit: number },
): AsyncIterable<DirectoryObject[]> {
  const few = seeds && (await seeded({ store }, kind, seeds))
  if (few) return yield few.filter(({ id }) => id > after)
  for (let from = after; ; ) {
    const page = await store.directoryObjects({ kinds: [kind] }, { after: from, limit })
    if (page.length > 0) yield page
    const last = page.at(-1)
    if (!last || page.length < limit) return
    from = last.id
  }
}

/** What the seeds find, in id order; undefined when it is so much that a look at everything, page by page, costs no more. */
async function seeded(
  { store }: { store: DirectoryReads },
  kind: DirectoryKind,
  seeds: readonly Seed[],
): Promise<DirectoryObject[] | undefined> {
  const found = new Map<string, DirectoryObject>()
  for (const seed of seeds) {
    const objects =
      'id' in seed
        ? [await store.directoryObject(seed.id)].filter((each) => each?.kind === kind)
        : await store.directoryMatches({ kinds: [kind], ...seed }, mostSeeded + 1)
    for (const object of objects) if (object) found.set(object.id, object)
    if (found.size > mostSeeded) return undefined
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
