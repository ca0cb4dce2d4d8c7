// Run in a process of its own by pusher.ts: images are pushed at fixed times, by as few writers as keep up.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { FreshBytes, freshConfig, imageOf } from '../wire/content.ts'
import { Endpoint } from '../wire/endpoint.ts'
import { RegistryClient } from '../wire/registry.ts'
import type { PusherJob, PusherResult } from './pusher.ts'

const job = JSON.parse(process.argv[2] ?? '') as PusherJob
const endpoint = new Endpoint(job.port, job.credential)
const begin = performance.now()
let issued = 0
let pushed = 0
let failures = 0

async function write(): Promise<void> {
  const client = new RegistryClient(endpoint, { blockSize: 64 * 1024 })
  const bytes = new FreshBytes(job.layerSize)
  try {
    for (;;) {
      const due = (issued++ * 1000) / job.rate
      if (due >= job.seconds * 1000) return
      const early = due - (performance.now() - begin)
      if (early > 0) await sleep(early)
      if (performance.now() - begin >= job.seconds * 1000) return
      try {
        await client.pushImage(job.repository, `beside-${randomUUID()}`, imageOf(freshConfig(), [bytes.next()]))
        pushed++
      } catch {
        failures++
      }
    }
  } finally {
    client.close()
  }
}

await Promise.all(Array.from({ length: job.writers }, write))
const result: PusherResult = { pushed, failures, rate: pushed / ((performance.now() - begin) / 1000) }
console.log(JSON.stringify(result))
