import { RegistryError } from '#core/registry-error.ts'
import { CorruptBlob, WriterOvertaken } from '#ports/blob-store.ts'

const sentences = {
  failed: 'the object store failed',
  busy: 'the object store asks to be asked less often, try again in a moment',
  refused: 'the object store refuses the credentials of this server',
  forbidden: 'the object store knows this server and does not let it do what it has to: its key or role lacks a permission',
  region: 'the object store wants the region of the bucket named as it knows it: region in the URL of the bucket, or AWS_REGION',
  'no-credentials':
    'this server has found no credentials for the object store: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role give them',
  'no-identity':
    'this server has found no credentials for the object store: LONGSHORE_BLOBS_KEY_FILE, AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or an identity gives them',
  'plain-http':
    'this server has no key for the object store, and the tokens of an identity go over https alone: name a key, or an endpoint of https',
  'no-bucket': 'the object store has no such bucket',
  'part-too-small': 'the object store wants larger parts: a larger partSize is needed',
  late: 'the object store did not answer in time',
  away: 'the object store cannot be reached',
  untrusted: 'the object store shows a certificate that is not trusted: NODE_EXTRA_CA_CERTS names a file with its authority',
} as const

/** As OpenSSL and Node say it of a certificate. */
const untrusted =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]*(?:CERT|ISSUER|LEAF|SIGNATURE)[A-Z_]*|CERT_[A-Z_]+|ERR_TLS_CERT_[A-Z_]+)$/
export const isUntrusted = (code: string): boolean => untrusted.test(code)

/** The store's condition does not hold: the key has bytes already, or others than it had. */
export class ConditionFailed extends Error {}
/** Two writers met at one key; the store took neither, and the same may be tried again. */
export class ConditionConflict extends Error {}
/** The unfinished upload is there no more: somebody made an object of it or broke it off. */
export class UploadGone extends Error {}
/** There is no object of that name. */
export class ObjectAbsent extends Error {}
/** Something says that there is nothing, and it may be the store. */
export class AbsentPerhaps extends RegistryError {
  constructor() {
    super('storage-failed', `${sentences.failed} (NotFound)`)
  }
}
/** The store does not know what a request asks it to do beside what it is for, as obeying a condition, and did nothing. */
export class Unsupported extends RegistryError {}
/** The object ends before what was asked for. */
export class BeyondEnd extends Error {}
/** A part is not the one that was sent. */
export class PartReplaced extends Error {}
/** What the store says that it has is not what was sent. Nothing was taken from it. */
export class Mangled extends RegistryError {
  constructor(message = 'what arrived at the object store is not what was sent') {
    super('storage-failed', message)
  }
}

// As stores name their failures; what else one says there is not told on.
const nameForm = /^[A-Za-z0-9_.-]{1,64}$/

/** What an operator is told of a store that did not do as it was asked. @param name the store's own of it */
export const storeFailure = (what: keyof typeof sentences, name: string, cause: unknown): RegistryError =>
  Object.assign(new RegistryError('storage-failed', told(what, name)), { cause })

export const unsupported = (name: string, cause: unknown): Unsupported =>
  Object.assign(new Unsupported('storage-failed', told('failed', name)), { cause })

const told = (what: keyof typeof sentences, name: string): string => `${sentences[what]} (${nameForm.test(name) ? name : 'unknown'})`

export const linksFailure = (): RegistryError =>
  new RegistryError(
    'storage-failed',
    'a link that this server signed gives nothing there: is its region the one of the bucket, and may its key sign links?',
  )

export const storeFull = (): RegistryError =>
  new RegistryError('storage-full', 'the object store has no room: free some space and try again')

/** What a writer says of what came to it. */
export function portsFailureOf(error: unknown): Error {
  if (error instanceof UploadGone) return new WriterOvertaken('another writer went on with the key')
  if (error instanceof CorruptBlob || error instanceof ObjectAbsent)
    return new RegistryError('storage-failed', 'the object store has other bytes than were marked')
  if (error instanceof ConditionFailed || error instanceof ConditionConflict || error instanceof PartReplaced)
    return new RegistryError('storage-failed', 'another writer was at the same object: begin the upload again')
  return error as Error
}
