import { contentFailures, type Failure, stateFailures } from '#core/registry-error.ts'
import { rowsFor } from '#http/failure.ts'

const unavailable = [503, 'ServiceUnavailable'] as const

/** A failure on the wire, with ARM's codes. */
export const wire = {
  ...rowsFor([...contentFailures, ...stateFailures], unavailable),
  unauthorized: [401, 'AuthenticationFailed'],
  denied: [403, 'AuthorizationFailed'],
  'address-refused': [403, 'Forbidden'],
  'origin-refused': [403, 'Forbidden'],
  'host-unknown': [421, 'InvalidHostName'],
  'not-found': [404, 'NotFound'],
  'method-unsupported': [405, 'MethodNotAllowed'],
  'request-invalid': [400, 'InvalidApiVersionParameter'],
  'size-invalid': [413, 'RequestContentTooLarge'],
  'url-too-long': [414, 'InvalidUri'],
  'content-encoding-unsupported': [415, 'UnsupportedMediaType'],
  'expectation-failed': [417, 'BadRequest'],
  'version-unsupported': [505, 'BadRequest'],
  'not-implemented': [501, 'NotImplemented'],
  unsupported: [400, 'BadRequest'],
  'feature-unavailable': [400, 'FeatureNotAvailable'],
  'too-many-requests': [429, 'TooManyRequests'],
  overloaded: [503, 'ServerBusy'],
  'storage-full': unavailable,
  'storage-failed': unavailable,
} as const satisfies Record<Failure, readonly [status: number, code: string]>
