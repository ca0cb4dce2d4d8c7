import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { networkOf } from '#core/ip-address.ts'
import { RegistryError } from '#core/registry-error.ts'
import { Exchange } from '#http/exchange.ts'
import { offloadPrefixFor } from '#http/offload.ts'
import { readForwarded } from '#http/forwarded.ts'
import { withoutPort } from '#http/hosts.ts'
import { type Gates, Place } from '#http/place.ts'
import { plainAddress, type TrustedProxies } from '#http/proxies.ts'
import { faultOf, knownMethods } from '#http/request-faults.ts'
import { type RequestTarget, readTarget } from '#http/request-target.ts'
import { type StrictTransport, strictTransportFor } from '#http/strict-transport.ts'
import type { Clock } from '#ports/clock.ts'
import type { Ids } from '#ports/ids.ts'
import type { Origins } from '#app/deps.ts'
import { type DoorOptions, type Doors, openDoors } from './doors.ts'
import type { Hosts } from './origins.ts'
import type { AnsweredRequest } from '#ports/telemetry.ts'

export interface FrontDoorOptions extends DoorOptions {
  deps: DoorOptions['deps'] & { clock: Clock; ids: Ids }
  proxies: TrustedProxies
  /** Where an nginx that passes requests on finds our files. */
  offloadPrefix?: string | undefined
  gates: Gates
  telemetry: { answered(request: AnsweredRequest, milliseconds: number): void }
  /** What browsers are told over our own TLS; absent: nothing. */
  strictTransport?: StrictTransport | undefined
}

/** Every request comes in here: by which name, through whom, is there room, which surface. */
export function frontDoor(options: FrontDoorOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { deps, telemetry, gates, hosts } = options
  const doors = openDoors(options)
  return (request, response) => {
    const started = deps.clock.elapsed()
    const target = readTarget(request.method ?? '', request.url ?? '')
    const origin = originOf(options, request, target, deps.ids.next())
    const place = new Place(gates, networkOf(origin.address), response)
    const exchange = new Exchange(request, response, origin, place)
    response.once('close', () => telemetry.answered(exchange, deps.clock.elapsed() - started))
    const routed = () => route(doors, hosts, exchange, { target, place })
    const serve = () => deps.store.asOneRequest(routed)
    if (place.tryEnter()) void serve()
    else
      void place
        .enter()
        .then(serve, (error: unknown) => doors.of(hosts.of(exchange.host), pathOf(exchange), exchange).refuse(exchange, error))
  }
}

function originOf(
  { proxies, deps, offloadPrefix, strictTransport }: FrontDoorOptions,
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
    offloadPrefix: offloadPrefixFor(headers, forwarded.isProxied, offloadPrefix),
    strictTransport: strictTransport && encrypted ? strictTransportFor(host, strictTransport) : undefined,
  }
}

/** A proxy that does not say how it was asked was asked as everybody is: by the public URL. */
function publicScheme({ control, domain }: Origins, host: string): 'http' | 'https' | undefined {
  const url = new URL(control)
  return host === url.host || host.endsWith(`.${domain}`) ? (url.protocol === 'https:' ? 'https' : 'http') : undefined
}

/** Who says no host, as HTTP/1.0 lets one, means the name that we give as our own. */
function ownHost(control: string, scheme: string, socket: Socket): string {
  const { protocol, host, hostname } = new URL(control)
  return protocol === `${scheme}:` ? host : `${hostname}:${socket.localPort}`
}

async function route(
  doors: Doors,
  hosts: Hosts,
  exchange: Exchange,
  { target, place }: { target: RequestTarget | undefined; place: Place },
): Promise<void> {
  try {
    const host = hosts.of(exchange.host)
    const door = doors.of(host, pathOf(exchange), exchange)
    const fault = faultOf(exchange.request) ?? (target ? undefined : noTarget)
    if (fault)
      return await door.refuse(exchange, new RegistryError(fault.failure, fault.message), fault.close ? [['Connection', 'close']] : [])
    if (!host) return await door.refuse(exchange, hostUnknown(exchange))
    if (target?.origin && target.origin.scheme !== exchange.scheme)
      return await door.refuse(exchange, new RegistryError('host-unknown', `this door serves ${exchange.scheme} alone`))
    if (exchange.url === '*') return await exchange.send(204, [['Allow', knownMethods.join(', ')]])
    await door.serve(exchange, host)
  } catch (error) {
    exchange.unexpected = error
    exchange.destroy()
  } finally {
    place.leave()
  }
}

const pathOf = ({ url }: Exchange): string => {
  const mark = url.indexOf('?')
  return mark === -1 ? url : url.slice(0, mark)
}

const noTarget = {
  failure: 'request-invalid',
  message: 'the target of the request is not understood: expected a path',
  close: true,
} as const

const hostUnknown = ({ host }: Exchange): RegistryError => {
  const name = withoutPort(host).slice(0, 255)
  return new RegistryError('host-unknown', `this server does not answer for "${name}": the operator may add the name to LONGSHORE_NAMES`)
}
