import { attempt, type Bench, type Item, rotated, withFleet, workers } from '../item.ts'
import { settleDisk } from '../servers/fleet.ts'
import { smallImage } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'

export const smallImagesRow = 'images pushed by 8 writers'

async function run(bench: Bench): Promise<void> {
  const { recorder, quick } = bench
  await withFleet(bench, { row: 'start' }, async (servers) => {
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const server of rotated(servers, round)) {
        await attempt(bench, smallImagesRow, server, async () => {
          settleDisk()
          let pushed = 0
          const begin = performance.now()
          const end = begin + (quick ? 4000 : 8000)
          await workers(8, async (index) => {
            const client = new RegistryClient(server, { blockSize: 64 * 1024 })
            try {
              while (performance.now() < end) {
                await client.pushImage(`bench/small-${index}`, `r${round}-${pushed}`, smallImage([4096]))
                pushed++
              }
            } finally {
              client.close()
            }
          })
          const seconds = (performance.now() - begin) / 1000
          const detail = { pushed, seconds }
          recorder.add(smallImagesRow, server.name, { value: pushed / seconds, unit: 'images/s', better: 'more', detail })
        })
      }
    }
  })
}

export const smallImages: Item = {
  name: 'small-images',
  title: 'Small images: config of 500 B, one layer of 4 KiB, manifest, tag',
  disk: 4,
  run,
}
