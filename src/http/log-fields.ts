/** What the log tells of a request besides its line and status. Never a secret. */
export type LogFields = {
  principal?: string
  repository?: string
  digest?: string
  failure?: string
  reason?: string
  /** What somebody whom this server asked said; for the log alone. */
  cause?: string
}
