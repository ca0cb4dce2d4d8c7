/** A request that was answered, or broke off, for the log and the figures. */
export interface AnsweredRequest {
  readonly correlationId: string
  readonly method: string
  /** As it came. */
  readonly target: string
  readonly status: number
  readonly address: string
  /** What the log tells besides. Never a secret. */
  readonly log: Readonly<Record<string, string | undefined>>
  /** Bytes of body that came, and that went. */
  readonly received: number
  readonly sent: number
  /** Bytes that a front was told to send in our place. */
  readonly offloaded: number
  /** All of the answer was written. */
  readonly isWhole: boolean
  /** An error that nobody expected. */
  readonly unexpected: unknown
}
