export interface ControlEpochReads {
  /**
   * Another one after each command that changes rights, credentials, keys or settings, of whatever server: what was read of them stands while it is
   * the same. Only its being the same says anything.
   */
  controlEpoch(): Promise<number>
}
