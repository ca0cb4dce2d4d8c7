import { arm } from '#surfaces/arm/surface.ts'
import { isDiscoveryPath } from '#surfaces/discovery/request.ts'
import { discovery } from '#surfaces/discovery/surface.ts'
import { isEntra } from '#surfaces/entra/request.ts'
import { entra } from '#surfaces/entra/surface.ts'
import { graph } from '#surfaces/graph/surface.ts'
import type { Deps } from '#app/deps.ts'
import type { Tenant } from '#ports/directory.ts'
import type { Exchange } from '#http/exchange.ts'
import type { Headers } from '#http/headers.ts'
import { type Dialect, refuse, type Surface, serve } from '#http/surface.ts'

interface ControlSurface {
  /** @param tenant the directory's own, where it was asked for */
  matches(path: string, tenant: Tenant | undefined): boolean
  serve(deps: Deps, exchange: Exchange): Promise<void>
  /** In its own words. */
  refuse(deps: Deps, exchange: Exchange, failure: unknown, headers?: Headers): Promise<void>
}

/** Every dialect of the control origin is served with the same dependencies. */
const of = <D extends Dialect>(
  matches: ControlSurface['matches'],
  surface: Surface<D>,
  world: (deps: Deps) => D['world'],
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
/** The dialects of the control origin, the first that matches. */
const surfaces: readonly ControlSurface[] = [
  of(isDiscoveryPath, discovery, (deps) => deps),
  of(
    (path) => path.startsWith('/graph/'),
    graph,
    (deps) => deps,
  ),
  of(
    (path, tenant) => tenant !== undefined && isEntra(path, tenant),
    entra,
    (deps) => deps,
  ),
]

/** Undefined: nobody's, so ARM's, unless it is the authority's of a tenant that has to be asked for. */
function surfaceOf({ url }: Exchange, tenant: Tenant | undefined): ControlSurface | undefined {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  return surfaces.find((each) => each.matches(path, tenant))
}

export async function serveControlPlane(deps: Deps, exchange: Exchange): Promise<void> {
  const surface = surfaceOf(exchange, undefined) ?? surfaceOf(exchange, await deps.store.tenant()) ?? resourceManager
  return surface.serve(deps, exchange)
}

/** At once, so without asking the directory which tenant is its own. */
export const refuseControlPlane = (deps: Deps, exchange: Exchange, failure: unknown, headers?: Headers): Promise<void> =>
  (surfaceOf(exchange, undefined) ?? resourceManager).refuse(deps, exchange, failure, headers)
