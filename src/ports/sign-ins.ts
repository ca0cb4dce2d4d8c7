import type { Command } from './command.ts'

/** A code, a device's question or a refresh token; known by the hash of what the client holds. */
export interface StoredSignIn {
  id: string
  kind: 'code' | 'device' | 'refresh'
  /** A device's second name: what the person types. */
  userCode: string | null
  /** Null until somebody answered. */
  principalId: string | null
  /** `used`: a code that was redeemed; `replaced`: a refresh token that another one stands for now. */
  state: 'asked' | 'granted' | 'refused' | 'used' | 'replaced'
  clientId: string
  /** Refresh tokens that came of one another end together, and the code that they came of knows it; null where there is none. */
  family: string | null
  details: Readonly<Record<string, unknown>>
  createdAt: number
  expiresAt: number
}

/** Sign-ins under way, and from where credentials were shown. The promises are those of `metadata-store.ts`. */
export interface SignInReads {
  signIn(id: string): Promise<StoredSignIn | undefined>
  signInByUserCode(userCode: string): Promise<StoredSignIn | undefined>
  /** When a credential was last shown from an address; undefined when it never was, or that was forgotten. */
  familiarAddress(credential: string, address: string): Promise<number | undefined>
}

export interface SignInCommands {
  /** `conflict` when another one has the id or the user code. */
  putSignIn: Command<{ signIn: StoredSignIn }, void>
  /** A device's question is answered, and its user code is free again. `not-found` when it was answered before or has ended. */
  answerSignIn: Command<{ id: string; now: number; answer: { principalId: string; details: StoredSignIn['details'] } | 'refused' }, void>
  /**
   * What was granted is used up, and the refresh token that it gives is there: once. It stays as `used` until `usedUntil`, or
   * goes at once (null). `used`: that happened before, and what it gave has ended now; `gone`: there is no such, or it has ended.
   */
  redeemSignIn: Command<
    { id: string; now: number; usedUntil: number | null; refreshToken: StoredSignIn | null },
    'redeemed' | 'used' | 'gone'
  >
  /**
   * Another refresh token takes its place; `details` become those of the one that is replaced. Gives its details as they
   * stand: of two at once, both get those of the first. Undefined when it is gone.
   */
  rotateRefreshToken: Command<{ id: string; details: StoredSignIn['details']; by: StoredSignIn }, StoredSignIn['details'] | undefined>
  /** All refresh tokens of a family end; those of a principal end with what ends its signing in (`putDirectoryObject`). */
  endSignIns: Command<{ family: string }, void>
  /** A credential was shown from an address: kept for the `most` seen last, and for what was seen after `since`. */
  noteAddress: Command<{ principalId: string; credential: string; address: string; now: number; since: number; most: number }, void>
  reapSignIns: Command<{ now: number; limit: number }, number>
}
