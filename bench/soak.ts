import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './item.ts'
import { withFleet, workers } from './item.ts'
import { freeGibibytes } from './machine.ts'
import { memoryOf } from './memory-watch.ts'
import { format } from './report.ts'
import type { Server } from './servers/server.ts'
import { slope } from './statistics.ts'
import { FreshBytes, freshConfig, imageOf, mebibyte } from './wire/content.ts'
import { RegistryClient } from './wire/registry.ts'

export interface SoakResult {
  server: string
  minutes: number
  samples: { second: number; rss: number }[]
  highest: number
  /** Over the second half: the first is warm-up. */
  mebibytesAnHour: number
  pulled: number
  pushed: number
  deleted: number
  failures: string[]
}

// Bounded by rate, so that hours of it do not fill the disk: 4 images of 1 MiB a second, and only the newest are kept.
const pushesPerSecond = 4
const kept = 50
const pullers = 4
const leastFreeGibibytes = 10

export async function soak(bench: Bench, minutes: number, pullsPerSecond: number | undefined): Promise<SoakResult[]> {
  return withFleet(bench, { row: 'start' }, async (servers) => {
    const results: SoakResult[] = []
    for (const server of servers) results.push(await soakOne(server, bench.root, minutes, pullsPerSecond))
    return results
  })
}

async function soakOne(server: Server, root: string, minutes: number, pullsPerSecond = Infinity): Promise<SoakResult> {
  const result: SoakResult = {
    server: server.name,
    minutes,
    samples: [],
    highest: 0,
    mebibytesAnHour: 0,
    pulled: 0,
    pushed: 0,
    deleted: 0,
    failures: [],
  }
  const begin = performance.now()
  const end = begin + minutes * 60_000
  const goesOn = (): boolean => performance.now() < end && server.ended === undefined && result.failures.length < 100
  const repository = 'bench/soak'
  const tags: string[] = []

  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      result.failures.push(error instanceof Error ? error.message : String(error))
    }
  }

  const pushAndDelete = async (): Promise<void> => {
    const client = new RegistryClient(server, { blockSize: 64 * 1024 })
    const bytes = new FreshBytes(mebibyte)
    const digests: string[] = []
    while (goesOn()) {
      const due = performance.now() + 1000 / pushesPerSecond
      await guarded(async () => {
        const image = imageOf(freshConfig(), [bytes.next()])
        await client.pushImage(repository, `s${result.pushed}`, image)
        tags.push(`s${result.pushed++}`)
        digests.push(image.manifest.digest)
        if (digests.length <= kept) return
        tags.shift()
        // Readers may hold the name still; a moment lets them finish.
        await sleep(100)
        await client.deleteManifest(repository, digests.shift() ?? '')
        result.deleted++
      })
      await sleep(Math.max(0, due - performance.now()))
      if (freeGibibytes(root) < leastFreeGibibytes) throw new Error(`less than ${leastFreeGibibytes} GiB of disk left`)
    }
    client.close()
  }

  const pull = async (): Promise<void> => {
    const client = new RegistryClient(server)
    while (goesOn()) {
      const due = performance.now() + (pullers * 1000) / pullsPerSecond
      const tag = tags[Math.floor(tags.length * Math.random())]
      if (tag === undefined) await sleep(50)
      else {
        await guarded(async () => {
          await client.pullImage(repository, tag)
          await client.get(`/v2/${repository}/tags/list?n=20`)
          result.pulled++
        })
        const early = due - performance.now()
        if (early > 0) await sleep(early)
      }
    }
    client.close()
  }

  const watch = async (): Promise<void> => {
    while (goesOn()) {
      const { rss } = memoryOf(server.pid)
      const second = Math.round((performance.now() - begin) / 1000)
      result.samples.push({ second, rss })
      console.error(`${second} s: ${format(rss)} MiB, ${result.pulled} pulled, ${result.pushed} pushed`)
      await sleep(Math.min(10_000, Math.max(0, end - performance.now())))
    }
    if (server.ended !== undefined) throw new Error(`the server ended: ${server.ended}\n${server.lastWords()}`)
    result.highest = memoryOf(server.pid).highest
  }

  await workers(2 + pullers, (index) => (index === 0 ? watch() : index === 1 ? pushAndDelete() : pull()))
  const settled = result.samples.filter(({ second }) => second >= minutes * 30)
  result.mebibytesAnHour = slope(settled.map(({ second, rss }) => [second / 3600, rss] as const))
  return result
}

export function printSoak(result: SoakResult): void {
  const last = result.samples.at(-1)?.rss ?? 0
  console.log(
    `${result.server}: ${result.minutes} min, ${result.pulled} pulls, ${result.pushed} pushes, ${result.deleted} deletes, ` +
      `${result.failures.length} failures\n` +
      `  memory at the end ${format(last)} MiB, highest ${format(result.highest)} MiB, ` +
      `slope of the second half ${format(result.mebibytesAnHour)} MiB an hour`,
  )
  for (const failure of result.failures.slice(0, 5)) console.log(`  failed: ${failure}`)
}
