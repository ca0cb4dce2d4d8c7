import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { DataHost } from '#core/data-host.ts'
import { notAvailable } from '#core/feature.ts'
import { networkOf } from '#core/ip-address.ts'
import { isAdmitted } from '#core/network-rules.ts'
import type { Failure } from '#core/registry-error.ts'
import type { Served } from '#app/tokens/admit.ts'
import { type AllowedOrigins, answerOrigin, preflightHeaders } from '#http/cors.ts'
import { Exchange, type Headers } from '#http/exchange.ts'
import { errorBody, sendFailure } from '#http/failure.ts'
import { readForwarded } from '#http/forwarded.ts'
import { withoutPort } from '#http/hosts.ts'
import { type Gates, Place } from '#http/place.ts'
import { plainAddress, type TrustedProxies } from '#http/proxies.ts'
import { faultOf, knownMethods } from '#http/request-faults.ts'
import { type RequestTarget, readTarget } from '#http/request-target.ts'
import { type StrictTransport, strictTransportFor } from '#http/strict-transport.ts'
import { serveAcr } from '#surfaces/acr/surface.ts'
import { serveData } from '#surfaces/data/surface.ts'
import { wire } from '#surfaces/distribution/errors.ts'
import { serveDistribution, type SurfaceDeps } from '#surfaces/distribution/surface.ts'
import { serveTokens } from '#surfaces/token/surface.ts'
import { isWelcome, serveWelcome } from '#surfaces/welcome/surface.ts'
import { type ControlDeps, serveControlPlane } from './control-plane.ts'
import type { Hosts } from './origins.ts'
import type { Telemetry } from './telemetry.ts'

export interface FrontDoorOptions {
  deps: SurfaceDeps & ControlDeps
  hosts: Hosts
  proxies: TrustedProxies
  gates: Gates
  telemetry: Telemetry
  corsOrigins: AllowedOrigins
  /** What browsers are told over our own TLS; absent: nothing. */
  strictTransport?: StrictTransport | undefined
}

/** Every request comes in here: by which name, through whom, is there room, which surface. */
export function frontDoor(options: FrontDoorOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { deps, telemetry, gates } = options
  return (request, response) => {
    const started = deps.clock.elapsed()
    const target = readTarget(request.method ?? '', request.url ?? '')
    const origin = originOf(options, request, target, deps.ids.next())
    const place = new Place(gates, networkOf(origin.address), response)
    const exchange = new Exchange(request, response, origin, place)
    response.once('close', () => telemetry.answered(exchange, deps.clock.elapsed() - started))
    const serve = () => route(options, exchange, target).finally(() => place.leave())
    if (place.tryEnter()) void serve()
    else void place.enter().then(serve, () => refuse(exchange, 'overloaded', 'the registry is overloaded: try again'))
  }
}

function originOf(
  { proxies, deps, strictTransport }: FrontDoorOptions,
  request: IncomingMessage,
  target: RequestTarget | undefined,
  correlationId: string,
) {
  const { socket, headers } = request
  const encrypted = Boolean((socket as TLSSocket).encrypted)
  const forwarded = readForwarded(headers, plainAddress(socket.remoteAddress ?? ''), proxies)
  const own = encrypted ? 'https' : 'http'
  const host = (forwarded.host ?? target?.origin?.authority ?? headers.host ?? ownHost(deps.origins.control, own, socket)).toLowerCase()
  const scheme = forwarded.scheme ?? (forwarded.isProxied ? publicScheme(deps.origins, host) : undefined) ?? own
  return {
    correlationId,
    ...(target ? { url: target.url } : {}),
    host,
    scheme,
    address: forwarded.address,
    strictTransport: strictTransport && encrypted ? strictTransportFor(host, strictTransport) : undefined,
  }
}

/** A proxy that does not say how it was asked was asked as everybody is: by the public URL. */
function publicScheme({ control, domain }: ControlDeps['origins'], host: string): 'http' | 'https' | undefined {
  const url = new URL(control)
  return host === url.host || host.endsWith(`.${domain}`) ? (url.protocol === 'https:' ? 'https' : 'http') : undefined
}

/** Who says no host, as HTTP/1.0 lets one, means the name that we give as our own. */
function ownHost(control: string, scheme: string, socket: Socket): string {
  const { protocol, host, hostname } = new URL(control)
  return protocol === `${scheme}:` ? host : `${hostname}:${socket.localPort}`
}

async function route(options: FrontDoorOptions, exchange: Exchange, target: RequestTarget | undefined): Promise<void> {
  const { hosts } = options
  try {
    const fault = faultOf(exchange.request) ?? (target ? undefined : noTarget)
    if (fault) return await refuse(exchange, fault.failure, fault.message, { close: fault.close })
    const served = hosts.of(exchange.host)
    if (!served) {
      const name = withoutPort(exchange.host).slice(0, 255)
      return await refuse(
        exchange,
        'host-unknown',
        `this server does not answer for "${name}": the operator may add the name to LONGSHORE_NAMES`,
      )
    }
    if (target?.origin && target.origin.scheme !== exchange.scheme)
      return await refuse(exchange, 'host-unknown', `this door serves ${exchange.scheme} alone`)
    if (exchange.url === '*') return await exchange.send(204, [['Allow', knownMethods.join(', ')]])
    if (served.as === 'data') return await serveDataHost(options, served, exchange)
    const path = /^[^?]*/.exec(exchange.url)?.[0] ?? ''
    const surface = dataSurfaces.find((each) => each.matches(path))
    if (surface) return await serveRegistry(options, served.registry, surface, exchange)
    if (path.startsWith('/helm/')) return await refuse(exchange, 'feature-unavailable', notAvailable('Helm 2 charts').message)
    if (isWelcome(exchange, path)) return await serveWelcome(exchange)
    // Probes of a balancer ask for the options of the root, and take what succeeds.
    if (path === '/' && exchange.method === 'OPTIONS') return await exchange.send(204, [['Allow', 'GET, HEAD, OPTIONS']])
    if (served.as === 'control') return await serveControlPlane(options.deps, path, exchange)
    await refuse(exchange, 'not-found', 'nothing is served under this URL; the registry API begins at /v2/')
  } catch (error) {
    exchange.unexpected = error
    exchange.destroy()
  }
}

const noTarget = {
  failure: 'request-invalid',
  message: 'the target of the request is not understood: expected a path',
  close: true,
} as const

async function serveDataHost({ deps }: FrontDoorOptions, host: DataHost, exchange: Exchange): Promise<void> {
  const registry = await deps.store.registry(host.registry)
  await serveData(deps, registry?.dataLocation === host.location ? registry : undefined, exchange)
}

interface DataSurface {
  matches(path: string): boolean
  /** What a page of another origin may read of an answer; each in a header of its own, as ACR sends them. */
  exposes: Headers
  serve(deps: FrontDoorOptions['deps'], served: Served, exchange: Exchange): Promise<void>
}

const exposing = (...names: string[]): Headers => names.map((name) => ['Access-Control-Expose-Headers', name])
const ofContent = exposing('Docker-Content-Digest', 'WWW-Authenticate', 'Link', 'X-Ms-Correlation-Request-Id')
/** The dialects of a registry, under each of its names. */
const dataSurfaces: readonly DataSurface[] = [
  { matches: (path) => path === '/v2' || path.startsWith('/v2/'), exposes: ofContent, serve: serveDistribution },
  { matches: (path) => path.startsWith('/acr/'), exposes: ofContent, serve: serveAcr },
  { matches: (path) => path.startsWith('/oauth2/'), exposes: exposing('X-Ms-Correlation-Request-Id'), serve: serveTokens },
]

async function serveRegistry(
  { deps, hosts, corsOrigins }: FrontDoorOptions,
  name: string,
  surface: DataSurface,
  exchange: Exchange,
): Promise<void> {
  const page = answerOrigin(exchange, corsOrigins)
  if (page === 'preflight') return exchange.send(204, preflightHeaders(exchange))
  if (page === 'refused')
    return refuse(
      exchange,
      'origin-refused',
      `pages of ${(exchange.header('origin') ?? '').slice(0, 200)} may not call this registry: the operator may name the origin in LONGSHORE_CORS_ORIGINS`,
    )
  exchange.also.push(...surface.exposes)
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

async function refuse(exchange: Exchange, failure: Failure, message: string, { close = false } = {}): Promise<void> {
  const [status, code] = wire[failure]
  exchange.log.failure = failure
  const headers: Headers = [
    ['Docker-Distribution-Api-Version', 'registry/2.0'],
    ['Content-Type', 'application/json; charset=utf-8'],
    ...(close ? [['Connection', 'close'] as const] : []),
  ]
  await sendFailure(exchange, { status, headers, body: errorBody(code, message, {}) })
}
