import { attempt, type Bench, type Item, withFleet, workers } from '../item.ts'
import type { Server } from '../servers/server.ts'
import { type Image, freshConfig, imageOf } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'
import { listLatency } from './tag-pages.ts'

export const catalogRows = {
  small: 'page of 100 in the middle of 200 repositories',
  large: 'page of 100 in the middle of all repositories',
  ratio: 'large over small',
}

const pageSize = 100
const repositoryName = (index: number): string => `bench/r${String(index).padStart(6, '0')}`

async function run(bench: Bench): Promise<void> {
  const { recorder, quick } = bench
  const most = quick ? 4000 : 20_000
  await withFleet(bench, { row: 'start' }, async (servers) => {
    for (const server of servers) {
      await attempt(bench, catalogRows.large, server, async () => {
        // One blob is both config and layer: a repository then costs a mount and a manifest.
        const config = freshConfig()
        const image = imageOf(config, [config])
        const fewer = await fill(server, image, 0, 200, 20)
        const small = await pageLatency(server, fewer)
        const seconds = server.name === 'longshore' ? 180 : quick ? 6 : 30
        const all = await fill(server, image, fewer, most, seconds)
        const large = await pageLatency(server, all)
        const ms = { unit: 'ms', better: 'less' as const }
        recorder.add(catalogRows.small, server.name, { value: small, ...ms, detail: { repositories: fewer } })
        recorder.add(catalogRows.large, server.name, { value: large, ...ms, detail: { repositories: all } })
        recorder.add(catalogRows.ratio, server.name, {
          value: large / small,
          unit: '×',
          better: 'less',
          detail: { repositories: all },
        })
        if (all < most) recorder.note(`${server.name} got ${all} repositories in ${seconds} s, not ${most}`)
      })
    }
  })
}

async function fill(server: Server, image: Image, from: number, to: number, seconds: number): Promise<number> {
  let next = from
  const end = performance.now() + seconds * 1000
  if (next === 0) {
    const client = new RegistryClient(server, { basic: true })
    try {
      await client.pushBlob(repositoryName(0), image.config)
      await client.putManifest(repositoryName(0), 'v1', image.manifest)
      next = 1
    } finally {
      client.close()
    }
  }
  await workers(8, async () => {
    const client = new RegistryClient(server, { basic: true, blockSize: 64 * 1024 })
    try {
      while (next < to && performance.now() < end) {
        const repository = repositoryName(next++)
        await client.mountBlob(repository, repositoryName(0), image.config)
        await client.putManifest(repository, 'v1', image.manifest)
      }
    } finally {
      client.close()
    }
  })
  return next
}

function pageLatency(server: Server, repositories: number): Promise<number> {
  const middle = Math.floor(repositories / 2) - pageSize / 2
  const path = `/v2/_catalog?n=${pageSize}&last=${encodeURIComponent(repositoryName(middle))}`
  return listLatency(server, path, (body) => {
    const page = (body as { repositories: string[] }).repositories
    if (page.length !== pageSize || page[0] !== repositoryName(middle + 1)) {
      throw new Error(`${path}: ${page.length} from ${page[0]}, not ${pageSize} from ${repositoryName(middle + 1)}`)
    }
  })
}

export const catalogPages: Item = { name: 'catalog-pages', title: 'Catalog', disk: 4, run }
