import { RegistryError } from '#core/registry-error.ts'
import type { Certificate } from '#ports/certificates.ts'
import type { StoredSecret } from '#ports/directory.ts'
import type { Deps } from '../deps.ts'
import { checkedPassword } from './directory-names.ts'
import { hashOfSecret } from './credentials.ts'

export type Random = (bytes: number) => Uint8Array

/** How much of a client secret is shown again, so that people tell several apart. */
const hintLength = 3
/** Four groups of five: 116 bits, without what looks alike. */
const typeable = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** In the form of Entra's (`abc8Q~…`), which scanners of source code know: 276 random bits, 258 without the hint. */
export function makeClientSecret(random: Random): string {
  const body = Buffer.from(random(36)).toString('base64url').replaceAll('-', '.').slice(0, 46)
  return `${body.slice(0, hintLength)}8Q~${body.slice(hintLength)}`
}

/** A user's first password: strong, and typed without a mistake. */
export function makePassword(random: Random): string {
  const letters: string[] = []
  // Bytes at the end of the range are left out: each letter is as likely as any other.
  const fair = 256 - (256 % typeable.length)
  while (letters.length < 20) for (const byte of random(32)) if (byte < fair) letters.push(typeable.charAt(byte % typeable.length))
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join('')).join('-')
}

export interface Validity {
  startsAt: number
  /** Null: it does not end. */
  endsAt: number | null
}

export interface SecretOwner {
  objectId: string
  name: string | null
}

/** A new client secret: the text is told once and kept nowhere. Fails with `request-invalid` when it would be over before it begins. */
export function newClientSecret(
  { ids, random }: Pick<Deps, 'ids' | 'random'>,
  owner: SecretOwner,
  validity: Validity,
): { text: string; secret: StoredSecret } {
  const text = makeClientSecret(random)
  const secret = {
    ...owner,
    ...checkedValidity(validity),
    keyId: ids.next(),
    kind: 'password' as const,
    hash: hashOfSecret(text),
    hint: text.slice(0, hintLength),
    certificate: null,
  }
  return { text, secret }
}

/** What a user proves itself with. Fails with `request-invalid` for a password that is too weak. */
export async function newPassword(
  { ids, hasher, clock }: Pick<Deps, 'ids' | 'hasher' | 'clock'>,
  objectId: string,
  password: string,
): Promise<StoredSecret> {
  return {
    keyId: ids.next(),
    objectId,
    kind: 'password',
    name: null,
    hash: await hasher.hash(checkedPassword(password)),
    hint: null,
    certificate: null,
    startsAt: clock.now(),
    endsAt: null,
  }
}

/**
 * A certificate that an application signs with; only the certificate of the PEM is kept. It is good for as long as the
 * certificate itself is, or for less. Fails with `request-invalid`.
 */
export function newCertificate(
  { ids, certificates }: Pick<Deps, 'ids' | 'certificates'>,
  owner: SecretOwner & { keyId?: string },
  pem: string,
  within: Partial<Validity> = {},
): StoredSecret {
  const certificate = checkedCertificate(certificates.read(pem))
  const { notBefore, notAfter } = certificate
  return {
    objectId: owner.objectId,
    // As Graph names a certificate that nobody named.
    name: owner.name ?? certificate.subject?.slice(0, 256) ?? null,
    ...checkedValidity({
      startsAt: Math.max(notBefore, within.startsAt ?? notBefore),
      endsAt: Math.min(notAfter, within.endsAt ?? notAfter),
    }),
    keyId: owner.keyId ?? ids.next(),
    kind: 'certificate',
    hash: certificate.sha256,
    hint: null,
    certificate: certificate.pem,
  }
}

function checkedCertificate(certificate: Certificate | undefined): Certificate {
  if (!certificate) throw new RegistryError('request-invalid', 'the certificate could not be read: expected a PEM block "CERTIFICATE"')
  // Assertions are signed with RS256 or PS256.
  if (certificate.key.type !== 'rsa' || certificate.key.bits < 2048)
    throw new RegistryError('request-invalid', 'the key of the certificate must be RSA with 2048 bits or more')
  return certificate
}

function checkedValidity(validity: Validity): Validity {
  if (validity.endsAt !== null && validity.endsAt <= validity.startsAt)
    throw new RegistryError('request-invalid', 'a credential must end after it begins')
  return validity
}
