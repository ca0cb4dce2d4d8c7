import type { Command } from './command.ts'

export interface Installation {
  /** A word of ours under the key file: no other key opens it. */
  keyCheck: string
  /** The first registry was made once: whoever deletes it has it deleted. */
  begun: boolean
  /** The first owner, sealed, until somebody was told of it. */
  ownerSealed: string | null
  /** Somebody was shown the first passwords, or where they are. */
  passwordsShown: boolean
}

/**
 * When this data directory was last known to be at work. The wall clock may jump while nothing runs; what the machine
 * counts since it was started tells a jump from a rest.
 */
export interface TimeMark {
  /** Milliseconds since 1970. */
  wall: number
  /** Of the machine, in milliseconds. */
  uptime: number
  /** Another one after each start of the machine; null where the system has no name for it. */
  boot: string | null
  /** For how long collection must still rest, in milliseconds. */
  restLeft: number
}

/** What a data directory knows of itself. The promises are those of `metadata-store.ts`. */
export interface InstallationReads {
  /** Undefined: the directory has never come to its end of a first start. */
  installation(): Promise<Installation | undefined>
  timeMark(): Promise<TimeMark | undefined>
  /** Whether any object has a file of its own. */
  hasFiles(): Promise<boolean>
}

export interface InstallationCommands {
  putInstallation: Command<Installation, void>
  putTimeMark: Command<TimeMark, void>
  /**
   * The wall clock was wrong: what was written by it is given the length that it would have from `now` on. Open uploads
   * rest anew; a lease, a review, an end of a signing key that lies farther off than any can is brought near; what was
   * condemned, or begins to be good, in a future that was none is so now.
   */
  clockJumped: Command<{ from: number; now: number; lease: number; uploadLife: number; signingLife: number }, void>
}
