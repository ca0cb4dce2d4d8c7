import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { RateLimits, FailedLogins } from '#app/tokens/rate-limits.ts'
import { Exchange } from '#http/exchange.ts'
import type { Gate } from '#http/gate.ts'
import { hasSeveralHosts, type HostNames, normalHost, withoutPort } from '#http/hosts.ts'
import { plainAddress, trustedProxies } from '#http/proxies.ts'
import { errorBody, wire } from '#surfaces/distribution/errors.ts'
import type { DistributionDeps } from '#surfaces/distribution/context.ts'
import { serveDistribution } from '#surfaces/distribution/surface.ts'
import { serveTokens } from '#surfaces/token/surface.ts'
import { firstRegistry } from './registry.ts'
import type { Telemetry } from './telemetry.ts'

export interface FrontDoorOptions {
  deps: DistributionDeps & { failedLogins: FailedLogins; rateLimits: RateLimits }
  names: HostNames
  /** The registry's login server: service and audience of its tokens. */
  loginServer: string
  proxies: ReturnType<typeof trustedProxies>
  gate: Gate
  telemetry: Telemetry
}

type Failure = 'host-unknown' | 'overloaded' | 'not-found' | 'request-invalid'

/** Every request comes in here: by which name, through whom, is there room, which surface. */
export function frontDoor(options: FrontDoorOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { deps, telemetry, gate } = options
  return (request, response) => {
    const started = deps.clock.elapsed()
    const exchange = new Exchange(request, response, originOf(options, request, deps.ids.next()))
    response.once('close', () => telemetry.answered(exchange, deps.clock.elapsed() - started))
    const serve = () => route(options, exchange)
    if (gate.tryEnter()) void serve().finally(() => gate.leave())
    else
      void gate
        .enter()
        .then((admitted) =>
          admitted
            ? serve().finally(() => gate.leave())
            : refuse(exchange, 'overloaded', 'the registry is overloaded: try again', [['Retry-After', 5]]),
        )
  }
}

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
  const { deps, names, loginServer } = options
  try {
    if (hasSeveralHosts(exchange.request.rawHeaders))
      return await refuse(exchange, 'request-invalid', 'a request must have one Host header')
    if (!names.has(exchange.host)) {
      const name = withoutPort(exchange.host).slice(0, 255)
      return await refuse(
        exchange,
        'host-unknown',
        `this server does not answer for "${name}": the operator may add the name to LONGSHORE_NAMES`,
      )
    }
    const url = exchange.request.url ?? ''
    const registry = await deps.store.registry(firstRegistry)
    if (!registry) return await refuse(exchange, 'not-found', 'there is no registry here')
    if (url.startsWith('/v2/') || url === '/v2' || url.startsWith('/v2?'))
      return await serveDistribution(
        deps,
        { registry, service: loginServer, realm: `${exchange.scheme}://${exchange.host}/oauth2/token` },
        exchange,
      )
    if (url.startsWith('/oauth2/')) {
      const isKnown = (service: string) => normalHost(service) === loginServer || names.has(service)
      return await serveTokens(deps, { registry, service: loginServer, isKnown }, exchange)
    }
    await refuse(exchange, 'not-found', 'nothing is served under this URL; the registry API begins at /v2/')
  } catch (error) {
    exchange.unexpected = error
    exchange.destroy()
  }
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
