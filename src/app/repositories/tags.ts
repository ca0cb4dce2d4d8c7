import { unknownRepository, unknownTag } from '#core/failures.ts'
import type { AttributesChange } from '#core/attributes.ts'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import type { Registry } from '#ports/registries.ts'
import type { ListPage, RepositoryAttributeCommands, RepositoryAttributeReads, TagAttributes } from '#ports/repository-attributes.ts'
import type { RepositoryVisit } from '../distribution/distribution.ts'
import { showRepository } from './repositories.ts'

/** Fails with `name-unknown`. */
export async function listTags(
  { store }: { store: RepositoryAttributeReads },
  registry: Registry,
  name: RepositoryName,
  page: ListPage & { digest?: Digest | undefined },
): Promise<TagAttributes[]> {
  const tags = await store.listTagAttributes(registry.id, name, page)
  if (!tags) throw unknownRepository(name)
  return tags
}

/** Fails with `name-unknown`, `tag-unknown`. */
export async function showTag(
  deps: { store: RepositoryAttributeReads },
  registry: Registry,
  name: RepositoryName,
  tag: Tag,
): Promise<TagAttributes> {
  const found = await deps.store.tagAttributes(registry.id, name, tag)
  if (found) return found
  await showRepository(deps, registry, name)
  throw unknownTag(tag)
}

/** Returns what it is then. Fails with `name-unknown`, `tag-unknown`. */
export async function updateTag(
  deps: { store: RepositoryAttributeCommands & RepositoryAttributeReads },
  { registry, repository: name, caller }: RepositoryVisit,
  tag: Tag,
  change: AttributesChange,
): Promise<TagAttributes> {
  await deps.store.changeAttributes({ registryId: registry.id, name, target: { kind: 'tag', tag }, change, askedBy: caller.id })
  return showTag(deps, registry, name, tag)
}
