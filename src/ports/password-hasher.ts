/** Hashes what people choose. Slow by design; never on the serving thread. */
export interface PasswordHasher {
  /** A self-describing string with its salt and cost (PHC string format). */
  hash(password: string): Promise<string>
  /** Whether the password is the one behind the string; constant time. False for a string of another form. */
  verify(password: string, hash: string): Promise<boolean>
}
