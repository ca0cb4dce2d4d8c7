import { type FailureDetail, RegistryError } from '#core/registry-error.ts'

/** Why the directory gives no token. A surface has the number, the words and the status of each. */
export const signInReasons = [
  'tenant-unknown',
  'instance-unknown',
  'url-unknown',
  'method-wrong',
  'parameter-missing',
  'parameter-repeated',
  'parameter-wrong',
  'grant-unsupported',
  'scope-invalid',
  'scope-not-default',
  'scope-of-several',
  'resource-unknown',
  'client-unknown',
  'client-disabled',
  'client-unproven',
  'client-secret-wrong',
  'client-secret-ended',
  'assertion-malformed',
  'assertion-certificate-unknown',
  'assertion-certificate-ended',
  'assertion-signature-wrong',
  'assertion-audience-wrong',
  'assertion-ended',
  'assertion-replayed',
  'password-wrong',
  'password-ended',
  'user-disabled',
  'too-many-attempts',
  'refresh-ended',
  'refresh-revoked',
  'refresh-of-another',
  'code-ended',
  'code-used',
  'code-of-another',
  'redirect-wrong',
  'redirect-differs',
  'response-type-unsupported',
  'challenge-missing',
  'verifier-wrong',
  'interaction-required',
  'device-pending',
  'device-refused',
  'device-ended',
  'device-unknown',
  'user-code-unknown',
  'form-stale',
] as const

export type SignInReason = (typeof signInReasons)[number]

/** @param detail fills the blanks of the surface's sentence: never a secret, and nothing that tells whether a user exists */
export class SignInRefused extends RegistryError {
  readonly reason: SignInReason

  constructor(reason: SignInReason, detail: FailureDetail = {}) {
    super(reason === 'too-many-attempts' ? 'too-many-requests' : 'unauthorized', `the directory gives no token: ${reason}`, {
      because: reason,
      ...detail,
    })
    this.name = 'SignInRefused'
    this.reason = reason
  }
}
