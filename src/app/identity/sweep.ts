import type { Deps } from '../deps.ts'

const mostSwept = 50

/** Each new sign-in takes along a few that ended: so many as there can be new ones, old ones never pile up. */
export async function sweepSignIns({ store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<void> {
  await store.reapSignIns({ now: clock.now(), limit: mostSwept })
}
