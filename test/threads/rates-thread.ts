import { parentPort, workerData } from 'node:worker_threads'
import { type BucketsMemory, SharedBuckets } from '#core/shared-buckets.ts'
import type { ThreadData } from './threads.ts'

const buckets = new SharedBuckets((workerData as ThreadData<BucketsMemory>).memory)

parentPort?.on('message', ({ name, perMinute, tries }: { name: string; perMinute: number; tries: number }) => {
  let taken = 0
  for (let each = 0; each < tries; each++) if (buckets.take(name, perMinute, 1000) === 0) taken++
  parentPort?.postMessage(taken)
})
