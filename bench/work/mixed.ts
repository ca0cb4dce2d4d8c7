import { attempt, type Bench, type Item, rotated, withFleet, workers } from '../item.ts'
import { settleDisk } from '../servers/fleet.ts'
import type { Server } from '../servers/server.ts'
import { FreshBytes, freshConfig, imageOf, mebibyte } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'

export const mixedRow = (size: number): string => `images of ${size} MiB, three pulls to one push, 4 workers`

async function run(bench: Bench): Promise<void> {
  const { recorder, quick } = bench
  await withFleet(bench, { row: 'start' }, async (servers) => {
    for (const size of [1, 10]) {
      const row = mixedRow(size)
      for (let round = 0; round < (quick ? 1 : 3); round++) {
        for (const server of rotated(servers, round)) {
          await attempt(bench, row, server, async () => {
            settleDisk()
            const { pulled, pushed, seconds } = await mix(server, size, quick ? 4 : 8)
            recorder.add(row, server.name, {
              value: (pulled + pushed) / seconds,
              unit: 'images/s',
              better: 'more',
              detail: { pulled, pushed },
            })
          })
        }
      }
    }
  })
}

async function mix(server: Server, size: number, bound: number): Promise<{ pulled: number; pushed: number; seconds: number }> {
  let pulled = 0
  let pushed = 0
  const begin = performance.now()
  await workers(4, async (index) => {
    const client = new RegistryClient(server)
    const bytes = new FreshBytes(size * mebibyte)
    const repository = `bench/mixed-${size}-${index}`
    try {
      // Every fourth is a push: a pattern, not chance, so that each server gets the same.
      for (let count = 0; performance.now() - begin < bound * 1000; count++) {
        if (count % 4 === 0) {
          await client.pushImage(repository, 'latest', imageOf(freshConfig(), [bytes.next()]))
          pushed++
        } else {
          await client.pullImage(repository, 'latest')
          pulled++
        }
      }
    } finally {
      client.close()
    }
  })
  return { pulled, pushed, seconds: (performance.now() - begin) / 1000 }
}

export const mixed: Item = { name: 'mixed', title: 'Pulls and pushes together', disk: 20, run }
