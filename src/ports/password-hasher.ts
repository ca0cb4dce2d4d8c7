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

/** Of no password, at the cost of today's hashes: what is compared for a user that there is not takes as long as for one that there is. */
export const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$yAJNxkRm7W1ILftrrfgoYg$6CiygWnXIBjw5Rq3SS3uiDgq48Uvrp7PC88lMs8BD6Y'
