import { createHash } from 'node:crypto'
import type { MoveProgress } from '#core/move.ts'
import { Refusal } from '#core/refusal.ts'
import {
  asItIs,
  type MoveEnd,
  type MoveMark,
  type MoveShape,
  type NewPlace,
  type OldPlace,
  type Row,
  type Table,
} from '#ports/facts-move.ts'
import type { Failpoint } from '#ports/failpoint.ts'

export interface FactsMove {
  old: OldPlace
  next: NewPlace
  shape: MoveShape
  signal: AbortSignal
  progress: (progress: MoveProgress) => void
  failpoint: Failpoint
}

/** All rows, as they are at one moment. What a run before this one copied is thrown away: what changed since would be missed. */
export async function copyFacts(move: FactsMove, mark: MoveMark): Promise<void> {
  const { old, next, shape, failpoint, progress } = move
  const tables = await old.tables()
  const horizon = await old.snapshot(async () => {
    await next.write(() => next.clear(tables))
    for (const table of tables) {
      const of = await old.count(table, shape)
      let done = 0
      for await (const rows of pages(move, old, table, shape)) {
        await next.write(() => next.insert(table, rows))
        failpoint('move.page.after-commit')
        done += rows.length
        progress({ stage: 'rows', table: table.name, done, of })
      }
    }
    return old.horizon()
  })
  await next.lookAtRows()
  await next.putMark({ ...mark, phase: 'arriving', copied: true })
  failpoint('move.copy.after-commit')
  await old.forgetChanges(horizon)
}

async function* pages({ signal }: Pick<FactsMove, 'signal'>, end: MoveEnd, table: Table, shape: MoveShape): AsyncIterable<Row[]> {
  for (let after: Row | undefined; ; ) {
    if (signal.aborted) throw new Refusal('move-interrupted')
    const rows = await end.page(table, shape, after)
    const last = rows.at(-1)
    if (!last) return
    yield rows
    after = keyIn(table, last)
  }
}

/**
 * Brings the new place to one moment of the old one: rows whose keys were changed are taken away, then put there as they are. Returns how
 * many keys that were. Done again it changes nothing. With `digests` all rows of both ends are compared at that moment, with `compare`
 * those that were changed.
 */
export async function catchUp(
  move: FactsMove,
  { digests = false, compare = false }: { digests?: boolean; compare?: boolean } = {},
): Promise<{ changed: number; digests: Record<string, string> }> {
  const { old, next, shape, failpoint, progress } = move
  const tables = await old.tables()
  const byName = new Map(tables.map((table) => [table.name, table]))
  const eachChange = async (work: (table: Table, keys: readonly Row[]) => Promise<void>) => {
    for await (const changes of old.changes(tables))
      for (const { table, keys } of changes) {
        const known = byName.get(table)
        if (known) await work(known, keys)
      }
  }
  let changed = 0
  const found: Record<string, string> = {}
  const horizon = await old.snapshot(async () => {
    await next.write(async () => {
      // All of them first: what has a name that another had before would meet it.
      await eachChange((table, keys) => next.remove(table, keys))
      await eachChange(async (table, keys) => {
        changed += keys.length
        const rows = await old.rows(table, shape, keys)
        await next.remove(table, keys)
        await next.insert(table, rows)
        if (compare) await same(move, table, rows, keys)
      })
    })
    failpoint('move.round.after-commit')
    if (changed > 0) progress({ stage: 'changes', rows: changed })
    if (digests) Object.assign(found, await compareAll(move, tables))
    return old.horizon()
  })
  await old.forgetChanges(horizon)
  return { changed, digests: found }
}

const keyIn = ({ key }: Table, row: Row): Row => key.map((place) => row[place] ?? null)

/** What lies at the new place is what the old one has. */
async function same({ old, next }: FactsMove, table: Table, rows: readonly Row[], keys: readonly Row[]): Promise<void> {
  const there = await next.rows(table, asItIs, keys)
  const inOrder = (all: readonly Row[]) => all.map(written).sort().join('\n')
  if (inOrder(there) !== inOrder(rows)) throw new Refusal('move-differs', { what: table.name, from: old.name, to: next.name })
}

async function compareAll(move: FactsMove, tables: readonly Table[]): Promise<Record<string, string>> {
  const { old, next, shape, progress } = move
  const digests: Record<string, string> = {}
  let rows = 0
  for (const table of tables) {
    const [here, there] = [await digestOf(move, old, table, shape), await digestOf(move, next, table, asItIs)]
    if (here.digest !== there.digest || here.rows !== there.rows)
      throw new Refusal('move-differs', { what: table.name, from: old.name, to: next.name })
    digests[table.name] = here.digest
    rows += here.rows
  }
  progress({ stage: 'compared', tables: tables.length, rows })
  return digests
}

async function digestOf(move: FactsMove, end: MoveEnd, table: Table, shape: MoveShape): Promise<{ digest: string; rows: number }> {
  const hash = createHash('sha256')
  let count = 0
  for await (const rows of pages(move, end, table, shape)) {
    for (const row of rows) hash.update(written(row)).update('\n')
    count += rows.length
  }
  return { digest: hash.digest('hex'), rows: count }
}

/** A row as a text that no other row has. */
const written = (row: Row): string => JSON.stringify(row.map((value) => (value instanceof Uint8Array ? { bytes: value.toHex() } : value)))

/** How many rows each table has, at both ends the same. */
export async function compareCounts({ old, next, shape }: FactsMove): Promise<void> {
  for (const table of await old.tables())
    if ((await old.count(table, shape)) !== (await next.count(table, asItIs)))
      throw new Refusal('move-differs', { what: table.name, from: old.name, to: next.name })
}
