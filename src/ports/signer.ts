import type { AskedBy } from './command.ts'

/** A longer token is not verified: it would not fit into the headers of a request, with what else they hold. */
export const longestToken = 12 * 1024

/** Signs and verifies the tokens of a registry. One algorithm per key; the key is chosen by `kid` among our own, never from the token. */
export interface Signer {
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>
  /**
   * The claims of a token of up to `longestToken` characters whose signature is one of ours, whatever its age; undefined for anything else.
   * Verifies form, algorithm, key and type; claims are the caller's to judge.
   */
  verify(token: string): Promise<Readonly<Record<string, unknown>> | undefined>
  /** The public keys, as RFC 7517 has them. */
  keys(): Promise<{ keys: readonly Readonly<Record<string, unknown>>[] }>
  /** Makes a new key now; tokens of the old one stay good until they end, or at once not, when `revoke` is true. */
  rotate(options: { revoke: boolean } & AskedBy): Promise<void>
}

/** Each registry signs with keys of its own, and so does the directory. */
export interface Signers {
  of(owner: number): Signer
}

/** The owner of the directory's keys; registries' ids begin with 1. */
export const directoryKeys = 0
