import { isReservedName } from '#core/reserved-names.ts'
import type { Deps } from '../deps.ts'

/** Whether a new registry could have a name, apart from its form. */
export async function stateOfName({ store }: Pick<Deps, 'store'>, name: string): Promise<'reserved' | 'taken' | 'free'> {
  if (isReservedName(name)) return 'reserved'
  return (await store.registry(name.toLowerCase())) ? 'taken' : 'free'
}
