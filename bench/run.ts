import { rmSync } from 'node:fs'
import type { Bench, Item } from './item.ts'
import { describeMachine, freeGibibytes, makeRoot, noisyShare, othersShare, processorTime, usableCores } from './machine.ts'
import { Recorder } from './measure.ts'
import { helpText, type Options, parseOptions } from './options.ts'
import { killEverythingStarted } from './processes.ts'
import { printReport, type Report, resultsFolder, saveReport } from './report.ts'
import { findPrograms } from './servers/programs.ts'
import { printSoak, soak } from './soak.ts'
import { judge } from './targets.ts'
import { blobGet } from './work/blob-get.ts'
import { blobPush } from './work/blob-push.ts'
import { catalogPages } from './work/catalog-pages.ts'
import { controlPlane } from './work/control-plane.ts'
import { largeIndexItem } from './work/large-index.ts'
import { manifests } from './work/manifests.ts'
import { memory } from './work/memory.ts'
import { mixed } from './work/mixed.ts'
import { p99 } from './work/p99.ts'
import { servers } from './work/servers.ts'
import { size } from './work/size.ts'
import { smallImages } from './work/small-images.ts'
import { tagPages } from './work/tag-pages.ts'
import { tagPuts } from './work/tag-puts.ts'
import { threads } from './work/threads.ts'
import { zb } from './work/zb.ts'

const items: readonly Item[] = [
  manifests,
  p99,
  blobGet,
  blobPush,
  smallImages,
  tagPuts,
  largeIndexItem,
  tagPages,
  catalogPages,
  controlPlane,
  mixed,
  zb,
  threads,
  servers,
  memory,
  size,
]

async function compare(options: Options, root: string): Promise<number> {
  const startedAt = new Date()
  const chosen = items.filter(({ name }) => options.only.has(name))
  const programs = await findPrograms(options.servers)
  const cores = usableCores(options.cores, programs.missing)
  const report: Report = {
    startedAt: startedAt.toISOString(),
    finishedAt: '',
    machine: describeMachine(root),
    settings: {
      quick: options.quick,
      quietPeers: options.quietPeers,
      items: Object.fromEntries(options.only),
      servers: [...programs.servers.keys()],
      cores,
    },
    versions: programs.versions,
    missing: programs.missing,
    othersShare: {},
    measures: [],
    failures: [],
    notes: [],
    verdicts: [],
  }
  for (const line of programs.missing) console.error(line)

  for (const item of chosen) {
    const began = performance.now()
    const before = processorTime()
    const recorder = new Recorder(item.name, (line) => console.error(`  ${line}`))
    const { servers, quick, size, kept, quietPeers } = options
    const nodeFlags = options.profile ? profileFlags() : []
    const parts = options.only.get(item.name) ?? []
    const bench: Bench = { root, programs, servers, quick, size, kept, quietPeers, nodeFlags, cores, recorder, parts }
    console.error(`${item.title} [${item.name}]`)
    const free = freeGibibytes(root)
    if (free < item.disk) recorder.note(`${item.name}: left out, ${free.toFixed(1)} GiB free, ${item.disk} wanted`)
    else await item.run(bench)
    console.error(`  ${((performance.now() - began) / 1000).toFixed(0)} s`)
    const others = othersShare(before, processorTime())
    report.othersShare[item.name] = others
    if (others > noisyShare) {
      recorder.note(`${item.name}: others used ${(others * 100).toFixed(0)} % of the processors; its figures are noisy`)
    }
    report.measures.push(...recorder.measures)
    report.failures.push(...recorder.failures)
    report.notes.push(...recorder.notes)
  }

  report.finishedAt = new Date().toISOString()
  report.verdicts = judge(report.measures, options, report.othersShare)
  printReport(report, chosen)
  console.log(`\n${saveReport(startedAt.toISOString().replaceAll(':', '-'), report)}`)
  return report.failures.length > 0 ? 1 : 0
}

async function hold(options: Options, root: string): Promise<number> {
  const servers = options.servers.length > 1 ? (['longshore'] as const) : options.servers
  const programs = await findPrograms(servers)
  const recorder = new Recorder('soak', (line) => console.error(line))
  const cores = { server: undefined, load: undefined }
  const { quick, size, kept, quietPeers, minutes, pullsPerSecond } = options
  const nodeFlags = options.profile ? profileFlags() : []
  const results = await soak(
    { root, programs, servers, quick, size, kept, quietPeers, nodeFlags, cores, recorder, parts: [] },
    minutes,
    pullsPerSecond,
  )
  for (const result of results) printSoak(result)
  const name = `soak-${new Date().toISOString().replaceAll(':', '-')}`
  console.log(saveReport(name, { machine: describeMachine(root), versions: programs.versions, results }))
  const failed = recorder.failures.length > 0 || results.some(({ failures }) => failures.length > 0)
  return failed ? 1 : 0
}

const profileFlags = (): string[] => ['--cpu-prof', `--cpu-prof-dir=${resultsFolder()}`]

async function main(): Promise<number> {
  let options: Options | undefined
  let root: string
  try {
    options = parseOptions(process.argv.slice(2), items)
    if (options === undefined) {
      console.log(helpText(items))
      return 0
    }
    root = makeRoot(options.dir)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 2
  }
  const clear = (): void => {
    killEverythingStarted()
    // What was just killed may still write for a moment.
    rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  process.once('exit', clear)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
  return options.command === 'soak' ? hold(options, root) : compare(options, root)
}

process.exitCode = await main()
