import { RegistryError } from '#core/registry-error.ts'
import {
  ConditionConflict,
  ConditionFailed,
  isUntrusted,
  Mangled,
  PartReplaced,
  storeFailure,
  storeFull,
  unsupported,
  UploadGone,
} from '../bucket/failures.ts'

interface ServiceError {
  name?: string
  Code?: string | undefined
  code?: string | undefined
  $metadata?: { httpStatusCode?: number }
}

const tooMuch = new Set(['SlowDown', 'ServiceUnavailable', 'ThrottlingException', 'TooManyRequests', 'RequestLimitExceeded', 'ServerBusy'])
const notBelieved = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken'])
// The first as S3 says it of a request that was signed for another region.
const elsewhere = new Set(['AuthorizationHeaderMalformed', 'PermanentRedirect', 'TemporaryRedirect', 'IllegalLocationConstraintException'])
// Stores other than AWS's have several names for a header that they do not know.
const notKnown = new Set(['NotImplemented', 'InvalidArgument', 'InvalidRequest', 'UnsupportedArgument'])
const changedOnTheWay = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
  'XAmzContentChecksumMismatch',
])
const full = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'InsufficientCapacity'])
const late = new Set(['TimeoutError', 'AbortError', 'RequestTimeout'])

/** The store itself says so: whatever else answers 404 (a proxy that has lost the store, a bucket that is gone) says nothing of the object. */
export const isAbsent = (error: unknown): boolean => nameOf(error) === 'NoSuchKey' && statusOf(error) === 404

/** A HEAD has no body in which it could be said. */
export const mayBeAbsent = (error: unknown): boolean => nameOf(error) === 'NotFound' && statusOf(error) === 404

export const isBeyondEnd = (error: unknown): boolean => nameOf(error) === 'InvalidRange' || statusOf(error) === 416

const nameOf = (error: unknown): string => {
  const { name = 'unknown', Code, code } = (error ?? {}) as ServiceError
  return Code ?? (name === 'Error' ? (code ?? name) : name)
}

const statusOf = (error: unknown): number | undefined => (error as ServiceError | undefined)?.$metadata?.httpStatusCode

// So Ceph says it of an upload that an object was made of.
const saysUsedUp = (error: unknown): boolean => /multipart completion is already in progress/.test(String((error as Error)?.message))

// The SDK's own, which has no name: nothing was asked of anybody.
const lacksRegion = (error: unknown): boolean => (error as Error | undefined)?.message === 'Region is missing'

/** What the SDK threw after its tries, as the port's failures or those of a bucket. */
export function failureOf(error: unknown): Error {
  if (error instanceof RegistryError) return error
  const [name, status] = [nameOf(error), statusOf(error)]
  if (status === 412 || name === 'PreconditionFailed') return new ConditionFailed()
  if (name === 'ConditionalRequestConflict' || (status === 409 && name === 'OperationAborted')) return new ConditionConflict()
  if (name === 'NoSuchUpload' || saysUsedUp(error)) return new UploadGone()
  if (name === 'InvalidPart' || name === 'InvalidPartOrder') return new PartReplaced(name)
  if (changedOnTheWay.has(name)) return new Mangled()
  const failed = (what: Parameters<typeof storeFailure>[0]) => storeFailure(what, name, error)
  // The SDK gives an error that comes in an answer of 200 the status 503.
  if (name === 'InternalError') return failed('failed')
  if (full.has(name) || status === 507) return storeFull()
  if (tooMuch.has(name) || status === 429 || status === 503) return failed('busy')
  if (elsewhere.has(name) || status === 301 || lacksRegion(error)) return failed('region')
  if (status === 501 || (status === 400 && notKnown.has(name))) return unsupported(name, error)
  if (name === 'AccessDenied') return failed('forbidden')
  if (notBelieved.has(name) || status === 401 || status === 403) return failed('refused')
  if (name === 'EntityTooSmall') return failed('part-too-small')
  if (name === 'NoSuchBucket') return failed('no-bucket')
  if (name === 'CredentialsProviderError') return failed('no-credentials')
  if (late.has(name)) return failed('late')
  if (isUntrusted(name)) return failed('untrusted')
  return failed(status === undefined ? 'away' : 'failed')
}
