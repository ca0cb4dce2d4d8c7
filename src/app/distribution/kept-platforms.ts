import type { Digest } from '#core/digest.ts'
import type { Platform } from '#core/platform.ts'
import type { RepositoryName } from '#core/reference.ts'

const usualMost = 2000

interface ReadConfig {
  registryId: number
  name: RepositoryName
  digest: Digest
}

/**
 * What the configs that a repository had said of their platform. A digest's bytes never change, so what was read of them stands;
 * whether the repository still has them is asked elsewhere. Those that were asked for longest ago are forgotten first.
 */
export class KeptPlatforms {
  readonly #platforms = new Map<string, Platform>()
  readonly #most: number

  constructor(most = usualMost) {
    this.#most = most
  }

  of(config: ReadConfig): Platform | undefined {
    const key = keyOf(config)
    const platform = this.#platforms.get(key)
    if (platform) this.#put(key, platform)
    return platform
  }

  keep(config: ReadConfig, platform: Platform): void {
    this.#put(keyOf(config), platform)
    for (const oldest of this.#platforms.keys()) {
      if (this.#platforms.size <= this.#most) return
      this.#platforms.delete(oldest)
    }
  }

  #put(key: string, platform: Platform): void {
    this.#platforms.delete(key)
    this.#platforms.set(key, platform)
  }
}

const keyOf = ({ registryId, name, digest }: ReadConfig): string => `${registryId} ${name} ${digest}`
