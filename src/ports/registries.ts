import type { RegistrySettings } from '#core/registry-settings.ts'

/** What the data plane knows of a registry. It is written by `putResource` alone, with the resource that it is made of. */
export interface Registry extends RegistrySettings {
  id: number
  name: string
  /** Grows with every explicit delete of a repository. */
  seq: number
  /** Of its resource. */
  resourceKey: string
}

export interface RegistryReads {
  registries(): Promise<Registry[]>
  registry(name: string): Promise<Registry | undefined>
  /** The registry behind a resource. */
  registryByKey(key: string): Promise<Registry | undefined>
}

/**
 * The registries as the data plane knows them.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Registries extends RegistryReads {}
