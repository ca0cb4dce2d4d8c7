import type { Change } from '#store/command-traits.ts'
import type { Changed, Epochs } from '#store/epochs.ts'
import type { Connections } from './connections.ts'
import { pruneLock } from './locks.ts'
import type { Standing } from './standing.ts'

/** In one read; with more than these everything may as well have changed. */
const mostChanges = 1000
const pruned = 'pruned'

const whatChanged: ReadonlySet<string> = new Set<Change>(['control', 'repository', 'digest', 'manifests', 'links'])

/**
 * The end of a command's transaction. Of one that took no row for itself there is nothing to tell.
 * @returns one message: what it changed is written without a way to the database of its own
 */
export function commitTelling(changed: readonly Changed[]): string {
  if (changed.length === 0) return 'COMMIT'
  const rows = changed.map(({ what, hash }) => `('${what}', ${hash})`).join(', ')
  return `INSERT INTO change_log (what, hash) SELECT told.* FROM (VALUES ${rows}) AS told WHERE pg_current_xact_id_if_assigned() IS NOT NULL; COMMIT`
}

export interface Seen {
  /** `xmin:xmax:xid,…`: which transactions the last read saw. */
  snapshot: string
  /** A database that began anew, or another one in its place, may have lost what was seen. */
  incarnation: string
}

interface ReadRow extends Seen {
  changes: string | null
}

/**
 * What all servers changed, in the order in which it can be seen. A sequence or a counter would be given out before its COMMIT; a row of a counter
 * would be held until then by one writer after the other. So each read gives the database the snapshot of the one before, and is
 * told the changes of just those transactions that this one sees and that one did not.
 */
export class ChangeLog {
  readonly #standing: Pick<Standing, 'ask'>
  readonly #epochs: Epochs
  readonly #begun: () => Promise<unknown>
  #seen: Seen | undefined

  /** @param begun what a database is told that was not seen before, or began anew */
  constructor(standing: Pick<Standing, 'ask'>, epochs: Epochs, begun: () => Promise<unknown> = async () => {}) {
    this.#standing = standing
    this.#epochs = epochs
    this.#begun = begun
  }

  /** Which transactions have been told of; undefined before the first read. */
  get seen(): Seen | undefined {
    return this.#seen
  }

  /** Raises the epochs of what was changed by commands that were answered before it was asked. One read after the other. */
  async read(): Promise<void> {
    const before = this.#seen
    const row = await this.#standing.ask<ReadRow>(readColumns, [before?.snapshot ?? null])
    const { snapshot, incarnation } = row
    const changes = (row.changes ?? '').split(',').filter((each) => each !== '')
    const told = changes.map(changedOf)
    const missed = changes.length > mostChanges || told.some((each) => each === undefined || mayMiss(before, each))
    const isAnother = before?.incarnation !== incarnation
    if (isAnother) await this.#begun()
    if (isAnother || missed) this.#epochs.raiseAll()
    else this.#epochs.raise(told.filter((each) => each !== undefined && each.what !== pruned) as Changed[])
    this.#seen = { snapshot, incarnation }
  }
}

const foreignAtOnce = 10_000

/**
 * Events that came out of a dump may have numbers that this database has yet to give out, and would not be seen until then: they come before
 * all that happens here. Each registry's index is asked; where there are none, nothing is written.
 */
export async function adoptEvents(connections: Pick<Connections, 'query'>): Promise<void> {
  while ((await connections.query(adopted)).rowCount === foreignAtOnce);
}

/** Takes away what whoever has read since then was told. At one server at a time; another one does nothing, nor does one on another database than was seen. */
export const prunes = ({ snapshot, incarnation: seen }: Seen): [sql: string, values: unknown[]] => [
  pruneText,
  [snapshot, pruneLock, boundsOf(snapshot).xmax.toString(), pruned, seen],
]

type Told = Changed | { what: typeof pruned; upTo: bigint }

/** Undefined: it is of a newer server, and says something that this one does not know. */
function changedOf(text: string): Told | undefined {
  const [what = '', number = ''] = text.split(' ')
  if (what === pruned) return { what, upTo: BigInt(number) }
  return whatChanged.has(what) ? { what: what as Change, hash: Number(number) } : undefined
}

/** Each snapshot in which the row of a pruning is seen ends behind what it took: who read before that one may have missed it. */
const mayMiss = (before: Seen | undefined, told: Told): boolean =>
  'upTo' in told && (!before || boundsOf(before.snapshot).xmax <= told.upTo)

function boundsOf(snapshot: string): { xmax: bigint } {
  const [, xmax = '0'] = snapshot.split(':')
  return { xmax: BigInt(xmax) }
}

// Neither a restore into another database of the same name nor a start leaves all as they are; nor does a process of the database that is killed:
// then it begins anew without a start, forgets its statistics, and gives numbers of transactions that were seen to others.
const incarnation = `concat_ws(' ', pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time(),
  (SELECT oid FROM pg_database WHERE datname = current_database()))`

// What is seen has a number that was given out. Others came out of a dump, with the numbers of the database that it was made of.
const isOurs = 'xid < pg_snapshot_xmax(pg_current_snapshot())'

// In one statement, so of one snapshot: which it is, and what it shows. In order, so that the index is used whatever the table looks like.
const readColumns = `pg_current_snapshot()::text AS snapshot, ${incarnation} AS incarnation,
  (SELECT string_agg(what || ' ' || hash, ',') FROM (
    SELECT what, hash FROM change_log
    WHERE xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $1::pg_snapshot) AND ${isOurs} ORDER BY xid LIMIT ${mostChanges + 1}) AS new) AS changes`

const adopted = `UPDATE event SET xid = 0 WHERE seq IN (
  SELECT event.seq FROM registry JOIN event ON event.registry_id = registry.id
  WHERE event.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint LIMIT ${foreignAtOnce})`

const pruneText = `WITH alone AS MATERIALIZED (SELECT 1 WHERE ${incarnation} = $5 AND pg_try_advisory_xact_lock($2)),
  gone AS (DELETE FROM change_log WHERE EXISTS (SELECT 1 FROM alone) AND xid < pg_snapshot_xmax($1::pg_snapshot)
    AND pg_visible_in_snapshot(xid, $1::pg_snapshot) AND what <> $4 RETURNING 1),
  earlier AS (DELETE FROM change_log WHERE what = $4 AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND EXISTS (SELECT 1 FROM gone))
  INSERT INTO change_log (what, hash) SELECT $4, GREATEST($3::bigint, (SELECT MAX(hash) FROM change_log WHERE what = $4 AND ${isOurs}))
  WHERE EXISTS (SELECT 1 FROM gone)`
