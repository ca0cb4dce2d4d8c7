import { attempt, type Bench, type Item, withFleet } from '../item.ts'
import type { Server } from '../servers/server.ts'
import { median } from '../statistics.ts'
import { RegistryClient } from '../wire/registry.ts'
import { fillTags, pushOne, tagName } from './tag-puts.ts'

export const tagPagesRows = {
  small: 'page of 100 in the middle of 200 tags',
  large: 'page of 100 in the middle of all tags',
  ratio: 'large over small',
}

const pageSize = 100

async function run(bench: Bench): Promise<void> {
  const { recorder, quick } = bench
  const most = quick ? 20_000 : 100_000
  await withFleet(bench, { row: 'start' }, async (servers) => {
    for (const server of servers) {
      await attempt(bench, tagPagesRows.large, server, async () => {
        const smallSet = await filled(server, 'bench/few', { count: 200, seconds: 20 })
        const seconds = server.name === 'longshore' ? 180 : quick ? 6 : 20
        const largeSet = await filled(server, 'bench/many', { count: most, seconds })
        const small = await pageLatency(bench, server, 'bench/few', smallSet)
        const large = await pageLatency(bench, server, 'bench/many', largeSet)
        const ms = { unit: 'ms', better: 'less' as const }
        recorder.add(tagPagesRows.small, server.name, { value: small, ...ms, detail: { tags: smallSet } })
        recorder.add(tagPagesRows.large, server.name, { value: large, ...ms, detail: { tags: largeSet } })
        recorder.add(tagPagesRows.ratio, server.name, {
          value: large / small,
          unit: '×',
          better: 'less',
          detail: { tags: largeSet },
        })
        if (largeSet < most) recorder.note(`${server.name} got ${largeSet} tags in ${seconds} s, not ${most}`)
      })
    }
  })
}

async function filled(server: Server, repository: string, bounds: { count: number; seconds: number }): Promise<number> {
  const image = await pushOne(server, repository, tagName(0))
  return (await fillTags(server, repository, image, bounds)).count
}

async function pageLatency(bench: Bench, server: Server, repository: string, tags: number): Promise<number> {
  const middle = Math.floor(tags / 2) - pageSize / 2
  const path = `/v2/${repository}/tags/list?n=${pageSize}&last=${tagName(middle)}`
  return listLatency(server, path, (body) => {
    const page = (body as { tags: string[] }).tags
    if (page.length === tags && tags > pageSize) {
      bench.recorder.note(`${server.name} does not page: its figure is for all ${tags} tags of ${repository}`)
    } else if (page.length !== pageSize || page[0] !== tagName(middle + 1)) {
      throw new Error(`${path}: ${page.length} tags from ${page[0]}, not ${pageSize} from ${tagName(middle + 1)}`)
    }
  })
}

/** Median of sequential GETs on one connection: 300, or as many as fit into five seconds. */
export async function listLatency(server: Server, path: string, check: (body: unknown) => void): Promise<number> {
  const client = new RegistryClient(server, { blockSize: 256 * 1024 })
  try {
    check(JSON.parse((await client.get(path)).body.toString()))
    const latencies: number[] = []
    const end = performance.now() + 5000
    for (let count = 0; count < 500 && performance.now() < end; count++) {
      const begin = performance.now()
      await client.get(path)
      latencies.push(performance.now() - begin)
    }
    // The first requests warm the server up.
    return median(latencies.slice(Math.min(200, latencies.length >> 1)))
  } finally {
    client.close()
  }
}

export const tagPages: Item = { name: 'tag-pages', title: 'Tag list', disk: 4, run }
