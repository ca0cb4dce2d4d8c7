import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { DataHost } from '#core/data-host.ts'
import { networkOf } from '#core/ip-address.ts'
import { isAdmitted } from '#core/network-rules.ts'
import type { Served } from '#app/tokens/admit.ts'
import { Exchange } from '#http/exchange.ts'
import { errorBody } from '#http/failure.ts'
import { hasSeveralHosts, withoutPort } from '#http/hosts.ts'
import { type Gates, Place } from '#http/place.ts'
import { plainAddress, trustedProxies } from '#http/proxies.ts'
import { serveAcr } from '#surfaces/acr/surface.ts'
import { serveData } from '#surfaces/data/surface.ts'
import { wire } from '#surfaces/distribution/errors.ts'
import { serveDistribution, type SurfaceDeps } from '#surfaces/distribution/surface.ts'
import { serveTokens } from '#surfaces/token/surface.ts'
import { type ControlDeps, serveControlPlane } from './control-plane.ts'
import type { Hosts } from './origins.ts'
import type { Telemetry } from './telemetry.ts'

export interface FrontDoorOptions {
  deps: SurfaceDeps & ControlDeps
  hosts: Hosts
  proxies: ReturnType<typeof trustedProxies>
  gates: Gates
  telemetry: Telemetry
}

type Failure = 'address-refused' | 'host-unknown' | 'overloaded' | 'not-found' | 'request-invalid'

/** Every request comes in here: by which name, through whom, is there room, which surface. */
export function frontDoor(options: FrontDoorOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { deps, telemetry, gates } = options
  return (request, response) => {
    const started = deps.clock.elapsed()
    const origin = originOf(options, request, deps.ids.next())
    const place = new Place(gates, networkOf(origin.address), response)
    const exchange = new Exchange(request, response, origin, place)
    response.once('close', () => telemetry.answered(exchange, deps.clock.elapsed() - started))
    const serve = () => route(options, exchange).finally(() => place.leave())
    if (place.tryEnter()) void serve()
    else void place.enter().then(serve, () => refuse(exchange, 'overloaded', 'the registry is overloaded: try again', retryLater))
  }
}

const retryLater = [['Retry-After', 5]] as const

function originOf({ proxies }: FrontDoorOptions, request: IncomingMessage, correlationId: string) {
  const { socket, headers } = request
  const peer = plainAddress(socket.remoteAddress ?? '')
  const trusted = proxies.has(peer)
  const forwarded = (name: string): string | undefined => {
    const value = trusted ? headers[name] : undefined
    // Each proxy adds its own behind a comma; ours is the last.
    return (Array.isArray(value) ? value.at(-1) : value)?.split(',').at(-1)?.trim() || undefined
  }
  const proto = forwarded('x-forwarded-proto')
  return {
    correlationId,
    host: (forwarded('x-forwarded-host') ?? headers.host ?? '').toLowerCase(),
    scheme: proto === 'https' || proto === 'http' ? proto : (socket as TLSSocket).encrypted ? ('https' as const) : ('http' as const),
    address: plainAddress(forwarded('x-forwarded-for') ?? peer),
  }
}

async function route(options: FrontDoorOptions, exchange: Exchange): Promise<void> {
  const { hosts } = options
  try {
    if (hasSeveralHosts(exchange.request.rawHeaders))
      return await refuse(exchange, 'request-invalid', 'a request must have one Host header')
    const served = hosts.of(exchange.host)
    if (!served) {
      const name = withoutPort(exchange.host).slice(0, 255)
      return await refuse(
        exchange,
        'host-unknown',
        `this server does not answer for "${name}": the operator may add the name to LONGSHORE_NAMES`,
      )
    }
    if (served.as === 'data') return await serveDataHost(options, served, exchange)
    const path = /^[^?]*/.exec(exchange.request.url ?? '')?.[0] ?? ''
    const surface = dataSurfaces.find((each) => each.matches(path))
    if (surface) return await serveRegistry(options, served.registry, surface, exchange)
    if (served.as === 'control' && (await serveControlPlane(options.deps, path, exchange))) return
    await refuse(exchange, 'not-found', 'nothing is served under this URL; the registry API begins at /v2/')
  } catch (error) {
    exchange.unexpected = error
    exchange.destroy()
  }
}

async function serveDataHost({ deps }: FrontDoorOptions, host: DataHost, exchange: Exchange): Promise<void> {
  const registry = await deps.store.registry(host.registry)
  await serveData(deps, registry?.dataLocation === host.location ? registry : undefined, exchange)
}

interface DataSurface {
  matches(path: string): boolean
  serve(deps: FrontDoorOptions['deps'], served: Served, exchange: Exchange): Promise<void>
}

/** The dialects of a registry, under each of its names. */
const dataSurfaces: readonly DataSurface[] = [
  { matches: (path) => path === '/v2' || path.startsWith('/v2/'), serve: serveDistribution },
  { matches: (path) => path.startsWith('/acr/'), serve: serveAcr },
  { matches: (path) => path.startsWith('/oauth2/'), serve: serveTokens },
]

async function serveRegistry({ deps, hosts }: FrontDoorOptions, name: string, surface: DataSurface, exchange: Exchange): Promise<void> {
  const registry = await deps.store.registry(name)
  if (!registry) return refuse(exchange, 'not-found', `there is no registry "${name}" here`)
  if (!isAdmitted(registry.network, exchange.address))
    return refuse(
      exchange,
      'address-refused',
      `client with IP '${exchange.address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`,
    )
  await surface.serve(
    deps,
    {
      registry,
      service: exchange.host,
      isName: (audience) => {
        const named = hosts.of(audience.toLowerCase())
        return named?.registry === name && named.as !== 'data'
      },
      realm: `${exchange.scheme}://${exchange.host}/oauth2/token`,
    },
    exchange,
  )
}

async function refuse(
  exchange: Exchange,
  failure: Failure,
  message: string,
  headers: readonly (readonly [string, string | number])[] = [],
): Promise<void> {
  const [status, code] = wire[failure]
  exchange.log.failure = failure
  const common = [
    ['Docker-Distribution-Api-Version', 'registry/2.0'],
    ['Content-Type', 'application/json; charset=utf-8'],
  ] as const
  await exchange.send(status, [...common, ...headers], errorBody(code, message, {})).catch(() => exchange.destroy())
}
