import type { RepositoryAttributeReads } from '#ports/repository-attributes.ts'
import type { Attributes } from '#core/attributes.ts'
import type { Reference, RepositoryName } from '#core/reference.ts'
import type { Registry } from '#ports/registries.ts'
import type { OpenOperations } from '../distribution/distribution.ts'

/** What the locks of a repository, and of the tag or manifest in it, leave open; for telling, the operation itself is judged where it is done. */
export async function openOperations(
  { store }: { store: RepositoryAttributeReads },
  registry: Registry,
  name: RepositoryName,
  reference: Reference | undefined,
): Promise<OpenOperations> {
  const repository = await store.repositoryAttributes(registry.id, name)
  const item =
    reference === undefined
      ? undefined
      : reference.kind === 'tag'
        ? await store.tagAttributes(registry.id, name, reference.tag)
        : await store.manifestAttributes(registry.id, name, reference.digest)
  const all = (attribute: keyof Attributes) => [repository, item].every((each) => each?.attributes[attribute] !== false)
  return { read: all('readEnabled'), write: all('writeEnabled'), delete: all('deleteEnabled') && all('writeEnabled') }
}
