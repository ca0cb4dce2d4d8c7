import type { Route, Surface } from '#http/surface.ts'
import { wire } from './errors.ts'
import { type AdminRequest, parseRequest } from './request.ts'
import { type AdminDeps, plainText, routes } from './routes.ts'

interface Dialect {
  world: AdminDeps
  caller: undefined
  request: AdminRequest
  route: Route<AdminDeps, AdminRequest>
  context: AdminDeps
}

/** Health and figures for the operator's own network: no names, no secrets, nothing of this on a public listener. */
export const admin: Surface<Dialect> = {
  first: 'request',
  parse: ({ http }) => parseRequest(http.method, http.url),
  identify: () => undefined,
  routeOf: ({ kind }) => routes[kind] as Dialect['route'],
  admit: () => {},
  context: ({ world }) => world,
  headers: () => [['Cache-Control', 'no-store']],
  fail: (_call, { failure, message }) => ({ status: wire[failure], headers: [plainText], body: `${message}\n` }),
}
