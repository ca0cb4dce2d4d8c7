import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, type Bench, type Item } from '../item.ts'
import { learnAnswer } from '../load/repeated-request.ts'
import { openLoop } from '../load/open-loop.ts'
import { memoryOf } from '../memory-watch.ts'
import { startLongshore } from '../servers/longshore.ts'
import type { Server } from '../servers/server.ts'
import { fillDatabase } from '../size/fill.ts'
import { type Database, databases, type Ground, grounds, isKept } from '../size/ground.ts'
import { names, repositoryName, type Sizes, sizesOf, tagName } from '../size/plan.ts'
import { median, percentile } from '../statistics.ts'
import { ArmClient } from '../wire/arm.ts'
import { acceptManifests, smallImage } from '../wire/content.ts'
import { commandOf, ownerOf } from '../wire/owner.ts'
import { RegistryClient } from '../wire/registry.ts'

const page = 100

/**
 * A registry of `--size` manifests, a tenth as many repositories and five times as many tags, generated past the server. With `--kept` it is
 * generated once, and another run measures a copy of it.
 */
async function run(bench: Bench): Promise<void> {
  const sizes = sizesOf(bench.size)
  for (const part of bench.parts as readonly Database[]) {
    const kept = bench.kept === undefined ? undefined : join(bench.kept, `${part}-${bench.size}`)
    const folder = join(bench.root, `size-${part}`)
    mkdirSync(folder)
    const ground = await grounds[part](folder, kept !== undefined && isKept(kept) ? kept : undefined)
    try {
      const add: Add = (what, value, unit = 'ms', detail = {}) =>
        bench.recorder.add(`${what}, ${databases[part]}`, 'longshore', { value, unit, better: 'less', detail })
      if (kept === undefined || !isKept(kept)) await generate(bench, ground, sizes, add)
      if (kept === undefined || isKept(kept)) await measure(bench, databases[part], ground, sizes, add)
      else {
        ground.keep(kept)
        bench.recorder.note(`size: ${databases[part]} is filled and kept in ${kept}; the same command measures it`)
      }
    } finally {
      ground.stop()
    }
  }
}

const startOn = (bench: Bench, ground: Ground) =>
  startLongshore({ folder: ground.folder, nodeFlags: bench.nodeFlags, environment: { ...ground.environment, LONGSHORE_GC_DELAY: '1s' } })

async function generate(bench: Bench, ground: Ground, sizes: Sizes, add: Add): Promise<void> {
  const seeded = await startOn(bench, ground)
  const seeding = new RegistryClient(seeded)
  await seeding.pushImage('seed', 'v1', smallImage([500]))
  seeding.close()
  await seeded.stop()
  const filling = performance.now()
  await fillDatabase(await ground.sink(), sizes, Date.now())
  add('the database, bytes a manifest', (await ground.bytes()) / sizes.manifests, 'bytes', { seconds: secondsSince(filling) })
}

async function measure(bench: Bench, database: string, ground: Ground, sizes: Sizes, add: Add): Promise<void> {
  const starting = performance.now()
  const server = await startOn(bench, ground)
  try {
    add('start', performance.now() - starting)
    await attempt(bench, `lists, ${database}`, server, () => lists(server, sizes, add))
    await attempt(bench, `collection, ${database}`, server, () => collection(bench, server, ground, add))
    const { rss, highest } = memoryOf(server.pid)
    add('memory of the server', rss, 'MiB', { highest })
  } finally {
    await server.stop()
  }
}

type Add = (what: string, value: number, unit?: string, detail?: Record<string, number | string>) => void

async function lists(server: Server, sizes: Sizes, add: Add): Promise<void> {
  const client = new RegistryClient(server, { blockSize: 256 * 1024 })
  const timed = async (what: string, path: string, many = page, times = 40) => {
    const key = /\/(_?tags|_?manifests|_catalog)/.exec(path)?.[1] ?? ''
    const found = JSON.parse((await client.get(path)).body.toString()) as Record<string, unknown[]>
    const items = found[key === '_catalog' ? 'repositories' : key.replace('_', '')] ?? []
    if (items.length !== many) throw new Error(`${path}: ${items.length} items, not ${many}`)
    const latencies: number[] = []
    for (let count = 0; count < times; count++) latencies.push(await elapsed(() => client.get(path)))
    add(what, median(latencies), 'ms', { longest: Math.max(...latencies) })
  }
  try {
    const rest = sizes.repositories - 2
    for (const [api, path] of [
      ['catalog', '/v2/_catalog'],
      ['catalog of /acr/v1', '/acr/v1/_catalog'],
    ] as const) {
      await timed(`${api}, first page`, `${path}?n=${page}`)
      await timed(`${api}, page in the middle`, `${path}?n=${page}&last=${repositoryName(rest >> 1)}`)
      await timed(`${api}, last page`, `${path}?n=${page}&last=${repositoryName(rest - page - 1)}`)
    }
    await timed('catalog, page of 1,000', `/v2/_catalog?n=1000`, Math.min(1000, sizes.repositories + 1))
    const tags = `/v2/${names.tagged}/tags/list`
    await timed('tags, first page', `${tags}?n=${page}`)
    await timed('tags, page in the middle', `${tags}?n=${page}&last=${tagName(sizes.tagged >> 1)}`)
    await timed('tags, last page', `${tags}?n=${page}&last=${tagName(sizes.tagged - page - 1)}`)
    for (const [repository, kind, what] of [
      [names.tagged, '_tags', 'tags'],
      [names.tagged, '_manifests', 'manifests that have all the tags'],
      [names.untagged, '_manifests', 'manifests'],
    ] as const)
      for (const order of ['', 'timeasc', 'timedesc']) {
        const many = kind === '_manifests' && repository === names.tagged ? 10 : page
        await timed(
          `/acr/v1 ${what}, ${order || 'by name'}, ${many}`,
          `/acr/v1/${repository}/${kind}?n=${many}${order && `&orderby=${order}`}`,
          many,
        )
      }
    for (const repository of Object.values(names))
      add(`/acr/v1/${repository}`, median(await several(20, () => elapsed(() => client.get(`/acr/v1/${repository}`)))))
    await cold(server, rest, add)
  } finally {
    client.close()
  }
}

/** Each of another repository that nobody asked for before. */
async function cold(server: Server, repositories: number, add: Add): Promise<void> {
  const client = new RegistryClient(server, { basic: true })
  try {
    const count = Math.min(1000, repositories - 1)
    const latencies: number[] = []
    for (let each = 0; each < count; each++) {
      const repository = repositoryName(Math.floor((each * repositories) / count))
      latencies.push(await elapsed(() => client.get(`/v2/${repository}/manifests/${tagName(0)}`, { accept: acceptManifests })))
    }
    add('GET by tag, each for the first time', median(latencies), 'ms', { p99: percentile(latencies, 0.99) })
  } finally {
    client.close()
  }
}

const loadSeconds = 8

/** The repository of a tenth of all manifests is deleted, emptied and collected to its last object, beside pulls at a rate. */
async function collection(bench: Bench, server: Server, { environment }: Ground, add: Add): Promise<void> {
  const cli = commandOf(server, environment)
  const usage = async () => JSON.parse(await cli('usage', '--output', 'json')) as { unreferenced: number; condemned: number }
  const arm = new ArmClient(server, await ownerOf(server))
  const client = new RegistryClient(server, { basic: true })
  try {
    const { value } = await arm.get('/subscriptions?api-version=2024-11-01')
    const [{ id: subscription = '' } = {}] = value as { id?: string }[]
    const registries = `${subscription}/providers/Microsoft.ContainerRegistry/registries?api-version=2025-11-01`
    const [{ id = '' } = {}] = (await arm.get(registries)).value as { id?: string }[]
    const shown = () => elapsed(() => arm.get(`${id}/listUsages?api-version=2025-11-01`))
    add('listUsages', median(await several(20, shown)))
    add('longshore usage, with the start of the command', await elapsed(usage))
    const path = `/v2/${repositoryName(0)}/manifests/${tagName(0)}`
    const headers = { accept: acceptManifests, ...(await server.authorize('GET', path)) }
    const request = await learnAnswer(server.port, { method: 'GET', path, headers })
    const load = (seconds: number) => openLoop(request, { connections: 16, rate: 500, warmUpSeconds: 1, seconds, core: bench.cores.load })
    const alone: Awaited<ReturnType<typeof load>>[] = []
    for (let time = 0; time < 3; time++) alone.push(await load(loadSeconds))
    add('p99 of pulls, alone', median(alone.map(({ p99 }) => p99)), 'ms', { longest: Math.max(...alone.map(({ longest }) => longest)) })
    const begun = performance.now()
    add('deletion of a repository of a tenth of all manifests', await elapsed(() => client.deleteRepository(names.untagged)))
    add('listUsages, while it is emptied', median(await several(5, shown)))
    let over = false
    const collecting = collected(cli, usage).finally(() => (over = true))
    // It is waited for below; until then nobody would hear of its failure.
    collecting.catch(() => {})
    const beside: Awaited<ReturnType<typeof load>>[] = []
    while (!over) beside.push(await load(loadSeconds))
    const { passes, deleted, ended } = await collecting
    add('until it is emptied and collected', (ended - begun) / 1000, 's', { passes, deleted })
    add('p99 of pulls, while it is', median(beside.map(({ p99 }) => p99)), 'ms', {
      highest: Math.max(...beside.map(({ p99 }) => p99)),
      longest: Math.max(...beside.map(({ longest }) => longest)),
      failures: beside.reduce((sum, { failures }) => sum + failures, 0),
    })
  } finally {
    client.close()
    arm.close()
  }
}

/** Passes until nothing is left that one could take; what was condemned within the last second is the next one's. */
async function collected(cli: ReturnType<typeof commandOf>, usage: () => Promise<{ unreferenced: number; condemned: number }>) {
  let deleted = 0
  for (let passes = 1; ; passes++) {
    const pass = JSON.parse(await cli('gc', '--output', 'json')) as { deleted: number }
    deleted += pass.deleted
    const ended = performance.now()
    if (pass.deleted > 0) continue
    const { unreferenced, condemned } = await usage()
    if (unreferenced + condemned === 0) return { passes, deleted, ended }
  }
}

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}

async function several(times: number, work: () => Promise<number>): Promise<number[]> {
  const found: number[] = []
  for (let each = 0; each < times; each++) found.push(await work())
  return found
}

const secondsSince = (begin: number): number => (performance.now() - begin) / 1000

export const size: Item = {
  name: 'size',
  title: 'A registry of --size manifests, generated',
  parts: Object.keys(databases),
  disk: 30,
  whenAsked: true,
  run,
}
