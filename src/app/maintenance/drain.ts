import type { Clock } from '#ports/clock.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'

/** Few enough that the commands of others, which wait for each step, do not notice. */
const atOnce = 200
/** When the uploads of a deleted repository expire (drainRepositories). */
const endedByDraining = 0

/**
 * A store that begins to empty what was deleted as soon as it is deleted, and waits for no collection with it. What it
 * leaves, because the disk failed or the process ended, the next collection takes up (collect.ts).
 */
export function drainingAtOnce(store: MetadataStore, clock: Clock): MetadataStore {
  let running: Promise<void> | undefined
  let deleted = false
  let closed = false
  async function empty(): Promise<void> {
    while (!closed && (await store.drainRepositories({ now: clock.now(), limit: atOnce })) > 0);
  }
  async function drain(): Promise<void> {
    while (deleted && !closed) {
      deleted = false
      await empty()
      // Their uploads have ended, whatever the clock says; then nothing is left of them.
      while (!closed && (await store.reapUploads({ now: endedByDraining + 1, limit: atOnce })).length === atOnce);
      await empty()
    }
  }
  function begin(): void {
    deleted = true
    running ??= drain()
      .catch(() => {})
      .finally(() => {
        running = undefined
      })
  }
  return {
    ...store,
    deleteRepository: async (input) => {
      const gone = await store.deleteRepository(input)
      begin()
      return gone
    },
    deleteResource: async (input) => {
      const gone = await store.deleteResource(input)
      begin()
      return gone
    },
    close: async () => {
      closed = true
      await running
      await store.close()
    },
  }
}
