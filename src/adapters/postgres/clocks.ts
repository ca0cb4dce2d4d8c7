import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import { allowedSkew } from '#ports/leases.ts'

/** What this server's clock was when the database was asked for its own, that one, and what ours was when the answer was here. */
export interface Clocks {
  asked: number
  database: number
  answered: number
}

/** By how many milliseconds the two differ at least: at which moment in between the database looked is not known. */
export const differenceOf = ({ asked, database, answered }: Clocks): number => Math.max(0, asked - database, database - answered)

const isOff = (clocks: Clocks): boolean => differenceOf(clocks) > allowedSkew
const inSeconds = (clocks: Clocks) => ({ seconds: Math.round(differenceOf(clocks) / 1000), allowed: allowedSkew / 1000 })

/** Refuses to begin beside a database whose clock is another. */
export function refuseClock(clocks: Clocks): void {
  if (isOff(clocks)) throw new Refusal('clock-off', inSeconds(clocks))
}

/** Refuses a command once one of the clocks was set: a lease would end too early, or nothing would be renewed in time. */
export function failOffClock(clocks: Clocks): void {
  if (!isOff(clocks)) return
  const { seconds, allowed } = inSeconds(clocks)
  throw new RegistryError(
    'storage-failed',
    `the clocks of this server and of its database differ by ${seconds} s, and ${allowed} s are allowed: nothing is written until the wrong one is set right`,
  )
}
