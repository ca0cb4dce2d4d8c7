import type { MetadataCommands, MetadataReads } from '#ports/metadata-store.ts'
import type { SqlReader, SqlTransaction } from './transaction.ts'

/** A command of the metadata port, as a function of the transaction that it runs in. Throwing undoes it. */
export type Verb<Name extends keyof MetadataCommands> = (
  tx: SqlTransaction,
  input: Parameters<MetadataCommands[Name]>[0],
) => Promise<Awaited<ReturnType<MetadataCommands[Name]>>>

export type Read<Name extends keyof MetadataReads> = (
  db: SqlReader,
  ...input: Parameters<MetadataReads[Name]>
) => Promise<Awaited<ReturnType<MetadataReads[Name]>>>
