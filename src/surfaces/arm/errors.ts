import { armFailures } from '#core/control-failures/arm.ts'
import type { Failure } from '#core/registry-error.ts'

/**
 * Each failure on ARM's wire: status, and the code of one that was made without a code of its own (core/control-error.ts).
 * Failures of images do not happen here; they have a row because the table has no gaps.
 */
export const wire = {
  unauthorized: [401, 'AuthenticationFailed'],
  denied: [403, 'AuthorizationFailed'],
  'name-invalid': [400, 'InvalidResourceName'],
  'tag-invalid': [400, 'BadRequest'],
  'digest-invalid': [400, 'BadRequest'],
  'digest-mismatch': [400, 'BadRequest'],
  'manifest-invalid': [400, 'BadRequest'],
  'manifest-too-large': [413, 'RequestContentTooLarge'],
  'manifest-blob-unknown': [400, 'BadRequest'],
  'manifest-unknown': [404, 'NotFound'],
  'manifest-damaged': [404, 'NotFound'],
  'tag-unknown': [404, 'NotFound'],
  'blob-unknown': [404, 'NotFound'],
  'blob-lost': [404, 'NotFound'],
  'blob-too-large': [413, 'RequestContentTooLarge'],
  'name-unknown': [404, 'NotFound'],
  'upload-unknown': [404, 'NotFound'],
  'upload-invalid': [400, 'BadRequest'],
  'range-invalid': [400, 'BadRequest'],
  'range-unsatisfiable': [400, 'BadRequest'],
  'page-invalid': [400, 'InvalidSkipToken'],
  'size-invalid': [413, 'RequestContentTooLarge'],
  'content-encoding-unsupported': [415, 'UnsupportedMediaType'],
  'url-too-long': [414, 'InvalidUri'],
  'not-implemented': [501, 'NotImplemented'],
  'version-unsupported': [505, 'BadRequest'],
  'expectation-failed': [417, 'BadRequest'],
  'origin-refused': [403, 'Forbidden'],
  'in-use': [409, 'Conflict'],
  locked: [409, 'ScopeLocked'],
  'quota-exceeded': [403, 'QuotaExceeded'],
  'unreferenced-full': [503, 'ServiceUnavailable'],
  unsupported: [400, 'OperationNotSupported'],
  'feature-unavailable': [400, 'FeatureNotAvailable'],
  'method-unsupported': [405, 'MethodNotAllowed'],
  'not-found': [404, 'NotFound'],
  'request-invalid': [400, 'BadRequest'],
  'parent-unknown': [404, 'ParentResourceNotFound'],
  conflict: [409, 'Conflict'],
  'precondition-failed': [412, 'PreconditionFailed'],
  'host-unknown': [421, 'InvalidHostName'],
  'address-refused': [403, 'Forbidden'],
  'too-many-requests': [429, 'TooManyRequests'],
  overloaded: [503, 'ServerBusy'],
  'storage-full': [503, 'ServiceUnavailable'],
  'storage-failed': [503, 'ServiceUnavailable'],
} as const satisfies Record<Failure, readonly [status: number, code: string]>

/** ARM's error body ("Common API details", ErrorResponse); one of Microsoft.ContainerRegistry has a status beside it. */
export function errorBody(code: string, message: string, { target, provider }: { target?: string; provider: boolean }): string {
  const error = { code, message, ...(target === undefined ? {} : { target }) }
  return JSON.stringify(provider && !Object.hasOwn(armFailures, code) ? { error, status: 'Failed' } : { error })
}
