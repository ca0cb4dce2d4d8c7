import { attempt, type Bench, type Item, withFleet, workers } from '../item.ts'
import { highestWhile, memoryOf } from '../memory-watch.ts'
import type { Server } from '../servers/server.ts'
import { FreshBytes, mebibyte, randomBlob } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'

const idle = 'after start'
const work = { pulls: '64 pulls of 100 MiB side by side', pushes: '16 pushes of 100 MiB side by side' } as const
type Work = keyof typeof work

/** `threads`: how many serve; undefined is as it comes. */
export const memoryRow = (what: Work | 'idle', threads?: number): string =>
  `${what === 'idle' ? idle : work[what]}${threads === undefined ? '' : `, ${threads} serving`}`

const repository = 'bench/memory'
const size = 100 * mebibyte
const threadCounts = [1, 2, 3] as const

async function run(bench: Bench): Promise<void> {
  for (const what of ['pulls', 'pushes'] as const) {
    // A server for each kind of load: the kernel's mark of the highest is for the life of a process.
    if (bench.parts.includes(what)) await withFleet(bench, { row: 'start' }, (servers) => load(bench, servers, what))
    for (const threads of bench.parts.includes('threads') ? threadCounts : []) {
      const environment = { LONGSHORE_SERVERS: String(threads) }
      const fleet = { row: `start of ${threads}`, include: (name: string) => name === 'longshore', environment }
      await withFleet(bench, fleet, (servers) => load(bench, servers, what, threads))
    }
  }
}

async function load(bench: Bench, servers: readonly Server[], what: Work, threads?: number): Promise<void> {
  const { recorder } = bench
  const mib = { unit: 'MiB', better: 'less' as const }
  for (const server of servers) {
    const row = memoryRow(what, threads)
    await attempt(bench, row, server, async () => {
      if (what === 'pulls') recorder.add(memoryRow('idle', threads), server.name, { value: memoryOf(server.pid).rss, ...mib })
      const { sampled, mark, rate } = await (what === 'pulls' ? pulls : pushes)(server)
      recorder.add(row, server.name, { value: mark, ...mib, detail: { sampled, 'MiB/s': rate } })
    })
  }
}

type Loaded = Promise<{ sampled: number; mark: number; rate: number }>

async function pulls(server: Server): Loaded {
  const blob = randomBlob(size)
  const first = new RegistryClient(server)
  await first.pushBlob(repository, blob).finally(() => first.close())
  return watched(server, 64, async () => {
    const client = new RegistryClient(server, { blockSize: 256 * 1024 })
    try {
      const length = await client.getBlob(repository, blob.digest)
      if (length !== size) throw new Error(`${length} bytes, not ${size}`)
    } finally {
      client.close()
    }
  })
}

/** Made once: 1.6 GiB for each server would be the bench's own memory. */
let contents: FreshBytes[] | undefined

async function pushes(server: Server): Loaded {
  contents ??= Array.from({ length: 16 }, () => new FreshBytes(size))
  const blobs = contents.map((bytes) => bytes.next())
  return watched(server, blobs.length, async (index) => {
    const client = new RegistryClient(server, { blockSize: 64 * 1024 })
    const blob = blobs[index]
    try {
      if (blob !== undefined) await client.pushBlob(repository, blob)
    } finally {
      client.close()
    }
  })
}

async function watched(server: Server, count: number, one: (index: number) => Promise<void>): Loaded {
  const begin = performance.now()
  const { sampled, mark } = await highestWhile(server.pid, () => workers(count, one))
  return { sampled, mark, rate: (count * 100) / ((performance.now() - begin) / 1000) }
}

export const memory: Item = {
  name: 'memory',
  title: 'Highest resident memory of the server',
  parts: ['pulls', 'pushes', 'threads'],
  disk: 12,
  run,
}
