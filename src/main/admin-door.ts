import type { IncomingMessage, ServerResponse } from 'node:http'
import { RegistryError } from '#core/registry-error.ts'
import type { Ids } from '#ports/ids.ts'
import { Exchange } from '#http/exchange.ts'
import { faultOf } from '#http/request-faults.ts'
import { readTarget } from '#http/request-target.ts'
import { refuse, serve } from '#http/surface.ts'
import type { AdminDeps } from '#surfaces/admin/routes.ts'
import { admin } from '#surfaces/admin/surface.ts'

/** The operator's listener. It answers while the public ones are full: its requests enter no gate. */
export const adminDoor =
  (deps: AdminDeps, ids: Ids) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const target = readTarget(request.method ?? '', request.url ?? '')
    const exchange = new Exchange(request, response, {
      correlationId: ids.next(),
      host: request.headers.host ?? '',
      scheme: 'http',
      address: request.socket.remoteAddress ?? '',
      ...(target ? { url: target.url } : {}),
    })
    const wrong = faultOf(request) ?? (target ? undefined : { failure: 'request-invalid' as const })
    if (!wrong) void serve(admin, deps, exchange)
    else void refuse(admin, deps, exchange, new RegistryError(wrong.failure, 'a request that is not understood'), [['Connection', 'close']])
  }
