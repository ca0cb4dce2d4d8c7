import { contentFailures, type Failure } from '#core/registry-error.ts'
import { rowsFor } from '#http/failure.ts'

const unavailable = [503, 'ServiceUnavailable'] as const

/** A failure as Graph words it (Microsoft Graph error responses); docs/errors.md tells them. Those of images do not belong here: a client may try again. */
export const wire = {
  ...rowsFor(contentFailures, unavailable),
  unauthorized: [401, 'InvalidAuthenticationToken'],
  denied: [403, 'Authorization_RequestDenied'],
  'address-refused': [403, 'Authorization_RequestDenied'],
  'origin-refused': [403, 'Authorization_RequestDenied'],
  'host-unknown': [421, 'Request_BadRequest'],
  'not-found': [404, 'Request_ResourceNotFound'],
  'parent-unknown': [404, 'Request_ResourceNotFound'],
  'method-unsupported': [405, 'Request_BadRequest'],
  'request-invalid': [400, 'Request_BadRequest'],
  'size-invalid': [413, 'Request_BadRequest'],
  'url-too-long': [414, 'Request_BadRequest'],
  'content-encoding-unsupported': [415, 'Request_BadRequest'],
  'expectation-failed': [417, 'Request_BadRequest'],
  'version-unsupported': [505, 'Request_BadRequest'],
  'page-invalid': [400, 'Request_BadRequest'],
  'not-implemented': [501, 'Request_BadRequest'],
  'feature-unavailable': [400, 'FeatureNotAvailable'],
  unsupported: [400, 'Request_UnsupportedQuery'],
  conflict: [409, 'Request_MultipleObjectsWithSameKeyValue'],
  'in-use': [409, 'Request_BadRequest'],
  'precondition-failed': [412, 'Request_BadRequest'],
  'too-many-requests': [429, 'TooManyRequests'],
  overloaded: unavailable,
  'storage-full': unavailable,
  'storage-failed': unavailable,
} as const satisfies Record<Failure, readonly [status: number, code: string]>

/** @param ids what a person quotes: ours, and the client's own */
export const errorBody = (code: string, message: string, ids: { requestId: string; clientRequestId: string; now: number }): string =>
  JSON.stringify({
    error: {
      code,
      message,
      innerError: {
        date: new Date(ids.now).toISOString().slice(0, 19),
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
      },
    },
  })
