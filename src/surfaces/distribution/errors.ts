import type { Failure } from '#core/registry-error.ts'

/**
 * Each failure on this wire: status, and the code of the OCI distribution-spec ("Error Codes") or, where ACR has its
 * own, ACR's. Clients decide by these whether they try again: 503 is tried again, 4xx is not.
 */
export const wire = {
  unauthorized: [401, 'UNAUTHORIZED'],
  denied: [403, 'DENIED'],
  'name-invalid': [400, 'NAME_INVALID'],
  'tag-invalid': [400, 'TAG_INVALID'],
  'digest-invalid': [400, 'DIGEST_INVALID'],
  'digest-mismatch': [400, 'DIGEST_INVALID'],
  'manifest-invalid': [400, 'MANIFEST_INVALID'],
  'manifest-too-large': [413, 'MANIFEST_INVALID'],
  'manifest-blob-unknown': [400, 'MANIFEST_BLOB_UNKNOWN'],
  'manifest-unknown': [404, 'MANIFEST_UNKNOWN'],
  'blob-unknown': [404, 'BLOB_UNKNOWN'],
  'blob-too-large': [413, 'SIZE_INVALID'],
  'name-unknown': [404, 'NAME_UNKNOWN'],
  'upload-unknown': [404, 'BLOB_UPLOAD_UNKNOWN'],
  'upload-invalid': [400, 'BLOB_UPLOAD_INVALID'],
  'range-invalid': [416, 'BLOB_UPLOAD_INVALID'],
  'range-unsatisfiable': [416, 'RANGE_INVALID'],
  'page-invalid': [400, 'PAGINATION_NUMBER_INVALID'],
  'size-invalid': [400, 'SIZE_INVALID'],
  'content-encoding-unsupported': [415, 'UNSUPPORTED'],
  'in-use': [405, 'UNSUPPORTED'],
  locked: [405, 'REGISTRY_DISALLOWED_OPERATION'],
  'quota-exceeded': [403, 'DENIED'],
  unsupported: [400, 'UNSUPPORTED'],
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

export const errorBody = (code: string, message: string, detail: unknown): string => JSON.stringify({ errors: [{ code, message, detail }] })
