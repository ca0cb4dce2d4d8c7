const longestCause = 500

/** A failure of what nobody asked for, as the log has it: with what the database or its driver said, which no client is told. */
export function loggedFailure(error: unknown): { error: string; cause?: string } {
  const { cause } = error as { cause?: unknown }
  return {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    ...(typeof cause === 'string' ? { cause: cause.slice(0, longestCause) } : {}),
  }
}
