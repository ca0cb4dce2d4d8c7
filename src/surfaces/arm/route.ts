import type { Access } from '#core/access.ts'
import type { Answer, Context } from './context.ts'

/** One row a request kind: what its caller must hold, and what is done. A list asks for `signed-in` and leaves out what may not be seen. */
export interface Route<Request> {
  access: (request: Request) => Access
  handle: (context: Context, request: Request) => Promise<Answer>
}

/** A table without gaps: a kind without a row does not compile. */
export type Routes<Request extends { kind: string }> = {
  readonly [K in Request['kind']]: Route<Extract<Request, { kind: K }>>
}

/** One of Azure's actions at the place that a request names. */
export const action = (name: string, scope: { key: string }): Access => ({ kind: 'action', action: name, scope: scope.key })
export const signedIn = (): Access => ({ kind: 'signed-in' })
