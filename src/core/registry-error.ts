// Every way in which a request can fail, named once. A surface translates each to its own status, code and body
// (`surfaces/<dialect>/errors.ts`); nothing else in the house knows a status.

/** Any request can meet these, whatever it is about. */
export const generalFailures = [
  'unauthorized',
  'denied',
  'address-refused',
  'origin-refused',
  'host-unknown',
  'not-found',
  'method-unsupported',
  'request-invalid',
  'size-invalid',
  'url-too-long',
  'content-encoding-unsupported',
  'expectation-failed',
  'version-unsupported',
  'not-implemented',
  'unsupported',
  'feature-unavailable',
  'too-many-requests',
  'overloaded',
  'storage-full',
  'storage-failed',
] as const

/** Of repositories, images and their bytes. */
export const contentFailures = [
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
  'blob-lost',
  'blob-too-large',
  'name-unknown',
  'upload-unknown',
  'upload-invalid',
  'range-invalid',
  'range-unsatisfiable',
  'locked',
  'quota-exceeded',
  'unreferenced-full',
] as const

/** Of what has a state that others change too, or comes in pages. */
export const stateFailures = ['page-invalid', 'in-use', 'parent-unknown', 'conflict', 'precondition-failed'] as const

export const failures = [...generalFailures, ...contentFailures, ...stateFailures] as const

export type Failure = (typeof failures)[number]

/** What a failure carries besides its name: JSON data only, never a secret, a path of the disk or a stack. */
export type FailureDetail = Readonly<Record<string, unknown>> & {
  /** Codes are a closed table: a failure that has one is made by `controlError` (control-error.ts). */
  readonly code?: never
}

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
