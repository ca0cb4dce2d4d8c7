import type { Command } from './command.ts'

export interface StoredSigningKey {
  kid: string
  registryId: number
  algorithm: 'ES256'
  publicJwk: string
  privateSealed: string
  createdAt: number
  /** Signs until then; verifies until `verifyUntil`. */
  signUntil: number
  verifyUntil: number
}

/** With what the tokens of a registry are signed. The promises are those of `metadata-store.ts`. */
export interface SigningKeyReads {
  signingKeys(registryId: number): Promise<StoredSigningKey[]>
}

export interface SigningKeyCommands {
  putSigningKey: Command<{ key: StoredSigningKey; revokeOthers: boolean; now: number }, void>
}
