import { randomBytes } from 'node:crypto'
import { attempt, type Bench, type Item, withFleet } from '../item.ts'
import { median } from '../statistics.ts'
import { type Blob, blobOf } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'
import { pushOne, tagName } from './tag-puts.ts'

/** What fits into the 4 MiB of a manifest. */
const children = 19_999
const rounds = 5

export const largeIndexRow = `longest that a put of a tag waits beside an index of ${children} unknown children`

async function run(bench: Bench): Promise<void> {
  const { recorder } = bench
  await withFleet(bench, { row: 'start', include: (name) => name === 'longshore' }, async (servers) => {
    for (const server of servers)
      await attempt(bench, largeIndexRow, server, async () => {
        const image = await pushOne(server, 'bench/beside', tagName(0))
        const [client, beside] = [new RegistryClient(server), new RegistryClient(server)]
        try {
          const [took, waited]: [number[], number[]] = [[], []]
          for (let round = 0; round < rounds; round++) {
            const begin = performance.now()
            let over = false
            const put = client.putManifest('bench/index', tagName(round), largeIndex(), indexType).finally(() => (over = true))
            let longest = 0
            while (!over) {
              const asked = performance.now()
              await beside.putManifest('bench/beside', tagName(1), image.manifest)
              longest = Math.max(longest, performance.now() - asked)
            }
            await put
            took.push(performance.now() - begin)
            waited.push(longest)
          }
          const detail = { 'the index itself ms': median(took) }
          recorder.add(largeIndexRow, server.name, { value: median(waited), unit: 'ms', better: 'less', detail })
        } finally {
          client.close()
          beside.close()
        }
      })
  })
}

const indexType = 'application/vnd.oci.image.index.v1+json'

function largeIndex(): Blob {
  const manifests = Array.from({ length: children }, () => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: `sha256:${randomBytes(32).toString('hex')}`,
    size: 1000,
  }))
  return blobOf(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests })))
}

export const largeIndexItem: Item = { name: 'large-index', title: 'Index of thousands', disk: 1, run }
