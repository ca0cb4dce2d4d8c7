import type { Failure } from '#core/registry-error.ts'

interface Wire {
  status: number
  code: string
  message: string
}

const wire = (status: number, code: string, message: string): Wire => ({ status, code, message })
const noSuchResource = wire(404, 'ResourceNotFound', 'The specified resource does not exist.')

/** What fails here, in the words of Azure's storage ("Common REST API error codes", "Blob service error codes"). */
export const known: Partial<Record<Failure, Wire>> = {
  unauthorized: wire(
    400,
    'InvalidAuthenticationInfo',
    'Authentication information is not given in the correct format. Check the value of Authorization header.',
  ),
  denied: wire(
    403,
    'AuthenticationFailed',
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  ),
  'address-refused': wire(403, 'AuthorizationFailure', 'This request is not authorized to perform this operation.'),
  locked: wire(403, 'AuthorizationPermissionMismatch', 'This request is not authorized to perform this operation using this permission.'),
  'blob-unknown': wire(404, 'BlobNotFound', 'The specified blob does not exist.'),
  'not-found': noSuchResource,
  'name-invalid': noSuchResource,
  'digest-invalid': noSuchResource,
  'method-unsupported': wire(405, 'UnsupportedHttpVerb', "The resource doesn't support specified Http Verb."),
  'range-unsatisfiable': wire(416, 'InvalidRange', 'The range specified is invalid for the current size of the resource.'),
  'precondition-failed': wire(412, 'ConditionNotMet', 'The condition specified using HTTP conditional header(s) is not met.'),
  'url-too-long': wire(414, 'InvalidUri', 'The requested URI does not represent any resource on the server.'),
}

/** Whatever else happens is of the disk: a client may try again. */
export const busy = wire(503, 'ServerBusy', 'The server is currently unable to receive requests. Please retry your request.')

export const wireOf = (failure: Failure): Wire => known[failure] ?? busy

/** Its XML, which holds nothing that the client wrote. */
export const errorXml = ({ code, message }: Wire, requestId: string, now: number): string =>
  `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message.replace("'", '&apos;')}\nRequestId:${requestId}\nTime:${ticks(now)}</Message></Error>`

// To a tenth of a microsecond, as the service writes it.
const ticks = (now: number): string => new Date(now).toISOString().replace('Z', '0000Z')
