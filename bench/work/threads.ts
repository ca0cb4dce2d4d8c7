import { attempt, type Bench, type Item, rotated, withFleet, workers } from '../item.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { processorSeconds } from '../memory-watch.ts'
import type { Server } from '../servers/server.ts'
import { mebibyte, randomBlob } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'
import { manifestRequest, pushFiveLayers } from './manifests.ts'

const threadsText = (threads: number): string => `${threads} serving thread${threads === 1 ? '' : 's'}`
export const threadRows = {
  manifests: (threads: number): string => `manifest GET by tag, 64 connections, ${threadsText(threads)}`,
  pulls: (threads: number): string => `pulls of 10 MiB, 4 connections, ${threadsText(threads)}`,
  cost: (threads: number): string => `the server's processor time for a MiB of these, ${threadsText(threads)}`,
}

const counts = [1, 2] as const
const repository = 'bench/threads'
const size = 10

/** Longshore with one serving thread and with two, side by side, and the load on the same processors. */
async function run(bench: Bench): Promise<void> {
  const measured = new Map<number, Server>()
  const startOthers = async (rest: readonly number[]): Promise<void> => {
    const [threads, ...others] = rest
    if (threads === undefined) return compare(bench, [...measured])
    const environment = { LONGSHORE_SERVERS: String(threads) }
    await withFleet(bench, { row: threadsText(threads), include: (name) => name === 'longshore', environment }, async ([server]) => {
      if (server !== undefined) measured.set(threads, server)
      await startOthers(others)
    })
  }
  await startOthers(counts)
}

async function compare(bench: Bench, servers: readonly (readonly [threads: number, server: Server])[]): Promise<void> {
  const { quick } = bench
  const blob = randomBlob(size * mebibyte)
  for (const [threads, server] of servers) {
    await attempt(bench, `placing, ${threadsText(threads)}`, server, async () => {
      await pushFiveLayers(server, repository, 'v1')
      const client = new RegistryClient(server)
      await client.pushBlob(repository, blob).finally(() => client.close())
    })
  }
  for (let round = 0; round < (quick ? 3 : 5); round++) {
    for (const [threads, server] of rotated(servers, round)) {
      if (bench.parts.includes('manifests')) await readManifests(bench, server, threads, round === 0)
      if (bench.parts.includes('pulls')) await pull(bench, server, threads, blob.digest)
    }
  }
}

async function readManifests({ recorder, ...bench }: Bench, server: Server, threads: number, first: boolean): Promise<void> {
  const row = threadRows.manifests(threads)
  await attempt({ recorder, ...bench }, row, server, async () => {
    const request = await manifestRequest(server, 'GET', repository, 'v1')
    const load = { connections: 64, core: undefined, wrk: bench.programs.wrk }
    if (first) await closedLoop(request, { ...load, seconds: 2 })
    const { rate, p50, p99, requests, failures } = await closedLoop(request, { ...load, seconds: bench.quick ? 2 : 4 })
    if (failures > 0) throw new Error(`${failures} of ${requests} were not 200`)
    recorder.add(row, server.name, { value: rate, unit: 'req/s', better: 'more', detail: { 'p50 ms': p50, 'p99 ms': p99 } })
  })
}

async function pull(bench: Bench, server: Server, threads: number, digest: string): Promise<void> {
  const { recorder, quick } = bench
  await attempt(bench, threadRows.pulls(threads), server, async () => {
    let pulled = 0
    const used = processorSeconds(server.pid)
    const begin = performance.now()
    const end = begin + (quick ? 2000 : 4000)
    await workers(4, async () => {
      // 64 KiB: four readers of a megabyte each would take the processor's cache from the server.
      const client = new RegistryClient(server, { blockSize: 64 * 1024 })
      try {
        for (; performance.now() < end; pulled++) await client.getBlob(repository, digest)
      } finally {
        client.close()
      }
    })
    const mebibytes = pulled * size
    const seconds = (performance.now() - begin) / 1000
    const cost = ((processorSeconds(server.pid) - used) * 1000) / mebibytes
    recorder.add(threadRows.pulls(threads), server.name, { value: mebibytes / seconds, unit: 'MiB/s', better: 'more' })
    recorder.add(threadRows.cost(threads), server.name, { value: cost, unit: 'ms', better: 'less' })
  })
}

export const threads: Item = {
  name: 'threads',
  title: 'Two serving threads against one, the load on the same processors',
  parts: ['manifests', 'pulls'],
  disk: 1,
  run,
}
