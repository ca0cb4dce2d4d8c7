/** Keeps secrets that must be shown again: encrypted at rest under a key that is not in the database. */
export interface SecretBox {
  /** @param context binds the ciphertext to its place; `open` needs the same */
  seal(secret: string, context: string): string
  /** Fails when the ciphertext is not of this box, or was moved from another place. */
  open(sealed: string, context: string): string
}
