import { RegistryError } from '#core/registry-error.ts'
import type { MetadataCommands, MetadataStore } from '#ports/metadata-store.ts'
import { changedBy, Epochs } from '#store/epochs.ts'
import { reads } from '#store/verbs.ts'
import { SqliteConnection } from './connection.ts'
import { runGroup } from './group-commit.ts'
import { migrate } from './migrate.ts'
import { storeOf } from './store-of.ts'

/**
 * The metadata store in memory, in this thread: the same verbs without a disk. For tests of what stands on the port.
 * @param ended told of each command that has ended, well or not, before it is answered
 */
export function openMemoryMetadataStore({
  connection = new SqliteConnection(':memory:'),
  ended,
}: {
  connection?: SqliteConnection
  ended?: (name: keyof MetadataCommands) => void
} = {}): MetadataStore {
  migrate(connection, undefined)
  const epochs = new Epochs()
  let last: Promise<unknown> = Promise.resolve()
  // One connection for all: a read between two steps of a command would see half of it, so reads wait their turn too.
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
  const run = (name: keyof MetadataCommands, input: unknown): Promise<unknown> =>
    inTurn(async () => {
      const [answer] = await runGroup(connection, [{ id: 1, name, input }])
      epochs.raise(changedBy(name, input))
      ended?.(name)
      if (answer && 'output' in answer) return answer.output
      if (answer) throw new RegistryError(answer.error.failure, answer.error.message, answer.error.detail)
      return undefined
    })
  const close = async () => {
    await last
    connection.close()
  }
  const store = storeOf({ reader: connection, epochs, run, close }) as unknown as Record<string, (...input: unknown[]) => Promise<unknown>>
  for (const name of Object.keys(reads)) {
    const read = store[name]
    if (read) store[name] = (...input) => inTurn(() => read(...input))
  }
  return store as unknown as MetadataStore
}
