import type { Failure } from '#core/registry-error.ts'

const wire: Partial<Record<Failure, readonly [status: number, code: string]>> = {
  unauthorized: [401, 'UNAUTHORIZED'],
  'address-refused': [403, 'DENIED'],
  denied: [403, 'DENIED'],
  'not-found': [404, 'NOT_FOUND'],
  'method-unsupported': [405, 'UNSUPPORTED'],
  'request-invalid': [400, 'BAD_REQUEST'],
  'too-many-requests': [429, 'TOOMANYREQUESTS'],
}

/** A failure on the token endpoint's wire. Those of images and disks do not belong here: a client may try again. */
export const wireOf = (failure: Failure): readonly [status: number, code: string] => wire[failure] ?? [503, 'UNAVAILABLE']
