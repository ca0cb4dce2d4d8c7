import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { bellOf } from '#adapters/system/bell.ts'
import type { Seat } from '#core/seat.ts'
import { sharedWords } from '#core/shared-words.ts'

/** What a thread of a test begins with. */
export interface ThreadData<Memory> {
  column: number
  columns: number
  bells: Int32Array
  memory: Memory
}

export const seatOf = ({ column, columns, bells }: Omit<ThreadData<unknown>, 'memory'>): Seat => ({
  column,
  columns,
  bell: bellOf(bells, column),
})

/** Threads of this process that share a memory; each answers a message with one. They keep the process only while one of them is asked. */
export function openThreads<Memory>(file: URL, columns: number, memory: Memory) {
  const bells = sharedWords(columns)
  const begin = (column: number) => {
    const worker = new Worker(file, { workerData: { column, columns, bells, memory } satisfies ThreadData<Memory> })
    worker.unref()
    return worker
  }
  const workers = Array.from({ length: columns }, (_, column) => begin(column))
  const at = (column: number): Worker => {
    const worker = workers[column]
    if (!worker) throw new Error(`no thread ${column}`)
    return worker
  }
  return {
    bells,
    async ask<Answer>(column: number, question: unknown): Promise<Answer> {
      const worker = at(column)
      worker.ref()
      const answer = once(worker, 'message')
      worker.postMessage(question)
      const [value] = await answer
      worker.unref()
      return value as Answer
    },
    async kill(column: number): Promise<void> {
      await at(column).terminate()
    },
    begin(column: number): void {
      workers[column] = begin(column)
    },
    async close(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
