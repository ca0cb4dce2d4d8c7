import { RegistryError } from '#core/registry-error.ts'
import type { MetadataCommands, MetadataStore } from '#ports/metadata-store.ts'
import { SqliteConnection } from './connection.ts'
import { runGroup } from './group-commit.ts'
import { migrate } from './migrate.ts'
import { storeOf } from './store.ts'

/** The metadata store in memory, in this thread: the same verbs without a disk. For tests of what stands on the port. */
export function openMemoryMetadataStore(): MetadataStore {
  const connection = new SqliteConnection(':memory:')
  migrate(connection, undefined)
  let last: Promise<unknown> = Promise.resolve()
  const run = (name: keyof MetadataCommands, input: unknown): Promise<unknown> => {
    const next = last.then(async () => {
      const [answer] = await runGroup(connection, [{ id: 1, name, input }])
      if (answer && 'output' in answer) return answer.output
      if (answer) throw new RegistryError(answer.error.failure, answer.error.message, answer.error.detail)
      return undefined
    })
    last = next.catch(() => {})
    return next
  }
  return storeOf(connection, run, async () => {
    await last
    connection.close()
  })
}
