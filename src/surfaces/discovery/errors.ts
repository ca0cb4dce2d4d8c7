import type { Failure } from '#core/registry-error.ts'

const wire: Partial<Record<Failure, readonly [status: number, code: string]>> = {
  'not-found': [404, 'NotFound'],
  'method-unsupported': [405, 'MethodNotAllowed'],
  'request-invalid': [400, 'InvalidApiVersionParameter'],
}

/** A failure on the wire, with ARM's codes; what comes from elsewhere is the server's own. */
export const wireOf = (failure: Failure): readonly [status: number, code: string] => wire[failure] ?? [500, 'InternalServerError']
