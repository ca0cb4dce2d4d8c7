/** How long a positive answer holds what it speaks of, and below which rest it is renewed. In milliseconds. */
export interface LeaseTimes {
  length: number
  renewBelow: number
  /** For so long nothing is given up that an answer relied on, however little room there is. */
  promise: number
}
