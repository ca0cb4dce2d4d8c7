import type { Command } from './command.ts'

export interface StoredCredential {
  id: string
  registryId: number
  principalId: string
  principalName: string
  /** `token`: a password of a token of the registry; its principal is the token's resource. */
  kind: 'admin' | 'token'
  slot: 'password' | 'password1' | 'password2'
  /** SHA-256 of the secret, in hex: its 256 random bits need no slow hash. */
  secretHash: string
  /** The secret itself under the key file, because `credential show` shows it again; null for a token's. */
  secretSealed: string | null
  createdAt: number
  /** Null: it does not end. */
  expiresAt: number | null
  /** Grows with each renewal; tokens carry it. */
  version: number
}

export interface CredentialReads {
  /** The admin user's. */
  credentials(registryId: number): Promise<StoredCredential[]>
  credentialsOf(registryId: number, principalId: string): Promise<StoredCredential[]>
  credential(id: string): Promise<StoredCredential | undefined>
}

export interface CredentialCommands {
  /** `not-found` when the token is not there. */
  putCredential: Command<Omit<StoredCredential, 'version'>, { version: number }>
}

/**
 * What the admin user and the tokens of a registry prove themselves with.
 * Its promises are those of `metadata-store.ts`.
 */
export interface Credentials extends CredentialReads, CredentialCommands {}
