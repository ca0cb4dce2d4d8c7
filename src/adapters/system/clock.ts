import type { Clock } from '#ports/clock.ts'

/** A thread counts from its own start: this makes one count of them for the whole process. */
const began = Number(process.hrtime.bigint()) / 1e6 - performance.now()

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => began + performance.now() }
