import type { Failure } from '#core/registry-error.ts'

/** What fails here, with the statuses and codes of `/v2/` (acr "Errors on the data plane"; docs/errors.md); nothing is pushed here. */
export const wire = {
  unauthorized: [401, 'UNAUTHORIZED'],
  denied: [403, 'DENIED'],
  'name-invalid': [404, 'NAME_INVALID'],
  'tag-invalid': [404, 'TAG_INVALID'],
  'digest-invalid': [404, 'DIGEST_INVALID'],
  'manifest-unknown': [404, 'MANIFEST_UNKNOWN'],
  'manifest-damaged': [404, 'MANIFEST_UNKNOWN'],
  'tag-unknown': [404, 'TAG_UNKNOWN'],
  'name-unknown': [404, 'NAME_UNKNOWN'],
  'page-invalid': [400, 'PAGINATION_NUMBER_INVALID'],
  locked: [405, 'REGISTRY_DISALLOWED_OPERATION'],
  'feature-unavailable': [404, 'FeatureNotAvailable'],
  'method-unsupported': [405, 'UNSUPPORTED'],
  'not-found': [404, 'NAME_UNKNOWN'],
  'request-invalid': [400, 'UNSUPPORTED'],
  'url-too-long': [414, 'UNSUPPORTED'],
  'precondition-failed': [412, 'PRECONDITION_FAILED'],
  'too-many-requests': [429, 'TOOMANYREQUESTS'],
} as const satisfies Partial<Record<Failure, readonly [status: number, code: string]>>

/** Whatever else happens is of the disk: a client may try again. */
export const wireOf = (failure: Failure): readonly [status: number, code: string] =>
  (wire as Partial<Record<Failure, readonly [number, string]>>)[failure] ?? [503, 'UNAVAILABLE']
