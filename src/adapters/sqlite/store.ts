import type { MessagePort } from 'node:worker_threads'
import { makePrivate } from './private-file.ts'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { Epochs } from '#store/epochs.ts'
import { SqliteConnection } from './connection.ts'
import { asDamage, refuseDamage, refuseOtherSchema } from './damage.ts'
import { migrate } from './migrate.ts'
import { storeOf } from './store-of.ts'
import { Writer } from './writer.ts'
import { WriterClient } from './writer-client.ts'

/** What another thread of the process needs to use the same store. It is sent there, the line in the list of what is transferred. */
export interface SharedStore {
  path: string
  line: MessagePort
  epochs: SharedArrayBuffer
}

export interface SqliteStore extends MetadataStore {
  /** For one more thread, which opens it with `openSharedStore` and closes it before this one is closed. */
  share(): SharedStore
}

/**
 * The metadata store on one SQLite file (WAL, synchronous=FULL): commands go to the writer thread, reads are prepared
 * statements on a connection of this thread.
 * Throws NewerDatabase, DamagedDatabase.
 */
export function openSqliteStore(options: {
  path: string
  /** A file that the writer may delete when the disk is full. */
  ballast: string
  failpoint?: ArmedFailpoint | undefined
}): SqliteStore {
  const { path, ballast, failpoint } = options
  makePrivate(path)
  prepare(options)
  const epochs = new Epochs()
  const reader = new SqliteConnection(path, { readOnly: true })
  const writer = new Writer({ path, ballast, failpoint, epochs: epochs.buffer })
  const store = storeOf({
    reader,
    epochs,
    run: (name, input) => writer.own.run(name, input),
    close: async () => {
      await writer.close()
      reader.close()
    },
  })
  return Object.assign(store, { share: () => ({ path, line: writer.line(), epochs: epochs.buffer }) })
}

/** The same store in another thread, with a connection of its own to read by. */
export function openSharedStore({ path, line, epochs }: SharedStore): MetadataStore {
  const reader = new SqliteConnection(path, { readOnly: true })
  const client = new WriterClient(line)
  return storeOf({
    reader,
    epochs: new Epochs(epochs),
    run: (name, input) => client.run(name, input),
    close: async () => {
      await client.close()
      reader.close()
    },
  })
}

/** Looks at the database before anything relies on it, and brings it to the newest schema. */
function prepare({ path, failpoint }: { path: string; failpoint?: ArmedFailpoint | undefined }): void {
  try {
    const first = new SqliteConnection(path, { failpoint: armFailpoint(failpoint, () => process.kill(process.pid, 'SIGKILL')) })
    try {
      refuseDamage(first.database, path)
      migrate(first, path)
      refuseOtherSchema(first.database, path)
    } finally {
      first.close()
    }
  } catch (error) {
    throw asDamage(error, path, { schema: true })
  }
}
