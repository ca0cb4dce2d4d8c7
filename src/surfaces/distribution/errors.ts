import type { Failure } from '#core/registry-error.ts'

/**
 * Each failure on this wire: status, and the code of the OCI distribution-spec ("Error Codes") or, where ACR has its
 * own, ACR's. Clients decide by these whether they try again: 503 is tried again, 4xx is not.
 */
export const wire = {
  unauthorized: [401, 'UNAUTHORIZED'],
  denied: [403, 'DENIED'],
  'address-refused': [403, 'DENIED'],
  'name-invalid': [400, 'NAME_INVALID'],
  'tag-invalid': [400, 'TAG_INVALID'],
  'digest-invalid': [400, 'DIGEST_INVALID'],
  'digest-mismatch': [400, 'DIGEST_INVALID'],
  'manifest-invalid': [400, 'MANIFEST_INVALID'],
  'manifest-too-large': [413, 'MANIFEST_INVALID'],
  'manifest-blob-unknown': [400, 'MANIFEST_BLOB_UNKNOWN'],
  'manifest-unknown': [404, 'MANIFEST_UNKNOWN'],
  'manifest-damaged': [404, 'MANIFEST_UNKNOWN'],
  'tag-unknown': [404, 'TAG_UNKNOWN'],
  'blob-unknown': [404, 'BLOB_UNKNOWN'],
  'blob-lost': [404, 'BLOB_UNKNOWN'],
  'blob-too-large': [413, 'SIZE_INVALID'],
  'name-unknown': [404, 'NAME_UNKNOWN'],
  'upload-unknown': [404, 'BLOB_UPLOAD_UNKNOWN'],
  'upload-invalid': [400, 'BLOB_UPLOAD_INVALID'],
  'range-invalid': [416, 'BLOB_UPLOAD_INVALID'],
  'range-unsatisfiable': [416, 'RANGE_INVALID'],
  'page-invalid': [400, 'PAGINATION_NUMBER_INVALID'],
  'size-invalid': [400, 'SIZE_INVALID'],
  'content-encoding-unsupported': [415, 'UNSUPPORTED'],
  'url-too-long': [414, 'UNSUPPORTED'],
  'not-implemented': [501, 'UNSUPPORTED'],
  'version-unsupported': [505, 'UNSUPPORTED'],
  'expectation-failed': [417, 'UNSUPPORTED'],
  'origin-refused': [403, 'DENIED'],
  'in-use': [405, 'UNSUPPORTED'],
  locked: [405, 'REGISTRY_DISALLOWED_OPERATION'],
  'quota-exceeded': [405, 'REGISTRY_DISALLOWED_OPERATION'],
  'unreferenced-full': [503, 'UNAVAILABLE'],
  unsupported: [400, 'UNSUPPORTED'],
  'feature-unavailable': [404, 'FeatureNotAvailable'],
  'method-unsupported': [405, 'UNSUPPORTED'],
  'not-found': [404, 'NAME_UNKNOWN'],
  'request-invalid': [400, 'UNSUPPORTED'],
  'parent-unknown': [404, 'NAME_UNKNOWN'],
  conflict: [409, 'CONFLICT'],
  'precondition-failed': [412, 'PRECONDITION_FAILED'],
  'host-unknown': [421, 'UNSUPPORTED'],
  'too-many-requests': [429, 'TOOMANYREQUESTS'],
  overloaded: [503, 'UNAVAILABLE'],
  'storage-full': [503, 'UNAVAILABLE'],
  'storage-failed': [503, 'UNAVAILABLE'],
} as const satisfies Record<Failure, readonly [status: number, code: string]>

const ofNames: ReadonlySet<Failure> = new Set(['name-invalid', 'tag-invalid'])

/**
 * Under a name that none can have nothing is: read or deleted it is not found. az tries a 400 again for 16 seconds, a 404
 * never. A digest that is none stays 400, as OCI's own suite asks for it.
 */
export const answered = (failure: Failure, method: string): readonly [status: number, code: string] =>
  ofNames.has(failure) && ['GET', 'HEAD', 'DELETE'].includes(method) ? [404, wire[failure][1]] : wire[failure]
