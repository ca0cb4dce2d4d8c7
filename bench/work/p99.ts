import { attempt, type Bench, type Item, rotated, withFleet } from '../item.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { openLoop } from '../load/open-loop.ts'
import { push } from '../load/pusher.ts'
import type { RepeatedRequest } from '../load/repeated-request.ts'
import { settleDisk } from '../servers/fleet.ts'
import type { Server } from '../servers/server.ts'
import { mebibyte } from '../wire/content.ts'
import { manifestRequest, pushFiveLayers } from './manifests.ts'

export const p99Rows = {
  alone: 'p99 at half the highest rate, alone',
  beside: 'p99 at half the highest rate, pushes beside',
  ratio: 'p99 with pushes over p99 without',
}

// The same pushes for each server: a rate of its own would punish the one that pushes faster.
const imagesPerSecond = 20
const layerSize = mebibyte

async function run(bench: Bench): Promise<void> {
  const { recorder, quick, cores } = bench
  const seconds = quick ? 4 : 6
  await withFleet(bench, { row: 'start', pinned: true }, async (servers) => {
    const ready: { server: Server; request: RepeatedRequest; rate: number }[] = []
    for (const server of servers) {
      await attempt(bench, 'highest rate', server, async () => {
        await pushFiveLayers(server, 'bench/p99', 'v1')
        const request = await manifestRequest(server, 'GET', 'bench/p99', 'v1')
        const load = { connections: 64, core: cores.load, wrk: bench.programs.wrk }
        await closedLoop(request, { ...load, seconds: 2 })
        const { rate } = await closedLoop(request, { ...load, seconds: 3 })
        ready.push({ server, request, rate: Math.max(1, Math.floor(rate / 2)) })
      })
    }
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      for (const { server, request, rate } of rotated(ready, round)) {
        const shape = { connections: 64, rate, warmUpSeconds: 1, seconds, core: cores.load }
        await attempt(bench, p99Rows.ratio, server, async () => {
          settleDisk()
          const alone = await openLoop(request, shape)
          const pushing = push(
            {
              port: server.port,
              credential: server.credential,
              repository: 'bench/beside',
              writers: 4,
              rate: imagesPerSecond,
              seconds: seconds + 1.5,
              layerSize,
            },
            cores.load,
          )
          const [beside, pushes] = await Promise.all([openLoop(request, shape), pushing])
          const failures = alone.failures + beside.failures + pushes.failures
          if (failures > 0) throw new Error(`${failures} requests failed`)
          const detail = { 'req/s': rate, 'p50 ms': alone.p50, 'longest ms': alone.longest }
          recorder.add(p99Rows.alone, server.name, { value: alone.p99, unit: 'ms', better: 'less', detail })
          recorder.add(p99Rows.beside, server.name, {
            value: beside.p99,
            unit: 'ms',
            better: 'less',
            detail: {
              'req/s': rate,
              'p50 ms': beside.p50,
              'longest ms': beside.longest,
              'pushes/s': pushes.rate,
              waited: beside.waited,
            },
          })
          recorder.add(p99Rows.ratio, server.name, { value: beside.p99 / alone.p99, unit: '×', better: 'less' })
        })
      }
    }
  })
  recorder.note(`beside: ${imagesPerSecond} images a second, each one layer of ${layerSize / mebibyte} MiB`)
}

export const p99: Item = { name: 'p99', title: 'Latency of manifest GET beside pushes, one core each side', disk: 4, run }
