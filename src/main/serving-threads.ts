import { setFlagsFromString } from 'node:v8'
import { type MessagePort, Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import { giveBackUnusedHeap } from '#adapters/system/unused-heap.ts'
import type { PairSource } from '#adapters/x509/listener-certificates.ts'
import { linesOf, type SharedFacts } from './facts.ts'
import { linesOfBlobs, type SharedBlobs } from './open-blobs.ts'
import type { PublicListeners } from './serving.ts'
import { badRequest } from './bad-request.ts'
import type { Budget } from './budget.ts'
import { listenFor } from './listening.ts'
import { releaseColumn, type ServerMemory } from './server-memory.ts'
import { type ServingWorkerData, serializeConfig, type MainSide, type PublicAddresses, type ServingSide } from './serving-messages.ts'
import type { Config } from './settings.ts'
import { ThreadLine } from './thread-line.ts'

export interface ServingThreadsOptions {
  config: Config
  program: string
  budget: Budget
  memory: ServerMemory
  /** Of the stores that this thread has open, for one more. */
  share: () => { facts: SharedFacts; blobs: SharedBlobs }
  listen: PublicAddresses
  tls: { pairs: PairSource; ticketKeys: Uint8Array } | undefined
  /** What the threads ask of this one. */
  services: Omit<MainSide, 'listening'>
  log: Logger
}

interface ServingThread {
  worker: Worker
  line: ThreadLine<ServingSide, MainSide>
  ended: Promise<void>
}

const minute = 60_000
/** Within a minute: what so many die of no new one mends. */
const mostDeaths = 5
const firstPause = 100
/** Beyond the grace of its requests, a thread that closes everything ends by itself. */
const endsWithin = 5_000
const longestPause = 5_000

/**
 * Threads that serve the same listeners; the kernel deals out who connects. One that dies takes its own connections with it and
 * nothing else: its column is set to zero, and another begins in its place, after a pause that grows. Too many deaths are
 * a fault that no new thread mends: the process ends, and who started it starts it again.
 */
export class ServingThreads implements PublicListeners {
  readonly #options: ServingThreadsOptions
  readonly #threads = new Map<number, ServingThread>()
  #listen: PublicAddresses
  #isOpen = false
  #closing = false
  #deaths: number[] = []
  /** Since the start. */
  died = 0

  private constructor(options: ServingThreadsOptions) {
    this.#options = options
    this.#listen = options.listen
    options.tls?.pairs.onChange(() => {
      for (const { line } of this.#threads.values()) if (options.tls) line.tell('pair', options.tls.pairs.current())
    })
  }

  static async open(options: ServingThreadsOptions): Promise<ServingThreads> {
    const threads = new ServingThreads(options)
    // Each thread collects its young memory alone: where all cores serve, helpers are waited for longer than they help.
    setFlagsFromString('--no-parallel-scavenge')
    // From here on this thread serves nobody.
    giveBackUnusedHeap()
    try {
      await refuseTaken(options.listen)
      // Where the system is to choose a port it chooses for the first one.
      threads.#listen = await threads.#begin(0)
      await Promise.all(Array.from({ length: options.memory.columns - 1 }, (_, index) => threads.#begin(index + 1)))
      return threads
    } catch (error) {
      await threads.close(0)
      throw error
    }
  }

  get threads(): number {
    return this.#threads.size
  }

  get addresses(): PublicAddresses {
    return this.#listen
  }

  async open(): Promise<void> {
    this.#isOpen = true
    // Who dies of it is replaced by one that is open from the start.
    await Promise.all([...this.#threads.values()].map(({ line }) => line.ask('open', this.#listen).catch(() => {})))
  }

  async close(grace: number): Promise<void> {
    this.#closing = true
    await Promise.all(
      [...this.#threads.values()].map(async ({ worker, line, ended }) => {
        const cut = setTimeout(() => void worker.terminate(), grace + endsWithin)
        await line.ask('close', grace).catch(() => {})
        await ended
        clearTimeout(cut)
      }),
    )
  }

  /** Resolves when it listens. */
  #begin(column: number): Promise<PublicAddresses> {
    const { config, program, budget, memory, share, tls, services } = this.#options
    const { facts, blobs } = share()
    const workerData: ServingWorkerData = {
      config: serializeConfig(config),
      program,
      column,
      budget,
      memory,
      facts,
      blobs,
      listen: this.#listen,
      isOpen: this.#isOpen,
      tls: tls && { pair: tls.pairs.current(), ticketKeys: tls.ticketKeys },
    }
    const transferList: MessagePort[] = [...linesOf(facts), ...linesOfBlobs(blobs)]
    const worker = new Worker(new URL('./serving-thread.ts', import.meta.url), {
      workerData,
      transferList,
      name: `serving ${column}`,
      // What a request leaves behind is short-lived: a larger nursery costs memory in each thread and saves hardly anything.
      resourceLimits: { maxYoungGenerationSizeMb: 16 },
    })
    return new Promise((resolve, reject) => {
      const line = new ThreadLine<ServingSide, MainSide>(worker, {
        ...services,
        listening: (addresses) => {
          listens = true
          if (this.#isOpen && !workerData.isOpen) line.tell('open', this.#listen)
          resolve(addresses)
        },
      })
      let listens = false
      let cause: unknown = new Error('a serving thread ended by itself')
      worker.on('error', (error) => {
        cause = error
      })
      const ended = new Promise<void>((end) =>
        worker.once('exit', () => {
          this.#threads.delete(column)
          line.end(new Error('the serving thread has ended'))
          releaseColumn(memory, column)
          end()
          if (!listens) reject(cause)
          if (listens && !this.#closing) this.#replace(column, cause)
        }),
      )
      this.#threads.set(column, { worker, line, ended })
    })
  }

  #replace(column: number, cause: unknown): void {
    const now = performance.now()
    this.died++
    // Where threads are ended on purpose their deaths say nothing.
    this.#deaths = this.#options.config.failpoint?.effect === 'end' ? [now] : [...this.#deaths.filter((each) => each > now - minute), now]
    const error = cause instanceof Error ? cause.stack : String(cause)
    this.#options.log.error({ thread: column, deaths: this.#deaths.length, error }, 'a serving thread died; another one takes its place')
    if (this.#deaths.length >= mostDeaths) return endProcess(cause)
    const pause = Math.min(longestPause, firstPause * 2 ** (this.#deaths.length - 1))
    setTimeout(() => {
      if (this.#closing) return
      this.#begin(column).catch((failure: unknown) => {
        if (!this.#closing) this.#replace(column, failure)
      })
    }, pause)
  }
}

/** Listeners that share an address would share it with those of another server too: whoever listens alone is told of them. */
async function refuseTaken(listen: PublicAddresses): Promise<void> {
  for (const name of ['http', 'https'] as const) {
    const address = listen[name]
    if (!address || address.port === 0) continue
    const alone = await listenFor(name, { address, handle: (_request, response) => void response.destroy(), badRequest })
    await alone.close(0)
  }
}

function endProcess(cause: unknown): void {
  setImmediate(() => {
    throw new Error('serving threads die one after the other', { cause })
  })
}
