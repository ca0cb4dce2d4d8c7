import { arm } from '#surfaces/arm/surface.ts'
import { isDiscoveryPath } from '#surfaces/discovery/request.ts'
import { discovery } from '#surfaces/discovery/surface.ts'
import { isEntra } from '#surfaces/entra/request.ts'
import { serveEntra } from '#surfaces/entra/surface.ts'
import { serveGraph } from '#surfaces/graph/surface.ts'
import type { Deps, Origins } from '#app/deps.ts'
import type { FailedLogins } from '#app/tokens/rate-limits.ts'
import type { Tenant } from '#ports/directory.ts'
import type { Exchange } from '#http/exchange.ts'
import { serve } from '#http/surface.ts'

export type ControlDeps = Deps & { origins: Origins; failedLogins: FailedLogins; random: (bytes: number) => Uint8Array }

interface ControlSurface {
  matches(path: string, deps: ControlDeps): boolean | Promise<boolean>
  serve(deps: ControlDeps, exchange: Exchange): Promise<void>
}

const isAuthority = (path: string, tenant: Tenant | undefined): boolean => tenant !== undefined && isEntra(path, tenant)

/** The dialects of the control origin, the first that matches. */
const surfaces: readonly ControlSurface[] = [
  { matches: isDiscoveryPath, serve: (deps, exchange) => serve(discovery, deps, exchange) },
  { matches: (path) => path.startsWith('/graph/'), serve: serveGraph },
  { matches: async (path, { store }) => isAuthority(path, await store.tenant()), serve: serveEntra },
]

/** Serves what is the control plane's: a path that is nobody's is answered as ARM does. */
export async function serveControlPlane(deps: ControlDeps, path: string, exchange: Exchange): Promise<void> {
  for (const surface of surfaces) if (await surface.matches(path, deps)) return surface.serve(deps, exchange)
  await serve(arm, deps, exchange)
}
