import { RegistryError } from '#core/registry-error.ts'
import { CorruptBlob, WriterOvertaken } from '#ports/blob-store.ts'

/** The store's condition does not hold: the key has bytes already, or others than it had. */
export class ConditionFailed extends Error {}
/** Two writers met at one key; the store took neither, and the same may be tried again. */
export class ConditionConflict extends Error {}
/** The unfinished upload is there no more: somebody made an object of it or broke it off. */
export class UploadGone extends Error {}
/** There is no object of that name. */
export class ObjectAbsent extends Error {}
/** A part is not the one that was sent. */
export class PartReplaced extends Error {}
/** What the store says that it has is not what was sent. Nothing was taken from it. */
export class Mangled extends RegistryError {
  constructor(message: string) {
    super('storage-failed', message)
  }
}

interface ServiceError {
  name?: string
  Code?: string | undefined
  code?: string | undefined
  $metadata?: { httpStatusCode?: number }
}

const tooMuch = new Set(['SlowDown', 'ServiceUnavailable', 'ThrottlingException', 'TooManyRequests', 'RequestLimitExceeded', 'ServerBusy'])
const notAllowed = new Set(['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken', 'Forbidden'])
const changedOnTheWay = new Set([
  'BadDigest',
  'InvalidDigest',
  'XAmzContentSHA256Mismatch',
  'IncompleteBody',
  'XAmzContentChecksumMismatch',
])
const full = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'InsufficientCapacity'])

export const isAbsent = (error: unknown): boolean => ['NoSuchKey', 'NotFound'].includes(nameOf(error)) && statusOf(error) === 404

export const isBeyondEnd = (error: unknown): boolean => nameOf(error) === 'InvalidRange' || statusOf(error) === 416

const nameOf = (error: unknown): string => {
  const { name = 'unknown', Code, code } = (error ?? {}) as ServiceError
  return Code ?? (name === 'Error' ? (code ?? name) : name)
}

const statusOf = (error: unknown): number | undefined => (error as ServiceError | undefined)?.$metadata?.httpStatusCode

// So Ceph says it of an upload that an object was made of.
const saysUsedUp = (error: unknown): boolean => /multipart completion is already in progress/.test(String((error as Error)?.message))

/** What the SDK threw after its tries, as the port's failures or those above. */
export function failureOf(error: unknown): Error {
  if (error instanceof RegistryError) return error
  const [name, status] = [nameOf(error), statusOf(error)]
  if (status === 412 || name === 'PreconditionFailed') return new ConditionFailed()
  if (name === 'ConditionalRequestConflict' || (status === 409 && name === 'OperationAborted')) return new ConditionConflict()
  if (name === 'NoSuchUpload' || saysUsedUp(error)) return new UploadGone()
  if (name === 'InvalidPart' || name === 'InvalidPartOrder') return new PartReplaced(name)
  if (changedOnTheWay.has(name)) return new Mangled('what arrived at the object store is not what was sent')
  const failed = (message: string) => Object.assign(new RegistryError('storage-failed', `${message} (${name})`), { cause: error })
  // The SDK gives an error that comes in an answer of 200 the status 503.
  if (name === 'InternalError') return failed('the object store failed')
  if (full.has(name) || status === 507)
    return new RegistryError('storage-full', 'the object store has no room: free some space and try again')
  if (tooMuch.has(name) || status === 429 || status === 503)
    return failed('the object store asks to be asked less often, try again in a moment')
  if (notAllowed.has(name) || status === 401 || status === 403) return failed('the object store refuses the credentials of this server')
  if (name === 'EntityTooSmall') return failed('the object store wants larger parts: a larger partSize is needed')
  if (name === 'NoSuchBucket') return failed('the object store has no such bucket')
  if (name === 'CredentialsProviderError') return failed('this server has found no credentials for the object store')
  if (name === 'TimeoutError' || name === 'AbortError' || name === 'RequestTimeout')
    return failed('the object store did not answer in time')
  if (status === undefined) return failed('the object store cannot be reached')
  return failed('the object store failed')
}

/** What a writer says of what came to it. */
export function portsFailureOf(error: unknown): Error {
  if (error instanceof UploadGone) return new WriterOvertaken('another writer went on with the key')
  if (error instanceof CorruptBlob || error instanceof ObjectAbsent)
    return new RegistryError('storage-failed', 'the object store has other bytes than were marked')
  if (error instanceof ConditionFailed || error instanceof ConditionConflict || error instanceof PartReplaced)
    return new RegistryError('storage-failed', 'another writer was at the same object: begin the upload again')
  return error as Error
}
