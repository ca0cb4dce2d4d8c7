import type { RegistryReads } from '#ports/registries.ts'
import { isReservedName } from '#core/reserved-names.ts'

/** Whether a new registry could have a name, apart from its form. */
export async function stateOfName({ store }: { store: RegistryReads }, name: string): Promise<'reserved' | 'taken' | 'free'> {
  if (isReservedName(name)) return 'reserved'
  return (await store.registry(name.toLowerCase())) ? 'taken' : 'free'
}
