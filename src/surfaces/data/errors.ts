import { contentFailures, type Failure, stateFailures } from '#core/registry-error.ts'
import { rowsFor } from '#http/failure.ts'

interface Wire {
  status: number
  code: string
  message: string
}

const row = (status: number, code: string, message: string): Wire => ({ status, code, message })
const noSuchResource = row(404, 'ResourceNotFound', 'The specified resource does not exist.')
const badUri = 'The requested URI does not represent any resource on the server.'
/** Of the disk: a client may try again. */
const busy = row(503, 'ServerBusy', 'The server is currently unable to receive requests. Please retry your request.')

/** Each failure in the words of Azure's storage ("Common REST API error codes", "Blob service error codes"). */
export const wire: Readonly<Record<Failure, Wire>> = {
  // What nobody can meet here has no words of its own.
  ...rowsFor([...contentFailures, ...stateFailures, 'origin-refused', 'size-invalid', 'unsupported', 'feature-unavailable'], busy),
  unauthorized: row(
    400,
    'InvalidAuthenticationInfo',
    'Authentication information is not given in the correct format. Check the value of Authorization header.',
  ),
  denied: row(
    403,
    'AuthenticationFailed',
    'Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  ),
  'address-refused': row(403, 'AuthorizationFailure', 'This request is not authorized to perform this operation.'),
  'host-unknown': row(421, 'InvalidUri', badUri),
  locked: row(403, 'AuthorizationPermissionMismatch', 'This request is not authorized to perform this operation using this permission.'),
  'blob-unknown': row(404, 'BlobNotFound', 'The specified blob does not exist.'),
  'blob-lost': row(404, 'BlobNotFound', 'The specified blob does not exist.'),
  'not-found': noSuchResource,
  'name-invalid': noSuchResource,
  'digest-invalid': noSuchResource,
  'method-unsupported': row(405, 'UnsupportedHttpVerb', "The resource doesn't support specified Http Verb."),
  'request-invalid': row(400, 'InvalidInput', 'One of the request inputs is not valid.'),
  'content-encoding-unsupported': row(415, 'UnsupportedHeader', 'One of the HTTP headers specified in the request is not supported.'),
  'expectation-failed': row(417, 'InvalidHeaderValue', 'The value provided for one of the HTTP headers was not in the correct format.'),
  'version-unsupported': row(
    505,
    'UnsupportedHttpVersion',
    'The HTTP version specified is not supported for this operation by the server.',
  ),
  'not-implemented': row(501, 'NotImplemented', 'The requested operation is not implemented on the specified resource.'),
  // As Azure's storage says it.
  'too-many-requests': busy,
  overloaded: busy,
  'storage-full': busy,
  'storage-failed': busy,
  'range-unsatisfiable': row(416, 'InvalidRange', 'The range specified is invalid for the current size of the resource.'),
  'precondition-failed': row(412, 'ConditionNotMet', 'The condition specified using HTTP conditional header(s) is not met.'),
  'url-too-long': row(414, 'InvalidUri', badUri),
}

/** Its XML, which holds nothing that the client wrote. */
export const errorXml = ({ code, message }: Omit<Wire, 'status'>, requestId: string, now: number): string =>
  `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message.replace("'", '&apos;')}\nRequestId:${requestId}\nTime:${ticks(now)}</Message></Error>`

// To a tenth of a microsecond, as the service writes it.
const ticks = (now: number): string => new Date(now).toISOString().replace('Z', '0000Z')
