/** What a move of the registry has to do, before it does anything. */
export interface MovePlan {
  /** For people, without secrets; null: it stays where it is. */
  store: { from: string; to: string } | null
  blobs: { from: string; to: string } | null
  /** A move that was begun before goes on. */
  goesOn: boolean
  rows: number
  /** By table. */
  tables: Readonly<Record<string, number>>
  /** Of blobs that lie in the store that they leave, and are not copied yet. */
  objects: number
  bytes: number
  /** Uploads under way, whose clients begin them again. */
  uploads: number
}

/** What was moved. */
export interface Moved extends MovePlan {
  id: string
  /** Objects that this run copied. */
  copied: number
  copiedBytes: number
  /** SHA-256 of each table's rows, in the order of their keys, the same at both ends before the last changes. */
  digests: Readonly<Record<string, string>>
  /** Rows of the last changes, compared one by one. */
  lastChanges: number
  /** For how long nothing was written, in milliseconds. */
  pause: number
  /** What the next start is given, as `NAME=value`. */
  settings: readonly string[]
}

/** What somebody who waits is told. */
export type MoveProgress =
  | { stage: 'objects'; done: number; of: number; bytes: number }
  | { stage: 'rows'; table: string; done: number; of: number }
  | { stage: 'changes'; rows: number }
  | { stage: 'compared'; tables: number; rows: number }
  | { stage: 'paused' }
  | { stage: 'moved'; milliseconds: number }
