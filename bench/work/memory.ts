import { attempt, type Bench, type Item, withFleet, workers } from '../item.ts'
import { highestWhile, memoryOf } from '../memory-watch.ts'
import { FreshBytes, mebibyte, randomBlob } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'

export const memoryRows = {
  idle: 'after start',
  pulls: '64 pulls of 100 MiB side by side',
  pushes: '16 pushes of 100 MiB side by side',
}

const repository = 'bench/memory'

async function run(bench: Bench): Promise<void> {
  const { recorder } = bench
  const size = 100 * mebibyte
  const mib = { unit: 'MiB', better: 'less' as const }
  // A server for each kind of load: the kernel's mark of the highest is for the life of a process.
  await withFleet(bench, { row: 'start' }, async (servers) => {
    for (const server of servers) {
      await attempt(bench, memoryRows.pulls, server, async () => {
        recorder.add(memoryRows.idle, server.name, { value: memoryOf(server.pid).rss, ...mib })
        const blob = randomBlob(size)
        const first = new RegistryClient(server)
        await first.pushBlob(repository, blob).finally(() => first.close())
        const begin = performance.now()
        const { sampled, mark } = await highestWhile(server.pid, () =>
          workers(64, async () => {
            const client = new RegistryClient(server, { blockSize: 256 * 1024 })
            try {
              const length = await client.getBlob(repository, blob.digest)
              if (length !== size) throw new Error(`${length} bytes, not ${size}`)
            } finally {
              client.close()
            }
          }),
        )
        const rate = (64 * 100) / ((performance.now() - begin) / 1000)
        recorder.add(memoryRows.pulls, server.name, { value: mark, ...mib, detail: { sampled, 'MiB/s': rate } })
      })
    }
  })
  const contents = Array.from({ length: 16 }, () => new FreshBytes(size))
  await withFleet(bench, { row: 'start' }, async (servers) => {
    for (const server of servers) {
      await attempt(bench, memoryRows.pushes, server, async () => {
        const blobs = contents.map((bytes) => bytes.next())
        const begin = performance.now()
        const { sampled, mark } = await highestWhile(server.pid, () =>
          workers(16, async (index) => {
            const client = new RegistryClient(server, { blockSize: 64 * 1024 })
            const blob = blobs[index]
            try {
              if (blob !== undefined) await client.pushBlob(repository, blob)
            } finally {
              client.close()
            }
          }),
        )
        const rate = (16 * 100) / ((performance.now() - begin) / 1000)
        recorder.add(memoryRows.pushes, server.name, { value: mark, ...mib, detail: { sampled, 'MiB/s': rate } })
      })
    }
  })
}

export const memory: Item = { name: 'memory', title: 'Highest resident memory of the server', disk: 12, run }
