import { RegistryError } from '#core/registry-error.ts'
import { BeyondEnd, ConditionFailed, isUntrusted, Mangled, ObjectAbsent, storeFailure, storeFull, UploadGone } from '../bucket/failures.ts'

/** What the SDK throws of an answer, or of none. */
interface ServiceError {
  name?: string
  message?: string
  code?: string | undefined
  statusCode?: number | undefined
  response?: { headers?: { get(name: string): string | undefined } }
}

const taken = new Set(['BlobAlreadyExists', 'ConditionNotMet', 'TargetConditionNotMet', 'UnauthorizedBlobOverwrite'])
const changedOnTheWay = new Set(['Md5Mismatch', 'Crc64Mismatch', 'InvalidMd5'])
const tooMuch = new Set(['ServerBusy', 'TooManyRequests'])
const late = new Set(['ETIMEDOUT', 'OperationTimedOut', 'AbortError'])
// A role, or a shared access signature, without what was asked.
const notPermitted = new Set(['AuthorizationPermissionMismatch', 'InsufficientAccountPermissions'])
// The SDK's own, before anything is sent.
const refusesPlainHttp = /^Bearer token authentication is not permitted/
const withoutToken = /^(?:Aggregate)?Authentication(?:Required)?Error$|^CredentialUnavailableError$/

/** What the SDK threw after its tries, as the port's failures or those of a bucket. Of what it says only the service's own name of it goes on: there may be signatures in the rest. */
export function failureOf(error: unknown): Error {
  if (error instanceof RegistryError) return error
  const { name = '', message = '', code, statusCode: status, response } = (error ?? {}) as ServiceError
  const told = response?.headers?.get('x-ms-error-code') ?? code ?? (name || 'unknown')
  if (status === 412 || taken.has(told)) return new ConditionFailed()
  if (told === 'InvalidBlockList') return new UploadGone()
  if (told === 'InvalidRange' || status === 416) return new BeyondEnd()
  if (changedOnTheWay.has(told)) return new Mangled()
  const request = response?.headers?.get('x-ms-request-id')
  const cause = request === undefined ? undefined : new Error(`the store's name of the request is ${request}`)
  const failed = (what: Parameters<typeof storeFailure>[0]) => storeFailure(what, told, cause)
  if (told === 'ContainerNotFound') return failed('no-bucket')
  // Whatever else answers 404, a proxy that has lost the store perhaps, says nothing of the blob.
  if (status === 404 && told === 'BlobNotFound') return new ObjectAbsent()
  if (status === 507) return storeFull()
  if (late.has(told) || late.has(name)) return failed('late')
  if (isUntrusted(told)) return failed('untrusted')
  if (tooMuch.has(told) || status === 429 || status === 503) return failed('busy')
  if (withoutToken.test(name)) return storeFailure('no-identity', name, undefined)
  if (refusesPlainHttp.test(message)) return storeFailure('plain-http', 'AZURE_STORAGE_KEY', undefined)
  if (notPermitted.has(told)) return failed('forbidden')
  if (status === 401 || status === 403) return failed('refused')
  return failed(status === undefined ? 'away' : 'failed')
}
