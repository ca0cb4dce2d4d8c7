import type { LeaseTimes } from '#ports/leases.ts'

/** Not every answer is written down: one that comes so soon after another is covered by it. */
const unwritten = ({ promise }: LeaseTimes): number => promise / 12

/** Whether a lease must be renewed, by any clock that the servers may have. */
export const isShort = ({ renewBelow, skew }: LeaseTimes, { leaseUntil }: { leaseUntil: number }, now: number): boolean =>
  leaseUntil - (now + skew) < renewBelow

/** Whether an answer that a blob is there must be written before it is given. */
export const isDue = (lease: LeaseTimes, blob: { leaseUntil: number; reliedAt: number }, now: number): boolean =>
  isShort(lease, blob, now) || now + lease.skew - blob.reliedAt >= unwritten(lease) || blob.reliedAt > now + lease.skew

/** No answer within the promise relied on what was last written before. */
export const reliedBefore = (lease: LeaseTimes, now: number): number => now - lease.promise - unwritten(lease)

/** When something that was relied on then may be given up, in whole seconds from now. */
export const secondsHeld = (lease: LeaseTimes, reliedAt: number, now: number): number =>
  Math.max(1, Math.ceil((reliedAt - reliedBefore(lease, now)) / 1000))
