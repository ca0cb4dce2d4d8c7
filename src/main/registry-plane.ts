import type { Deps, Origins } from '#app/deps.ts'
import type { Distribution } from '#app/distribution/distribution.ts'
import { type LocalDistributionDeps, localDistribution } from '#app/distribution/local-distribution.ts'
import { localMetadata, type Metadata } from '#app/repositories/metadata.ts'
import { type Admission, admissionTo } from '#app/tokens/admission.ts'
import type { RateLimits } from '#app/tokens/rate-limits.ts'
import { type TokenService, tokenService } from '#app/tokens/token-service.ts'

/** What the dialects of a registry are served with. */
export interface RegistryDeps {
  distribution: Distribution
  metadata: Metadata
  admission: Admission
  tokens: TokenService
  rateLimits: RateLimits
  origins: Origins
  clock: Deps['clock']
  settings: Deps['settings']
}

/**
 * Puts a registry's capabilities together.
 * @param wrap what stands in front of the images that lie here: each takes a Distribution and gives one
 */
export function registryPlane(
  deps: Pick<Deps, 'signers' | 'ids' | 'origins' | 'failedLogins' | 'rateLimits'> & LocalDistributionDeps,
  wrap: readonly ((inner: Distribution) => Distribution)[] = [],
): RegistryDeps {
  const distribution = wrap.reduce((inner, outer) => outer(inner), localDistribution(deps))
  return {
    distribution,
    metadata: localMetadata(deps, distribution),
    admission: admissionTo(deps),
    tokens: tokenService(deps),
    rateLimits: deps.rateLimits,
    origins: deps.origins,
    clock: deps.clock,
    settings: deps.settings,
  }
}
