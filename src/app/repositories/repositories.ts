import type { ContentCommands } from '#ports/content.ts'
import { unknownRepository } from '#core/failures.ts'
import type { AttributesChange } from '#core/attributes.ts'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import type { Registry } from '#ports/registries.ts'
import type { RepositoryAttributeCommands, RepositoryAttributeReads, RepositoryAttributes } from '#ports/repository-attributes.ts'
import type { Deps } from '../deps.ts'
import type { RepositoryVisit } from '../distribution/distribution.ts'

/** Fails with `name-unknown`. */
export async function showRepository(
  { store }: { store: RepositoryAttributeReads },
  registry: Registry,
  name: RepositoryName,
): Promise<RepositoryAttributes> {
  const repository = await store.repositoryAttributes(registry.id, name)
  if (!repository) throw unknownRepository(name)
  return repository
}

/** Returns what it is then. Fails with `name-unknown`. */
export async function updateRepository(
  deps: { store: RepositoryAttributeCommands & RepositoryAttributeReads },
  { registry, repository: name, caller }: RepositoryVisit,
  change: AttributesChange,
): Promise<RepositoryAttributes> {
  await deps.store.changeAttributes({ registryId: registry.id, name, target: { kind: 'repository' }, change, askedBy: caller.id })
  return showRepository(deps, registry, name)
}

/** With all that is in it, or nothing when anything in it is locked. Fails with `name-unknown`, `locked`. */
export const deleteRepository = (
  { store, clock }: Pick<Deps, 'clock'> & { store: ContentCommands },
  { registry, repository: name, caller }: RepositoryVisit,
): Promise<{ manifests: Digest[]; tags: Tag[] }> =>
  store.deleteRepository({ registryId: registry.id, name, now: clock.now(), askedBy: caller.id })
