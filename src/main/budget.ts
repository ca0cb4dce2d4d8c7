import { systemClock } from '#adapters/system/clock.ts'
import { Refusal } from '#core/refusal.ts'
import { onlySeat, type Seat } from '#core/seat.ts'
import type { GateMemory } from '#http/gate-memory.ts'
import { Gate } from '#http/gate.ts'
import type { GateName, Gates } from '#http/place.ts'
import type { Config } from './settings.ts'

/** How much of each thing that a stranger can use up there is. */
export interface Budget {
  connections: number
  uploadFiles: number
  work: { most: number; mostOfOne: number }
  transfers: { most: number; mostOfOne: number }
  largeBodies: { most: number; mostOfOne: number }
  strangers: { most: number; mostOfOne: number }
  strangersBodies: { most: number; mostOfOne: number }
}

/** Descriptors for the database, the threads, the log, the control socket, syncs, scrub and what else runs beside. */
const reserve = 96
const fewest = 128
/** Below this the descriptors are the limit, and not the settings. */
export const enoughOpenFiles = 16_384
const longestLine = 4096

/**
 * What the settings allow, as far as the descriptors of the process carry it: half of them for connections, a quarter
 * for the files that pulls read, a quarter for those that uploads write (two each: one of them past the page cache).
 * Fails with Refusal `few-open-files`.
 */
export function budgetOf(config: Config, openFiles: number): Budget {
  if (openFiles < fewest) throw new Refusal('few-open-files', { allowed: openFiles, needed: fewest })
  const free = openFiles - reserve
  const readers = Math.floor(free / 8)
  const share = (most: number, mostOfOne: number) => ({ most, mostOfOne: Math.min(mostOfOne, Math.ceil(most * 0.75)) })
  const strangers = share(Math.min(config.maxUnauthenticated, readers), config.maxTransfersPerAddress)
  const transfers = share(Math.min(config.maxTransfers, readers), config.maxTransfersPerAddress)
  return {
    connections: Math.min(config.maxConnections, Math.floor(free / 2)),
    uploadFiles: Math.min(config.maxOpenUploads, Math.floor(free / 8)),
    work: share(config.maxRequests, config.maxRequestsPerAddress),
    transfers,
    // A manifest may have four times the memory that another transfer has, and hardly one has a tenth of it.
    largeBodies: share(Math.ceil(transfers.most / 8), transfers.mostOfOne),
    strangers,
    // What a stranger may send is small and comes with its request: few are waited for.
    strangersBodies: share(Math.ceil(strangers.most / 4), Math.ceil(strangers.most / 8)),
  }
}

/** Without `memory` those of one thread. */
export function gatesOf(
  budget: Budget,
  { maxWait: longestWait, slowClient: slowAfter }: Config,
  { seat = onlySeat, memory }: { seat?: Seat; memory?: Readonly<Record<GateName, GateMemory>> } = {},
): Gates {
  const gate = (name: GateName) => new Gate({ ...budget[name], longestLine, longestWait }, seat, memory?.[name], systemClock.elapsed)
  return {
    slowAfter,
    work: gate('work'),
    transfers: gate('transfers'),
    largeBodies: gate('largeBodies'),
    strangers: gate('strangers'),
    strangersBodies: gate('strangersBodies'),
  }
}
