import type { AnyEvent, EventKind } from '#core/event.ts'
import type { Digest } from '#core/digest.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import type { Command } from './command.ts'

export type StoredEvent = AnyEvent & {
  /** Where it stands among all: what a reader goes on behind. Opaque. */
  place: string
  /** 0: it concerns no registry, or more than one. */
  registryId: number
  /** By the database's clock. */
  at: number
  /** Who did it, where that is known. */
  by: string | null
}

export interface TagPeriod {
  tag: string
  digest: Digest
  from: number
  /** Null: it still is. */
  until: number | null
  by: string | null
}

/**
 * What happened, written by what did it (store/command-traits.ts says of each command what it writes, or why nothing).
 * The promises are those of `metadata-store.ts`.
 */
export interface EventLogReads {
  /**
   * In the order in which their commands were committed, behind `after` ('' at the beginning): who goes on behind the last one that it was given misses
   * none. An event is seen when each command that may come before it has ended, so a little after its own.
   */
  events(query: { registryId?: number | undefined; after: string; limit: number }): Promise<StoredEvent[]>
  /** What a repository's tags stood for, or one of them: the newest first, at most `limit`. It outlives the tag and the repository. */
  tagHistory(registryId: number, name: RepositoryName, query: { tag?: Tag | undefined; limit: number }): Promise<TagPeriod[]>
}

export interface EventLogCommands {
  /** Of what changes nothing: a pull. Every other event is written by the command that it tells of, in its transaction. */
  noteEvents: Command<{ events: readonly (AnyEvent & { registryId: number; by: string | null })[] }, void>
  /** Takes up to `limit` of the oldest events, and of the oldest periods of tags that are over, from before then. Returns how many. */
  reapHistory: Command<{ before: number; limit: number }, number>
  /**
   * Takes up to `limit` of a registry's oldest events, and up to `limit` of its oldest periods of tags that are over, so that no more than
   * `most` of each stay. Returns how many.
   */
  boundHistory: Command<{ registryId: number; most: number; limit: number }, number>
}

export type { EventKind }
