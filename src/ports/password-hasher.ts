/** Hashes what people choose. Slow by design; never on the serving thread. Each fails with `overloaded` when too many wait. */
export interface PasswordHasher {
  /** A self-describing string with its salt and cost (PHC string format). */
  hash(password: string): Promise<string>
  /**
   * Whether the password is the one behind the string; constant time. False for a string of another form.
   * @param options `known`: whoever asks has proved himself before, and goes before those who have not
   */
  verify(password: string, hash: string, options?: { known?: boolean }): Promise<boolean>
}
