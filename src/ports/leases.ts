/**
 * How long a positive answer holds what it speaks of, and below which rest it is renewed. In milliseconds.
 *
 * Where one process writes, its clock is the only one. Where several servers do, the database's clock judges leases,
 * what is condemned and what has expired: it takes a caller's `now` as the point from which the caller's other times count
 * (store/command-times.ts). A server's own clock then only says whether a lease is due to be renewed, and may be off by `skew`.
 */
export interface LeaseTimes {
  length: number
  renewBelow: number
  /** For so long nothing is given up that an answer relied on, however little room there is. */
  promise: number
  /** By how much a server's clock may differ from the one that judges; 0 where they are one. */
  skew: number
}

/**
 * What is allowed where several servers write: their `skew`. A clock that is further off makes answers fail early or leases end early: the
 * store refuses to open for it, and each command once it has gone off (adapters/postgres/clocks.ts).
 */
export const allowedSkew = 60_000
