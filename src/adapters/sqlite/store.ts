import { Worker } from 'node:worker_threads'
import { makePrivate } from './private-file.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type ArmedFailpoint, armFailpoint } from '#ports/failpoint.ts'
import type { MetadataCommands, MetadataReads, MetadataStore } from '#ports/metadata-store.ts'
import { commandTraits } from '#store/command-traits.ts'
import { KeptFacts, keptFacts } from '#store/kept-facts.ts'
import { commands, reads } from '#store/verbs.ts'
import { SqliteConnection } from './connection.ts'
import { FairTurns } from './fair-turns.ts'
import { asDamage, refuseDamage, refuseOtherSchema } from './damage.ts'
import type { Answer, Call } from './group-commit.ts'
import { KeptManifests } from './kept-manifests.ts'
import { migrate } from './migrate.ts'
import type { WriterOptions } from './writer-thread.ts'

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
}): MetadataStore {
  makePrivate(options.path)
  prepare(options)
  const reader = new SqliteConnection(options.path, { readOnly: true })
  const writer = new Writer({ path: options.path, ballast: options.ballast, failpoint: options.failpoint })
  return storeOf(
    reader,
    (name, input) => writer.run(name, input),
    async () => {
      await writer.close()
      reader.close()
    },
  )
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

/** A store from a reading connection and a way to run commands. */
export function storeOf(
  reader: SqliteConnection,
  run: (name: keyof MetadataCommands, input: unknown) => Promise<unknown>,
  close: () => Promise<void>,
): MetadataStore {
  // A proof costs nothing here: each read has its own.
  const asOneRequest: MetadataStore['asOneRequest'] = (work) => work()
  const store: Record<string, unknown> = { close, asOneRequest, skew: 0 }
  // Nobody else writes (data-directory.ts): the epoch is that of the commands which this process has answered.
  let epoch = 0
  const facts = new KeptFacts(() => epoch)
  const manifests = new KeptManifests()
  const answered = (name: keyof MetadataCommands, input: unknown) => {
    if (commandTraits[name].changes.includes('control')) epoch++
    manifests.ends(name, input)
  }
  const turns = new FairTurns()
  for (const name of Object.keys(commands) as (keyof MetadataCommands)[])
    store[name] = (input: unknown) => run(name, input).finally(() => answered(name, input))
  for (const name of Object.keys(reads) as (keyof MetadataReads)[]) {
    const ask = reads[name] as (db: SqliteConnection, ...input: unknown[]) => Promise<unknown>
    const read = (input: readonly unknown[]) => turns.read(() => ask(reader, ...input))
    if (keptFacts.has(name)) store[name] = (...input: unknown[]) => facts.through(name, input, () => read(input))
    else if (KeptManifests.keeps(name)) store[name] = (...input: unknown[]) => manifests.through(input, () => read(input))
    else store[name] = (...input: unknown[]) => read(input)
  }
  return store as unknown as MetadataStore
}

interface Waiting {
  resolve: (output: unknown) => void
  reject: (error: Error) => void
}

class Writer {
  readonly #thread: Worker
  readonly #waiting = new Map<number, Waiting>()
  #outbox: Call[] = []
  #nextId = 1
  #failure: Error | undefined

  constructor(options: WriterOptions) {
    this.#thread = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: options })
    this.#thread.on('message', (answers: Answer[]) => {
      for (const answer of answers) this.#settle(answer)
    })
    this.#thread.on('error', (error) => this.#fail(error as Error))
    this.#thread.on('exit', () => this.#fail(new Error('the writer has ended')))
  }

  run(name: keyof MetadataCommands, input: unknown): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { resolve, reject })
      // What is asked in one turn of the loop travels together.
      if (this.#outbox.push({ id, name, input }) === 1) queueMicrotask(() => this.#send())
    })
  }

  async close(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#failure) await new Promise((resolve) => setTimeout(resolve, 5))
    if (this.#failure) return
    this.#failure = new Error('the store is closed')
    const ended = new Promise((resolve) => this.#thread.once('exit', resolve))
    this.#thread.postMessage('close')
    await ended
  }

  #send(): void {
    const calls = this.#outbox
    this.#outbox = []
    try {
      this.#thread.postMessage(calls)
    } catch {
      for (const call of calls) this.#sendAlone(call)
    }
  }

  /** What cannot cross to the thread (a value nested too deeply, say) fails by itself, not with whoever asked in the same turn. */
  #sendAlone(call: Call): void {
    try {
      this.#thread.postMessage([call])
    } catch (error) {
      const waiting = this.#waiting.get(call.id)
      this.#waiting.delete(call.id)
      waiting?.reject(new Error(`the command ${call.name} cannot be handed to the writer`, { cause: error }))
    }
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('output' in answer) waiting?.resolve(answer.output)
    else waiting?.reject(new RegistryError(answer.error.failure, answer.error.message, answer.error.detail))
  }

  // A writer that died leaves the fate of its last group unknown: nothing is answered as done, and the process ends.
  #fail(error: Error): void {
    const closing = this.#failure !== undefined
    this.#failure ??= error
    for (const { reject } of this.#waiting.values())
      reject(new RegistryError('storage-failed', 'the database writer has ended; the server must be restarted'))
    this.#waiting.clear()
    if (closing) return
    // Without its writer the process only looks alive: it ends, and who started it starts it again.
    setImmediate(() => {
      throw error
    })
  }
}
