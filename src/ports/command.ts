/** Who asked for a command, as the event that it writes tells it (event-log.ts). */
export interface AskedBy {
  askedBy?: string | undefined
}

/** One transaction: whole or not at all (`metadata-store.ts`). */
export type Command<Input, Output> = (input: Input & AskedBy) => Promise<Output>
