import type { Deps } from '#app/deps.ts'
import { notAvailable } from '#core/feature.ts'
import { RegistryError } from '#core/registry-error.ts'
import type { Admission } from '#app/tokens/admission.ts'
import type { Served } from '#app/tokens/admit.ts'
import { type AllowedOrigins, answerOrigin, preflightHeaders } from '#http/cors.ts'
import type { Exchange } from '#http/exchange.ts'
import type { Headers } from '#http/headers.ts'
import { type Dialect, refuse, type Surface, serve } from '#http/surface.ts'
import { acr } from '#surfaces/acr/surface.ts'
import { data } from '#surfaces/data/surface.ts'
import { distributionSurface } from '#surfaces/distribution/surface.ts'
import { token } from '#surfaces/token/surface.ts'
import { isWelcome, welcome } from '#surfaces/welcome/surface.ts'
import { refuseControlPlane, serveControlPlane } from './control-plane.ts'
import type { Host, Hosts } from './origins.ts'
import type { RegistryDeps } from './registry-plane.ts'

/** A dialect behind a host name and a path. */
export interface Door {
  serve(exchange: Exchange, host: Host): Promise<void>
  /** What was found before anybody asked what the request is for, in the dialect's words. */
  refuse(exchange: Exchange, failure: unknown, headers?: Headers): Promise<void>
}

export interface Doors {
  of(host: Host | undefined, path: string, exchange: Exchange): Door
}

export interface DoorOptions {
  deps: RegistryDeps & Deps
  hosts: Hosts
  corsOrigins: AllowedOrigins
  /** What a person types to call this program. */
  program?: string
}

type OfRegistry = Dialect & { world: { served: Served | undefined } }

const exposing = (...names: string[]): Headers => names.map((name) => ['Access-Control-Expose-Headers', name])

/** Which dialect answers where: the data hosts', a registry's under each of its names, the control plane's under its own. */
export function openDoors(options: DoorOptions): Doors {
  const { deps, program = 'longshore' } = options
  const ofContent = exposing('Docker-Content-Digest', 'WWW-Authenticate', 'Link', 'X-Ms-Correlation-Request-Id')
  const distribution = registryDoor(options, distributionSurface(), (served) => ({ deps, served }), ofContent)
  const metadata = registryDoor(options, acr, (served) => ({ deps, served }), ofContent)
  const tokens = registryDoor(options, token, (served) => ({ deps, served }), exposing('X-Ms-Correlation-Request-Id'))
  const blobs: Door = {
    serve: async (exchange, host) =>
      serve(data, { deps, registry: host.as === 'data' ? await deps.admission.registryAt(host) : undefined }, exchange),
    refuse: (exchange, failure, headers) => refuse(data, { deps, registry: undefined }, exchange, failure, headers),
  }
  const root: Door = {
    serve: (exchange) => serve(welcome, { program }, exchange),
    refuse: (exchange, failure, headers) => refuse(welcome, { program }, exchange, failure, headers),
  }
  const control: Door = {
    serve: (exchange) => serveControlPlane(deps, exchange),
    refuse: (exchange, failure, headers) => refuseControlPlane(deps, exchange, failure, headers),
  }
  const nothing = (failure: RegistryError): Door => ({ ...distribution, serve: (exchange) => distribution.refuse(exchange, failure) })
  const elsewhere = nothing(new RegistryError('not-found', 'nothing is served under this URL; the registry API begins at /v2/'))
  const helm = nothing(notAvailable('Helm 2 charts'))
  return {
    of: (host, path, exchange) => {
      if (host?.as === 'data') return blobs
      if (path.startsWith('/v2/') || path === '/v2') return distribution
      if (path.startsWith('/oauth2/')) return tokens
      if (path.startsWith('/acr/')) return metadata
      if (path.startsWith('/helm/')) return helm
      if (isWelcome(exchange, path)) return root
      return host?.as === 'control' ? control : elsewhere
    },
  }
}

function registryDoor<D extends OfRegistry>(
  { deps, hosts, corsOrigins }: DoorOptions,
  surface: Surface<D>,
  worldOf: (served: Served | undefined) => D['world'],
  /** What a page of another origin may read of an answer; each in a header of its own, as ACR sends them. */
  exposes: Headers,
): Door {
  const refused = (exchange: Exchange, failure: unknown, headers?: Headers) =>
    refuse(surface, worldOf(undefined), exchange, failure, headers)
  return {
    refuse: refused,
    async serve(exchange, { registry: name }) {
      const page = answerOrigin(exchange, corsOrigins)
      if (page === 'preflight') return exchange.send(204, preflightHeaders(exchange))
      if (page === 'refused') return refused(exchange, originRefused(exchange))
      exchange.moreHeaders.push(...exposes)
      let served: Served
      try {
        served = servedBy(hosts, exchange, await registryOf(deps.admission, name, exchange), name)
      } catch (error) {
        return refused(exchange, error)
      }
      await serve(surface, worldOf(served), exchange)
    },
  }
}

const registryOf = (admission: Admission, name: string, { address }: Exchange) => admission.registry(name, address)

const servedBy = (hosts: Hosts, exchange: Exchange, registry: Served['registry'], name: string): Served => ({
  registry,
  service: exchange.host,
  isName: (audience) => {
    const named = hosts.of(audience.toLowerCase())
    return named?.registry === name && named.as !== 'data'
  },
  realm: `${exchange.scheme}://${exchange.host}/oauth2/token`,
})

const originRefused = (exchange: Exchange): RegistryError =>
  new RegistryError(
    'origin-refused',
    `pages of ${(exchange.header('origin') ?? '').slice(0, 200)} may not call this registry: the operator may name the origin in LONGSHORE_CORS_ORIGINS`,
  )
