import { attempt, type Bench, type Item, rotated, withFleet } from '../item.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { learnAnswer, type RepeatedRequest } from '../load/repeated-request.ts'
import type { Server } from '../servers/server.ts'
import { acceptManifests, type Image, smallImage } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'

export const manifestRow = (method: string, by: string, connections: number): string =>
  `${method} by ${by}, ${connections} connection${connections === 1 ? '' : 's'}`

/** Pushes an image of five layers; its manifest, about 1.4 KB, is what is asked for. */
export async function pushFiveLayers(server: Server, repository: string, tag: string): Promise<Image> {
  const image = smallImage([1024, 1024, 1024, 1024, 1024])
  const client = new RegistryClient(server)
  try {
    await client.pushImage(repository, tag, image)
  } finally {
    client.close()
  }
  return image
}

export async function manifestRequest(
  server: Server,
  method: 'GET' | 'HEAD',
  repository: string,
  reference: string,
): Promise<RepeatedRequest> {
  const path = `/v2/${repository}/manifests/${reference}`
  const headers = { accept: acceptManifests, ...(await server.authorize(method, path)) }
  return learnAnswer(server.port, { method, path, headers })
}

async function run(bench: Bench): Promise<void> {
  const { recorder, quick, cores, programs } = bench
  const shapes = (['GET', 'HEAD'] as const).flatMap((method) =>
    (['tag', 'digest'] as const).flatMap((by) =>
      (quick && (method === 'HEAD' || by === 'digest') ? [64] : [1, 16, 64]).map((connections) => ({
        method,
        by,
        connections,
      })),
    ),
  )
  await withFleet(bench, { row: 'start', pinned: true }, async (servers) => {
    const images = new Map<Server, Image>()
    for (const server of servers) {
      await attempt(bench, 'push of the image', server, async () => {
        images.set(server, await pushFiveLayers(server, 'bench/manifests', 'v1'))
      })
    }
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      for (const { method, by, connections } of shapes) {
        for (const [server, image] of rotated([...images], round)) {
          const row = manifestRow(method, by, connections)
          await attempt(bench, row, server, async () => {
            const reference = by === 'tag' ? 'v1' : image.manifest.digest
            const request = await manifestRequest(server, method, 'bench/manifests', reference)
            const options = { connections, core: cores.load, wrk: programs.wrk }
            if (round === 0) await closedLoop(request, { ...options, seconds: 1 })
            const result = await closedLoop(request, { ...options, seconds: quick ? 2 : 3 })
            if (result.failures > 0) throw new Error(`${result.failures} of ${result.requests} were not 200`)
            const { generator, rate, p50, p99 } = result
            recorder.add(row, server.name, {
              value: rate,
              unit: 'req/s',
              better: 'more',
              detail: { 'p50 ms': p50, 'p99 ms': p99, by: generator },
            })
          })
        }
      }
    }
  })
}

export const manifests: Item = { name: 'manifests', title: 'Manifest reads, one core each side', disk: 1, run }
