import type { MetadataCommands, MetadataReads, MetadataStore } from '#ports/metadata-store.ts'
import type { Epochs } from '#store/epochs.ts'
import { KeptFacts, keptFacts } from '#store/kept-facts.ts'
import { isKept, KeptRows } from '#store/kept-rows.ts'
import { commands, reads } from '#store/verbs.ts'
import type { SqliteConnection } from './connection.ts'
import { FairTurns } from './fair-turns.ts'

export interface StoreParts {
  reader: SqliteConnection
  /** Raised by who runs the commands, before it answers them. */
  epochs: Epochs
  run: (name: keyof MetadataCommands, input: unknown) => Promise<unknown>
  close: () => Promise<void>
}

/** A store of a reading connection and a way to run commands, with what was read kept while its epoch stands. */
export function storeOf({ reader, epochs, run, close }: StoreParts): MetadataStore {
  // A proof costs nothing here: each read has its own.
  const asOneRequest: MetadataStore['asOneRequest'] = (work) => work()
  const store: Record<string, unknown> = { close, asOneRequest, skew: 0 }
  const facts = new KeptFacts(() => epochs.control())
  const rows = new KeptRows(epochs)
  const turns = new FairTurns()
  for (const name of Object.keys(commands) as (keyof MetadataCommands)[]) store[name] = (input: unknown) => run(name, input)
  for (const name of Object.keys(reads) as (keyof MetadataReads)[]) {
    const ask = reads[name] as (db: SqliteConnection, ...input: unknown[]) => Promise<unknown>
    const read = (input: readonly unknown[]) => turns.read(() => ask(reader, ...input))
    if (keptFacts.has(name)) store[name] = (...input: unknown[]) => facts.through(name, input, () => read(input))
    else if (isKept(name)) store[name] = (...input: unknown[]) => rows.through(name, input, () => read(input))
    else store[name] = (...input: unknown[]) => read(input)
  }
  return store as unknown as MetadataStore
}
