import type { Digest } from '#core/digest.ts'

/** How far a move of the registry is. Each of its two ends keeps this in the database itself, so that nothing relies on who moves it. */
export interface MoveMark {
  /** Of this move; both ends have the same. */
  id: string
  /**
   * At the old place: copying → paused (nothing is written before `until`) → moved, from which only a person leads back. At the new
   * one: arriving, and no mark when the registry has arrived.
   */
  phase: 'copying' | 'paused' | 'moved' | 'arriving'
  /** Milliseconds since 1970, by the database's clock. */
  until: number
  /** All rows were copied once; from then on what changed is enough. Of `arriving`. */
  copied: boolean
  /** For people, without secrets; null: the facts stay where they are. */
  toStore: string | null
  /** For people; null: the bytes of blobs stay where they are. */
  toBlobs: string | null
  /** What rows say of objects whose bytes are moved. */
  backend: string | null
  /** What they said before; null: the bytes stay where they are. */
  left: string | null
}

export type Value = string | number | Uint8Array | null
/** In the order of the table's columns. */
export type Row = readonly Value[]

export interface Table {
  name: string
  columns: readonly { name: string; type: 'text' | 'bytes' | 'number' }[]
  /** Places of the primary key's columns, in its order. */
  key: readonly number[]
}

/** What is another at the new place. */
export interface MoveShape {
  /** The bytes of blobs are copied: what belongs to the process that has them (uploads, bytes that wait to be deleted) stays behind. */
  bytes: boolean
  /** What rows of objects say of the store: of one that stays under another name, of whichever where `from` is not given. */
  backend: { from?: string; to: string } | undefined
}

export const asItIs: MoveShape = { bytes: false, backend: undefined }

export interface MovedObject {
  objectId: string
  digest: Digest
  size: number
  storageKey: string
  backend: string
  checksums: Uint8Array
}

/** What was changed while rows were copied, in pages; a key may come more than once. */
export interface ChangedKeys {
  table: string
  keys: readonly Row[]
}

/**
 * One end of a move: a database with the facts, opened for nothing else. Servers may be at work on the old one. One call at a time.
 * Fails with Refusal: `move-running` where somebody moves it already, `database-away`.
 */
export interface MoveEnd {
  /** For people, without secrets. */
  readonly name: string
  readonly schemaVersion: number
  mark(): Promise<MoveMark | undefined>
  putMark(mark: MoveMark): Promise<void>
  /** Nothing of the move is left. */
  forgetMove(): Promise<void>
  /** Parents before their children. */
  tables(): Promise<Table[]>
  /** How many rows the shape leaves of it. */
  count(table: Table, shape: MoveShape): Promise<number>
  /** Rows behind a key, as the shape has them; as many as fit into some megabytes. */
  page(table: Table, shape: MoveShape, after: Row | undefined): Promise<Row[]>
  rows(table: Table, shape: MoveShape, keys: readonly Row[]): Promise<Row[]>
  /** The highest number that each table has given out. */
  counters(): Promise<Record<string, number>>
  /** All of it or nothing. */
  write<Result>(work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/** What a registry leaves. */
export interface OldPlace extends MoveEnd {
  readonly objects: ObjectsToMove
  readonly leftStores: LeftStores
  openUploads(): Promise<number>
  /** From now on each change leaves its key. Done again, nothing is lost. */
  watch(mark: MoveMark): Promise<void>
  /** What is read inside is of one moment. */
  snapshot<Result>(work: () => Promise<Result>): Promise<Result>
  /** Inside a snapshot: what was changed before it and not forgotten yet. */
  changes(tables: readonly Table[]): AsyncIterable<ChangedKeys[]>
  /** Inside a snapshot: what `forgetChanges` is given after it. */
  horizon(): Promise<string>
  forgetChanges(horizon: string): Promise<void>
  /** Nothing is written from now on until `milliseconds` have passed; whoever was writing has ended. */
  pause(mark: MoveMark, milliseconds: number): Promise<MoveMark>
  /** Moved, if nothing was changed that was not forgotten and no object waits to be copied; else false, and nothing happens. */
  leave(mark: MoveMark): Promise<boolean>
  /**
   * The move was of bytes alone, and this server has the new store: rows name it from now on. None can be made that names the one that was
   * left: a server that goes on there, or begins again, writes nothing that nobody would find.
   */
  settleBytes(mark: MoveMark): Promise<void>
}

/** The objects of the old place, where bytes are moved. */
export interface ObjectsToMove {
  /** Whose bytes are not at the new place, in id order. */
  toCopy(query: { after: string; limit: number; to: string }): Promise<MovedObject[]>
  left(to: string): Promise<{ objects: number; bytes: number }>
  /** Whether its bytes should still be there. */
  stands(objectId: string): Promise<boolean>
  noteCopied(objects: readonly Pick<MovedObject, 'objectId' | 'storageKey'>[]): Promise<void>
  /** Copies of what has gone meanwhile, which nobody needs. */
  needlessCopies(): Promise<string[]>
}

/** Stores that bytes alone were moved from, and not back: no row of an object is made that names one. */
export interface LeftStores {
  names(): Promise<string[]>
  /** These and no others. Inside `write`. */
  put(names: readonly string[]): Promise<void>
}

/** What a registry comes to. */
export interface NewPlace extends MoveEnd {
  /** Takes an empty place for this move. */
  prepare(mark: MoveMark): Promise<void>
  isEmpty(): Promise<boolean>
  /** Of what was copied here before. */
  clear(tables: readonly Table[]): Promise<void>
  insert(table: Table, rows: readonly Row[]): Promise<void>
  remove(table: Table, keys: readonly Row[]): Promise<void>
  /** After many rows came. */
  lookAtRows(): Promise<void>
  raiseCounters(counters: Readonly<Record<string, number>>): Promise<void>
  /** Rows belong to rows that are there. */
  checkReferences(): Promise<void>
  /** They do so from now on. */
  restoreReferences(): Promise<void>
}
