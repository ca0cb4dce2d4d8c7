import type { Failure } from '#core/registry-error.ts'

const wire: Partial<Record<Failure, readonly [status: number, code: string]>> = {
  unauthorized: [401, 'InvalidAuthenticationToken'],
  denied: [403, 'Authorization_RequestDenied'],
  'not-found': [404, 'Request_ResourceNotFound'],
  'parent-unknown': [404, 'Request_ResourceNotFound'],
  'method-unsupported': [405, 'Request_BadRequest'],
  'request-invalid': [400, 'Request_BadRequest'],
  'feature-unavailable': [400, 'FeatureNotAvailable'],
  unsupported: [400, 'Request_UnsupportedQuery'],
  conflict: [409, 'Request_MultipleObjectsWithSameKeyValue'],
  'in-use': [409, 'Request_BadRequest'],
  'precondition-failed': [412, 'Request_BadRequest'],
  'too-many-requests': [429, 'TooManyRequests'],
}

/** A failure as Graph words it (Microsoft Graph error responses). Those of images and disks do not belong here: a client may try again. */
export const wireOf = (failure: Failure): readonly [status: number, code: string] => wire[failure] ?? [503, 'ServiceUnavailable']

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
