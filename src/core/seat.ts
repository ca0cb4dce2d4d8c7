/** Wakes threads of this process: what is rung is heard soon, and several rings may be heard as one. */
export interface Bell {
  ring(column: number): void
  onRing(listener: () => void): void
}

/** Which of the threads that share something this one is. */
export interface Seat {
  readonly column: number
  readonly columns: number
  readonly bell: Bell
}

/** Of the one thread where there are no others. */
export const onlySeat: Seat = { column: 0, columns: 1, bell: { ring: () => {}, onRing: () => {} } }
