/**
 * Every way in which a request can fail, named once. A surface translates each to its own status, code and body
 * (`surfaces/<dialect>/errors.ts`); nothing else in the house knows a status.
 */
export const failures = [
  'unauthorized',
  'denied',
  'address-refused',
  'name-invalid',
  'tag-invalid',
  'digest-invalid',
  'digest-mismatch',
  'manifest-invalid',
  'manifest-too-large',
  'manifest-blob-unknown',
  'manifest-unknown',
  'manifest-damaged',
  'tag-unknown',
  'blob-unknown',
  'blob-too-large',
  'name-unknown',
  'upload-unknown',
  'upload-invalid',
  'range-invalid',
  'range-unsatisfiable',
  'page-invalid',
  'size-invalid',
  'content-encoding-unsupported',
  'url-too-long',
  'not-implemented',
  'version-unsupported',
  'expectation-failed',
  'origin-refused',
  'in-use',
  'locked',
  'quota-exceeded',
  'unreferenced-full',
  'unsupported',
  'feature-unavailable',
  'method-unsupported',
  'not-found',
  'request-invalid',
  'parent-unknown',
  'conflict',
  'precondition-failed',
  'host-unknown',
  'too-many-requests',
  'overloaded',
  'storage-full',
  'storage-failed',
] as const

export type Failure = (typeof failures)[number]

/** What a failure carries besides its name: JSON data only, never a secret, a path of the disk or a stack. */
export type FailureDetail = Readonly<Record<string, unknown>>

export class RegistryError extends Error {
  readonly failure: Failure
  readonly detail: FailureDetail

  /** @param message one English sentence that names what was wrong and, where it helps, what would be right */
  constructor(failure: Failure, message: string, detail: FailureDetail = {}) {
    super(message)
    this.name = 'RegistryError'
    this.failure = failure
    this.detail = detail
  }
}
