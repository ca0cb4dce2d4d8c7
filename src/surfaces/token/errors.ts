import { contentFailures, type Failure, stateFailures } from '#core/registry-error.ts'
import { rowsFor } from '#http/failure.ts'

const unavailable = [503, 'UNAVAILABLE'] as const

/** Each failure on the token endpoints' wire. Those of images and their state do not belong here: a client may try again. */
export const wire = {
  ...rowsFor([...contentFailures, ...stateFailures], unavailable),
  unauthorized: [401, 'UNAUTHORIZED'],
  denied: [403, 'DENIED'],
  'address-refused': [403, 'DENIED'],
  'origin-refused': [403, 'DENIED'],
  'host-unknown': [421, 'UNSUPPORTED'],
  'not-found': [404, 'NOT_FOUND'],
  'method-unsupported': [405, 'UNSUPPORTED'],
  'request-invalid': [400, 'BAD_REQUEST'],
  'size-invalid': [400, 'BAD_REQUEST'],
  'url-too-long': [414, 'UNSUPPORTED'],
  'content-encoding-unsupported': [415, 'UNSUPPORTED'],
  'expectation-failed': [417, 'UNSUPPORTED'],
  'version-unsupported': [505, 'UNSUPPORTED'],
  'not-implemented': [501, 'UNSUPPORTED'],
  unsupported: [400, 'UNSUPPORTED'],
  'feature-unavailable': [404, 'FeatureNotAvailable'],
  'too-many-requests': [429, 'TOOMANYREQUESTS'],
  overloaded: unavailable,
  'storage-full': unavailable,
  'storage-failed': unavailable,
} as const satisfies Record<Failure, readonly [status: number, code: string]>
