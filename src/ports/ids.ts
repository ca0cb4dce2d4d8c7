/** Chance, as an argument. */
export interface Ids {
  /** A new id that nobody can guess (UUID version 4). */
  next(): string
}
