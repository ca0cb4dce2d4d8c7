import type { ResourceReads, StoredResource } from '#ports/resources.ts'

const page = 200

/** Each resource that a query finds, in key order, read in pages. */
export async function* everyResource(
  { store }: { store: ResourceReads },
  query: Parameters<ResourceReads['resources']>[0],
  after = '',
): AsyncGenerator<StoredResource> {
  for (let last = after; ; ) {
    const found = await store.resources(query, { after: last, limit: page })
    yield* found
    if (found.length < page) return
    last = found.at(-1)?.key ?? last
  }
}
