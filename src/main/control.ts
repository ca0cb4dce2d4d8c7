import type { Collector } from '#app/maintenance/collect.ts'
import type { MainDeps } from './registry.ts'
import type { Config } from './settings.ts'

export async function openControl(
  _path: string,
  _options: { deps: MainDeps; collector: Collector; config: Config },
): Promise<{ close: () => Promise<void> }> {
  return { close: async () => {} }
}
