import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, type Bench, type Item, rotated, withFleet } from '../item.ts'
import { run as runProgram } from '../processes.ts'
import { settleDisk } from '../servers/fleet.ts'
import type { Server } from '../servers/server.ts'

// The others lose zb's upload state: it does not carry the query of their Location.
const understood = new Set(['longshore', 'zot', 'zot-commit'])

const sizes = ['1MB', '10MB', '100MB'] as const
const mixture = 'Mixed 20% 1MB, 70% 10MB, 10% 100MB'
const tests = {
  lists: ['Get Catalog'],
  pulls: [...sizes.map((size) => `Pull ${size}`), `Pull ${mixture}`],
  pushes: [...sizes.map((size) => `Push Monolith ${size}`), `Push Monolith ${mixture}`],
  chunks: [...sizes.map((size) => `Push Chunk Streamed ${size}`), 'Push Chunk Mixed 33% 1MB, 33% 10MB, 33% 100MB'],
  both: sizes.map((size) => `Pull 75% and Push 25% Mixed ${size}`),
} as const satisfies Record<string, readonly string[]>
export type ZbPart = keyof typeof tests
const parts = Object.keys(tests) as ZbPart[]

export const zbRow = (test: string): string => `zb: ${test}`
/** zb's rate is over all that it does: pushes of what it asks for and deletes are in it. What it asked took so long. */
const medianRow = (test: string): string => `${zbRow(test)}, median`
export const zbRows = (...of: readonly ZbPart[]): string[] => of.flatMap((part) => tests[part].map(zbRow))

async function run(bench: Bench): Promise<void> {
  const { recorder, quick, programs } = bench
  const { zb } = programs
  if (zb === undefined) return recorder.note('zb is not on PATH; left out')
  for (const part of parts.filter((each) => bench.parts.includes(each))) {
    await withFleet(bench, { row: 'start', include: (name) => understood.has(name) }, async (servers) => {
      for (const test of tests[part]) {
        for (let round = 0; round < (quick ? 1 : 3); round++) {
          for (const server of rotated(servers, round)) {
            const row = zbRow(test)
            await attempt(bench, row, server, async () => {
              settleDisk()
              const { rate, mean, failed, p50, p99 } = await runZb(zb, server, bench.root, { test, requests: requestsOf(test, quick) })
              if (failed > 0) throw new Error(`${failed} requests failed`)
              // zb draws the sizes of a mixture anew for each run: between two of them the bytes of a request differ by a half and more.
              const figure = mean === undefined ? { value: rate, unit: 'req/s' } : { value: rate * mean, unit: 'MiB/s' }
              recorder.add(row, server.name, { ...figure, better: 'more', detail: { rate, p50, p99 } })
              if (part !== 'lists' && part !== 'pulls') return
              recorder.add(medianRow(test), server.name, { value: millisecondsOf(p50), unit: 'ms', better: 'less' })
            })
          }
        }
      }
    })
  }
}

/** A quick run takes 100 MB a few times only: a hundred of them are 10 GB to push. */
function requestsOf(test: string, quick: boolean): number {
  if (!quick) return 200
  return test.endsWith('100MB') ? (test.includes(',') ? 20 : 8) : 60
}

interface ZbResult {
  test: string
  rate: number
  /** MiB of a request, where zb drew their sizes. */
  mean: number | undefined
  failed: number
  p50: string
  p99: string
}

async function runZb(zb: string, server: Server, root: string, what: { test: string; requests: number }): Promise<ZbResult> {
  const folder = mkdtempSync(join(root, 'zb-'))
  const { credential } = server
  const login = credential === undefined ? [] : ['-A', `${credential.username}:${credential.password}`]
  try {
    const url = `http://127.0.0.1:${server.port}`
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 900_000 }
    const load = ['-c', '4', '-n', String(what.requests), '-t', `^${what.test}$`]
    const { stdout, stderr } = await runProgram(zb, [...load, '-d', folder, ...login, url], options)
    const [result] = parseZb(`${stdout}\n${stderr}`)
    if (result?.test !== what.test) throw new Error(`zb said: ${(stdout + stderr).slice(-1000)}`)
    return result
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** zb prints a page for each test, its lines being a name, a colon and white space. */
function parseZb(output: string): ZbResult[] {
  return output
    .split(/^=+\s*$/m)
    .slice(1)
    .map((page) => {
      const field = (name: string): string => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(page)?.[1] ?? ''
      return {
        test: field('Test name'),
        rate: Number(field('Requests per second')),
        mean: meanOf(sizes.map((size) => Number(field(size)))),
        failed: Number(field('Failed requests')),
        p50: field('p50'),
        p99: field('p99'),
      }
    })
    .filter(({ test, rate }) => test !== '' && Number.isFinite(rate))
}

/** As Go writes a duration below a minute. */
function millisecondsOf(duration: string): number {
  const [, figure, unit] = /^([\d.]+)(µs|ms|s)$/.exec(duration) ?? []
  return Number(figure) * { µs: 0.001, ms: 1, s: 1000 }[unit as 'µs' | 'ms' | 's']
}

function meanOf([ones = 0, tens = 0, hundreds = 0]: readonly number[]): number | undefined {
  const drawn = ones + tens + hundreds
  return drawn === 0 ? undefined : (ones + 10 * tens + 100 * hundreds) / drawn
}

export const zb: Item = { name: 'zb', title: "zot's own benchmark, 4 workers", parts, disk: 30, run }
