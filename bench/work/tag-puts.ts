import { attempt, type Bench, type Item, withFleet, workers } from '../item.ts'
import { settleDisk } from '../servers/fleet.ts'
import type { Server } from '../servers/server.ts'
import { type Image, smallImage } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'

export const tagPutsRow = 'puts of one manifest under new tags, 8 writers'

export const tagName = (index: number): string => `t${String(index).padStart(7, '0')}`

/** Puts tags t0000000, t0000001, … until there are `count` or the time is over; answers how many there are. */
export async function fillTags(
  server: Server,
  repository: string,
  image: Image,
  bounds: { count: number; seconds: number },
): Promise<{ count: number; seconds: number }> {
  let next = 0
  const begin = performance.now()
  const end = begin + bounds.seconds * 1000
  await workers(8, async () => {
    const client = new RegistryClient(server, { blockSize: 64 * 1024 })
    try {
      // Numbers are given out without gaps, and each that was given out is put before the worker ends.
      while (next < bounds.count && performance.now() < end) {
        await client.putManifest(repository, tagName(next++), image.manifest)
      }
    } finally {
      client.close()
    }
  })
  return { count: next, seconds: (performance.now() - begin) / 1000 }
}

/** Pushes the blobs of an image and its manifest under one tag. */
export async function pushOne(server: Server, repository: string, tag: string): Promise<Image> {
  const image = smallImage([4096])
  const client = new RegistryClient(server)
  try {
    await client.pushImage(repository, tag, image)
  } finally {
    client.close()
  }
  return image
}

async function run(bench: Bench): Promise<void> {
  const { recorder, quick } = bench
  const bounds = quick ? { count: 4000, seconds: 6 } : { count: 20_000, seconds: 20 }
  await withFleet(bench, { row: 'start' }, async (servers) => {
    for (const server of servers) {
      await attempt(bench, tagPutsRow, server, async () => {
        const image = await pushOne(server, 'bench/tags', tagName(0))
        settleDisk()
        const { count, seconds } = await fillTags(server, 'bench/tags', image, bounds)
        const detail = { tags: count, seconds }
        recorder.add(tagPutsRow, server.name, { value: count / seconds, unit: 'puts/s', better: 'more', detail })
      })
    }
  })
}

export const tagPuts: Item = { name: 'tag-puts', title: 'Tag puts', disk: 2, run }
