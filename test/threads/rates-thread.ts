import { parentPort, workerData } from 'node:worker_threads'
import { type BucketsMemory, SharedBuckets } from '#core/shared-buckets.ts'
import type { ThreadData } from './threads.ts'

export interface RatesScene {
  buckets: BucketsMemory
  /** How often a thread has come to the beginning of a name. */
  begun: Int32Array
}

export interface RatesQuestion {
  names: string[]
  perMinute: number
  tries: number
}

const { memory, columns } = workerData as ThreadData<RatesScene>
const buckets = new SharedBuckets(memory.buckets)
let begun = 0

/** All begin a name at the same time. */
function takeOf(name: string, { perMinute, tries }: RatesQuestion): number {
  begun += columns
  Atomics.add(memory.begun, 0, 1)
  while (Atomics.load(memory.begun, 0) < begun);
  let taken = 0
  for (let each = 0; each < tries; each++) if (buckets.take(name, perMinute, 1000) === 0) taken++
  return taken
}

parentPort?.on('message', (question: RatesQuestion) => parentPort?.postMessage(question.names.map((name) => takeOf(name, question))))
