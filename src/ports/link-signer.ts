/** Signs what we let out of our hands and take back from anybody. Nobody without the deployment's key can make a signature. */
export interface LinkSigner {
  /** Letters, digits, `-` and `_`. */
  sign(text: string): string
  /** Whether the signature is ours and of exactly this text. Takes as long for a wrong one as for the right one. */
  verify(text: string, signature: string): boolean
}
