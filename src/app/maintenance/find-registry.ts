import { Refusal } from '#core/refusal.ts'
import type { Registries, Registry } from '#ports/registries.ts'

/** Whatever case its name is written in. Fails with `registry-unknown`. */
export async function findRegistry(store: Pick<Registries, 'registry' | 'registries'>, name: string): Promise<Registry> {
  const registry = await store.registry(name.toLowerCase())
  if (!registry) throw new Refusal('registry-unknown', { name, known: (await store.registries()).map((each) => each.name).join(', ') })
  return registry
}
