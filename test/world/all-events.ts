import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { EventLogCommands, EventLogReads, StoredEvent } from '#ports/event-log.ts'
import { onPostgres } from './database.ts'

/**
 * All events of one registry, or of all, that have been written. PostgreSQL gives one out when every transaction that began before it has ended, of
 * whichever database: there a last one is written and waited for.
 */
export async function allEvents(store: EventLogCommands & EventLogReads, registryId: number | undefined): Promise<StoredEvent[]> {
  const all = () => store.events({ registryId, after: '', limit: 10_000 })
  if (!onPostgres) return all()
  const last = `last/${randomUUID()}`
  await store.noteEvents({
    events: [{ kind: 'manifest.pulled', registryId: registryId ?? 1, by: null, details: { repository: last, digest: 'sha256:none' } }],
  })
  const isLast = ({ details }: StoredEvent) => Object.values(details).some((value) => String(value).startsWith('last/'))
  for (;;) {
    const events = await all()
    if (events.some(({ details }) => Object.values(details).includes(last))) return events.filter((each) => !isLast(each))
    await pause(5)
  }
}
