/** What the machine counts by itself, whatever becomes of its wall clock. */
export interface Uptime {
  /** Another one after each start of the machine; null where the system has no name for it. */
  boot: string | null
  /** Milliseconds since the machine was started, its sleep included. */
  now(): number
}
