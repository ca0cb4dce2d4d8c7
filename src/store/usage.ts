import { storageExhausted, unreferencedFull } from '#core/disallowed.ts'
import { lacksRoom } from '#core/storage-room.ts'
import type { Usage } from '#ports/usage.ts'
import { usedWithoutDraining } from './draining-bytes.ts'
import type { SqlReader, SqlTransaction, UsageChange } from './transaction.ts'

const counters = ['used', 'unreferenced', 'pending', 'reserved', 'condemned'] as const

/** Adds to the counters of a registry, in the transaction of the rows that they count; `settleUsage` writes them. */
export function changeUsage(tx: SqlTransaction, registryId: number, change: UsageChange): void {
  const sum = tx.usageChanges.get(registryId) ?? {}
  for (const name of counters) if (change[name]) sum[name] = (sum[name] ?? 0) + change[name]
  if (change.needsRoom) sum.needsRoom = true
  if (change.asked) sum.asked = (sum.asked ?? 0) + change.asked
  if (change.areThere) sum.areThere = true
  tx.usageChanges.set(registryId, sum)
}

/**
 * The last that a command writes: rows that many commands share are held for a moment only. A registry's usage is the sum of
 * its slots, one of which may be below zero.
 * The limit counts what is named and what uploads hold a place for: a command that makes that grow beyond it fails with
 * `quota-exceeded`, one that brings bytes where none can lie with `unreferenced-full`.
 */
export async function settleUsage(tx: SqlTransaction): Promise<void> {
  const changes = [...tx.usageChanges].sort(([a], [b]) => a - b)
  tx.usageChanges.clear()
  for (const [registryId, change] of changes) {
    const net = (change.used ?? 0) + (change.reserved ?? 0)
    const more = change.areThere ? 0 : Math.max(net, change.asked ?? 0)
    const limit = more > 0 || change.needsRoom ? await limitOf(tx, registryId, more) : null
    await add(tx, registryId, change)
    if (limit !== null) await check(tx, registryId, { limit, net, more, needsRoom: change.needsRoom === true })
  }
}

/** Far from the limit nobody waits; near it one decides after the other, each seeing what the ones before have added. */
async function limitOf(tx: SqlTransaction, registryId: number, more: number): Promise<number | null> {
  const { limit, used, reserved } = await usageOf(tx, registryId)
  if (limit === null) return null
  const margin = Math.max(64 * more, limit / 16)
  if (used + reserved + margin > limit)
    await tx.get(`SELECT registry_id FROM storage_limit WHERE registry_id = ?${tx.forUpdate}`, registryId)
  return limit
}

async function add(tx: SqlTransaction, registryId: number, change: UsageChange): Promise<void> {
  const values = counters.map((name) => change[name] ?? 0)
  if (values.every((value) => value === 0)) return
  const slot = tx.usageSlots === 1 ? 0 : (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % tx.usageSlots
  await tx.run(
    `INSERT INTO usage (registry_id, slot, ${counters.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (registry_id, slot) DO UPDATE SET ${counters.map((name) => `${name} = usage.${name} + excluded.${name}`).join(', ')}`,
    registryId,
    slot,
    ...values,
  )
}

async function check(
  tx: SqlTransaction,
  registryId: number,
  { limit, net, more, needsRoom }: { limit: number; net: number; more: number; needsRoom: boolean },
): Promise<void> {
  const usage = await usageOf(tx, registryId)
  const taken = usage.used + usage.reserved - net + more
  if (more > 0 && taken > limit) {
    // What only deleted repositories name is gone for whoever deleted them, however far the draining is.
    const used = await usedWithoutDraining(tx, registryId)
    const named = used === undefined ? taken : taken - usage.used + used
    if (named > limit) throw storageExhausted({ limit, taken: named - more, asked: more })
  }
  if (needsRoom && lacksRoom(usage)) throw unreferencedFull({ limit, lying: usage.unreferenced + usage.reserved + usage.condemned })
}

/** The counters as they stand, with what is being emptied still in them. */
export async function usageOf(db: SqlReader, registryId: number): Promise<Usage> {
  const sums = counters.map((name) => `SUM(usage.${name}) AS ${name}`).join(', ')
  const row = await db.get<{ [Name in (typeof counters)[number]]: number | null } & { limit: number | null }>(
    `SELECT ${sums}, storage_limit.bytes AS "limit" FROM storage_limit
     LEFT JOIN usage ON usage.registry_id = storage_limit.registry_id
     WHERE storage_limit.registry_id = ? GROUP BY storage_limit.registry_id, storage_limit.bytes`,
    registryId,
  )
  const sum = (name: (typeof counters)[number]) => row?.[name] ?? 0
  return {
    used: sum('used'),
    unreferenced: sum('unreferenced'),
    pending: sum('pending'),
    reserved: sum('reserved'),
    condemned: sum('condemned'),
    limit: row?.limit ?? null,
  }
}
