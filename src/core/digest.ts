import { RegistryError } from './registry-error.ts'

declare const digest: unique symbol
/** A content digest in the one form that the registry accepts: `sha256:` + 64 or `sha512:` + 128 lower-case hex. */
export type Digest = string & { readonly [digest]: true }

/** With `string &` before it: any text but one that is known to be a digest. */
export interface NoDigest {
  readonly [digest]?: never
  readonly length: number
}

export const algorithms = ['sha256', 'sha512'] as const
export type Algorithm = (typeof algorithms)[number]

const form = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

export const isDigest = (text: string): text is Digest => form.test(text)

/** Reads a digest from outside. Fails with `digest-invalid`. OCI image-spec, descriptor.md "Digests". */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text
  throw new RegistryError('digest-invalid', 'invalid digest: expected sha256:<64 hex digits> or sha512:<128 hex digits>, in lower case', {
    digest: text.slice(0, 200),
  })
}

export const algorithmOf = (value: Digest): Algorithm => (value.startsWith('sha256:') ? 'sha256' : 'sha512')

/** Reads the name of an algorithm that a client asks for. Fails with `digest-invalid`. */
export function parseAlgorithm(text: string): Algorithm {
  if (text === 'sha256' || text === 'sha512') return text
  throw new RegistryError('digest-invalid', 'unsupported digest algorithm: expected sha256 or sha512', {
    algorithm: text.slice(0, 64),
  })
}

/** Puts an algorithm and lower-case hex together; the caller has computed the hex itself. */
export const digestOf = (algorithm: Algorithm, hex: string): Digest => `${algorithm}:${hex}` as Digest
