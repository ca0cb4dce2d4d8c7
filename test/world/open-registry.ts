import { openDirectory } from '#main/registry.ts'
import type { Config } from '#main/settings.ts'

/** The stores of a data directory whose first registry is there. */
export async function openRegistry(config: Config) {
  const { registry, ...open } = await openDirectory(config)
  if (!registry) throw new Error('the first registry is gone')
  return { ...open, registry }
}
