/** Time, as an argument. */
export interface Clock {
  /** Milliseconds since 1970 on the wall clock. It may jump. */
  now(): number
  /** Milliseconds since some start; never goes back, never jumps. */
  elapsed(): number
}
