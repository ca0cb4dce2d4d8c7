/** One transaction: whole or not at all (`metadata-store.ts`). */
export type Command<Input, Output> = (input: Input) => Promise<Output>
