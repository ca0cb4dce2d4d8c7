import { arm } from '#surfaces/arm/surface.ts'
import { isDiscoveryPath } from '#surfaces/discovery/request.ts'
import { discovery } from '#surfaces/discovery/surface.ts'
import { isEntra } from '#surfaces/entra/request.ts'
import { entra } from '#surfaces/entra/surface.ts'
import { graph } from '#surfaces/graph/surface.ts'
import type { Deps, Origins } from '#app/deps.ts'
import type { FailedLogins } from '#app/tokens/rate-limits.ts'
import type { Tenant } from '#ports/directory.ts'
import type { Exchange } from '#http/exchange.ts'
import type { Headers } from '#http/headers.ts'
import { type Dialect, refuse, type Surface, serve } from '#http/surface.ts'

export type ControlDeps = Deps & { origins: Origins; failedLogins: FailedLogins; random: (bytes: number) => Uint8Array }

interface ControlSurface {
  matches(path: string, deps: ControlDeps): boolean | Promise<boolean>
  serve(deps: ControlDeps, exchange: Exchange): Promise<void>
  /** In its own words. */
  refuse(deps: ControlDeps, exchange: Exchange, failure: unknown, headers?: Headers): Promise<void>
}

/** Every dialect of the control origin is served with the same dependencies. */
const of = <D extends Dialect>(
  matches: ControlSurface['matches'],
  surface: Surface<D>,
  world: (deps: ControlDeps) => D['world'],
): ControlSurface => ({
  matches,
  serve: (deps, exchange) => serve(surface, world(deps), exchange),
  refuse: (deps, exchange, failure, headers) => refuse(surface, world(deps), exchange, failure, headers),
})

const resourceManager = of(
  () => true,
  arm,
  (deps) => deps,
)
const isAuthority = (path: string, tenant: Tenant | undefined): boolean => tenant !== undefined && isEntra(path, tenant)

/** The dialects of the control origin, the first that matches. */
const surfaces: readonly ControlSurface[] = [
  of(isDiscoveryPath, discovery, (deps) => deps),
  of(
    (path) => path.startsWith('/graph/'),
    graph,
    (deps) => deps,
  ),
  of(
    async (path, { store }) => isAuthority(path, await store.tenant()),
    entra,
    (deps) => deps,
  ),
]

const pathOf = ({ url }: Exchange): string => /^[^?]*/.exec(url)?.[0] ?? ''

/** A path that is nobody's is ARM's. */
export async function serveControlPlane(deps: ControlDeps, exchange: Exchange): Promise<void> {
  for (const surface of surfaces) if (await surface.matches(pathOf(exchange), deps)) return surface.serve(deps, exchange)
  return resourceManager.serve(deps, exchange)
}

/** At once, so without asking the directory which tenant is its own. */
export const refuseControlPlane = (deps: ControlDeps, exchange: Exchange, failure: unknown, headers?: Headers): Promise<void> =>
  (surfaces.find((each) => each.matches(pathOf(exchange), deps) === true) ?? resourceManager).refuse(deps, exchange, failure, headers)
