import { bellOf } from '#adapters/system/bell.ts'
import { type FiguresMemory, figuresMemory } from '#adapters/telemetry/request-figures.ts'
import { releaseWriteTurn, type WriteTurnMemory, writeTurnMemory } from '#adapters/telemetry/write-turn.ts'
import { type FilesMemory, filesMemory, releaseFiles } from '#app/distribution/file-counts.ts'
import { unleasedMemory } from '#app/distribution/unleased-answers.ts'
import { type LoginsMemory, loginsMemory, mostBuckets, releaseLogins } from '#app/tokens/rate-limits.ts'
import { onlySeat, type Seat } from '#core/seat.ts'
import { sharedWords } from '#core/shared-words.ts'
import { type BucketsMemory, bucketsMemory } from '#core/shared-buckets.ts'
import { type GateMemory, gateMemory, releaseGate } from '#http/gate-memory.ts'
import { type ConnectionsMemory, connectionsMemory, releaseConnections } from '#http/open-connections.ts'
import type { GateName } from '#http/place.ts'
import type { Budget } from './budget.ts'

/**
 * What the serving threads count together. It is made once, before the first of them, and given to each as it is; a thread
 * that takes a dead one's column goes on with it.
 */
export interface ServerMemory {
  readonly columns: number
  readonly bells: Int32Array
  readonly gates: Readonly<Record<GateName, GateMemory>>
  readonly connections: ConnectionsMemory
  readonly rates: BucketsMemory
  readonly logins: LoginsMemory
  readonly files: FilesMemory
  readonly figures: FiguresMemory
  readonly unleased: BigInt64Array
  readonly log: WriteTurnMemory
}

/** @param random 32 bits: clients cannot choose names that are counted together */
export function serverMemory(budget: Budget, { columns, random }: { columns: number; random: () => number }): ServerMemory {
  const gate = (name: GateName) => gateMemory(budget[name].most, { columns, seed: random() })
  return {
    columns,
    bells: sharedWords(columns),
    gates: {
      work: gate('work'),
      transfers: gate('transfers'),
      largeBodies: gate('largeBodies'),
      strangers: gate('strangers'),
      strangersBodies: gate('strangersBodies'),
    },
    connections: connectionsMemory(budget.connections, { columns, seed: random() }),
    rates: bucketsMemory(mostBuckets, random()),
    logins: loginsMemory({ columns, random }),
    files: filesMemory(budget.uploadFiles, { columns, seed: random() }),
    figures: figuresMemory(columns),
    unleased: unleasedMemory(),
    log: writeTurnMemory(),
  }
}

/** Standard error, to which all threads write. */
export const logDescriptor = 2

export const seatAt = ({ columns, bells }: ServerMemory, column: number): Seat =>
  columns === 1 ? onlySeat : { column, columns, bell: bellOf(bells, column) }

/** The thread of this column is dead: its places are free for the others. Before another thread gets the column. */
export function releaseColumn({ bells, gates, connections, logins, files, log }: ServerMemory, column: number): void {
  const bell = bellOf(bells, column)
  releaseConnections(connections, column)
  releaseLogins(logins, column)
  releaseFiles(files, column)
  releaseWriteTurn(log, column)
  for (const gate of Object.values(gates)) releaseGate(gate, column, bell)
}
