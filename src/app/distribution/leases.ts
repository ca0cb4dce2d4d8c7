import type { LeaseTimes } from '#ports/leases.ts'

/** Not every answer is written down: one that comes so soon after another is covered by it. */
const unwritten = ({ promise }: LeaseTimes): number => promise / 12

/** Whether an answer that a blob is there must be written before it is given. */
export const isDue = (lease: LeaseTimes, { leaseUntil, reliedAt }: { leaseUntil: number; reliedAt: number }, now: number): boolean =>
  leaseUntil - now < lease.renewBelow || now - reliedAt >= unwritten(lease) || reliedAt > now

/** No answer within the promise relied on what was last written before. */
export const reliedBefore = (lease: LeaseTimes, now: number): number => now - lease.promise - unwritten(lease)

/** When something that was relied on then may be given up, in whole seconds from now. */
export const secondsHeld = (lease: LeaseTimes, reliedAt: number, now: number): number =>
  Math.max(1, Math.ceil((reliedAt - reliedBefore(lease, now)) / 1000))
