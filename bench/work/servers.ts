import { startPostgres } from '../../test/stores/postgres-server.ts'
import { startRadosgw } from '../../test/stores/radosgw.ts'
import { attempt, type Bench, type Item, rotated, withFleet, workers } from '../item.ts'
import { closedLoop } from '../load/closed-loop.ts'
import { settleDisk } from '../servers/fleet.ts'
import type { Bucket, Server } from '../servers/server.ts'
import { FreshBytes, mebibyte, smallImage } from '../wire/content.ts'
import { RegistryClient } from '../wire/registry.ts'
import { manifestRequest, pushFiveLayers } from './manifests.ts'

const repository = 'bench/servers'
const writers = 8
const large = 512

export const serversWork = {
  manifests: 'manifest GET by tag, 64 connections',
  images: `images pushed by ${writers} writers`,
  large: `push of ${large} MiB`,
} as const
type Work = keyof typeof serversWork
const works = Object.keys(serversWork) as Work[]

/** Where Longshore's bytes lie; distribution's are in the bucket in either row. */
type Bytes = 'files' | 'bucket'
const where = { files: 'PostgreSQL and files', bucket: 'PostgreSQL and a bucket' } as const
export const serversRow = (work: Work, bytes: Bytes): string => `${serversWork[work]}, ${where[bytes]}`

/** Longshore as one of many servers would run, and distribution on the same store of objects: PostgreSQL, the store and the load on the same processors. */
async function run(bench: Bench): Promise<void> {
  const postgres = await startPostgres({ durable: true })
  try {
    const store = await startRadosgw({ bytes: 12 * 1024 ** 3 })
    try {
      const bucket = async (): Promise<Bucket> => ({ ...store, name: await store.make() })
      const [ours, theirs] = [await bucket(), await bucket()]
      const files = { LONGSHORE_STORE: await postgres.database() }
      const inBucket = {
        LONGSHORE_STORE: await postgres.database(),
        LONGSHORE_BLOBS: `s3://${ours.name}/registry?endpoint=${ours.endpoint}`,
        AWS_ACCESS_KEY_ID: ours.accessKeyId,
        AWS_SECRET_ACCESS_KEY: ours.secretAccessKey,
      }
      const include = (name: string) => name === 'longshore'
      await withFleet(bench, { row: where.files, include, environment: files }, async ([onFiles]) =>
        withFleet(bench, { row: where.bucket, include, environment: inBucket }, async ([onBucket]) =>
          withFleet(bench, { row: 'distribution', include: (name) => name === 'distribution', bucket: theirs }, async ([peer]) => {
            const all: readonly [readonly Bytes[], Server | undefined][] = [
              [['files'], onFiles],
              [['bucket'], onBucket],
              [['files', 'bucket'], peer],
            ]
            await compare(
              bench,
              all.flatMap(([bytes, server]) => (server ? [{ bytes, server }] : [])),
            )
          }),
        ),
      )
    } finally {
      store.stop()
    }
  } finally {
    postgres.stop()
  }
}

interface Measured {
  /** The rows that its figures stand in. */
  bytes: readonly Bytes[]
  server: Server
}

async function compare(bench: Bench, all: readonly Measured[]): Promise<void> {
  const { recorder, quick, parts } = bench
  const measure: Record<Work, (server: Server, round: number) => Promise<{ value: number; unit: string; detail: Record<string, number> }>> =
    {
      manifests: async (server, round) => {
        if (round === 0) await pushFiveLayers(server, repository, 'v1')
        const request = await manifestRequest(server, 'GET', repository, 'v1')
        const load = { connections: 64, core: undefined, wrk: bench.programs.wrk }
        if (round === 0) await closedLoop(request, { ...load, seconds: 2 })
        const { rate, p50, p99, requests, failures } = await closedLoop(request, { ...load, seconds: quick ? 3 : 5 })
        if (failures > 0) throw new Error(`${failures} of ${requests} were not 200`)
        return { value: rate, unit: 'req/s', detail: { 'p50 ms': p50, 'p99 ms': p99 } }
      },
      images: async (server, round) => {
        const begin = performance.now()
        const end = begin + (quick ? 4000 : 8000)
        let pushed = 0
        await workers(writers, (index) =>
          withClient(server, async (client) => {
            while (performance.now() < end) await client.pushImage(`bench/small-${index}`, `r${round}-${pushed++}`, smallImage([4096]))
          }),
        )
        return { value: pushed / ((performance.now() - begin) / 1000), unit: 'images/s', detail: { pushed } }
      },
      large: async (server) => {
        const blob = bytes.next()
        for (const method of ['POST', 'PATCH', 'PUT']) await server.authorize(method, `/v2/${repository}/blobs/uploads/`)
        settleDisk()
        const begin = performance.now()
        await withClient(server, (client) => client.pushBlob(repository, blob))
        return { value: large / ((performance.now() - begin) / 1000), unit: 'MiB/s', detail: {} }
      },
    }
  const bytes = new FreshBytes(parts.includes('large') ? large * mebibyte : 16)
  for (const work of works.filter((each) => parts.includes(each)))
    for (let round = 0; round < (quick ? 2 : 3); round++)
      for (const { bytes: rows, server } of rotated(all, round)) {
        const named = rows.map((each) => serversRow(work, each))
        await attempt(bench, named[0] ?? '', server, async () => {
          const sample = await measure[work](server, round)
          for (const row of named) recorder.add(row, server.name, { ...sample, better: 'more' })
        })
      }
}

async function withClient<Result>(server: Server, work: (client: RegistryClient) => Promise<Result>): Promise<Result> {
  const client = new RegistryClient(server, { blockSize: 64 * 1024 })
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

export const servers: Item = {
  name: 'servers',
  title: 'On PostgreSQL, with files and with a bucket, beside distribution on the same store',
  parts: works,
  disk: 12,
  run,
}
