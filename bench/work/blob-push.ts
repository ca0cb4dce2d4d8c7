import { attempt, type Bench, type Item, rotated, withFleet } from '../item.ts'
import { settleDisk } from '../servers/fleet.ts'
import type { Server } from '../servers/server.ts'
import { type Blob, FreshBytes, mebibyte } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'
import { blobSizes } from './blob-get.ts'

export const blobPushRow = (size: number, how: string): string => `push ${size} MiB, ${how}`
const repository = 'bench/pushes'
const chunkSize = 10 * mebibyte

const ways: Record<string, (client: RegistryClient, blob: Blob) => Promise<void>> = {
  monolithic: (client, blob) => client.pushBlob(repository, blob),
  chunked: (client, blob) => client.pushBlobInChunks(repository, blob, chunkSize),
}

async function run(bench: Bench): Promise<void> {
  const { recorder, quick } = bench
  for (const size of blobSizes.filter((each) => bench.parts.includes(String(each)))) {
    const bytes = new FreshBytes(size * mebibyte)
    const rounds = quick ? { 1: 15, 10: 9, 100: 3, 512: 3 }[size] : { 1: 45, 10: 21, 100: 7, 512: 5 }[size]
    // New servers for each size: what was pushed is removed before the disk is full.
    await withFleet(bench, { row: `start for ${size} MiB` }, async (servers) => {
      // As with GET, each server does often beforehand what it is measured at.
      for (let round = -{ 1: 200, 10: 20, 100: 1, 512: 0 }[size]; round < rounds; round++) {
        for (const server of rotated(servers, round)) {
          for (const [how, pushOne] of rotated(Object.entries(ways), round)) {
            const row = blobPushRow(size, how)
            await attempt(bench, row, server, async () => {
              const seconds = await timed(server, bytes.next(), pushOne)
              if (round < 0) return
              const detail = { seconds }
              recorder.add(row, server.name, { value: size / seconds, unit: 'MiB/s', better: 'more', detail })
            })
          }
        }
      }
    })
  }
}

async function timed(server: Server, blob: Blob, pushOne: (client: RegistryClient, blob: Blob) => Promise<void>): Promise<number> {
  for (const method of ['POST', 'PATCH', 'PUT']) await server.authorize(method, `/v2/${repository}/blobs/uploads/`)
  const client = new RegistryClient(server)
  try {
    settleDisk()
    const begin = performance.now()
    await pushOne(client, blob)
    return (performance.now() - begin) / 1000
  } finally {
    client.close()
  }
}

export const blobPush: Item = { name: 'blob-push', title: 'Blob push', parts: blobSizes.map(String), disk: 20, run }
