import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, type Bench, type Item, withFleet } from '../item.ts'
import { run as runProgram } from '../processes.ts'
import type { Server } from '../servers/server.ts'

// The others lose zb's upload state: it does not carry the query of their Location.
const understood = new Set(['longshore', 'zot', 'zot-commit'])

async function run(bench: Bench): Promise<void> {
  const { recorder, quick, programs } = bench
  const { zb } = programs
  if (zb === undefined) return recorder.note('zb is not on PATH; left out')
  await withFleet(bench, { row: 'start', include: (name) => understood.has(name) }, async (servers) => {
    for (const server of servers) {
      await attempt(bench, 'zb', server, async () => {
        for (const test of await runZb(zb, server, bench.root, quick)) {
          const { row, rate, failed, p50, p99 } = test
          if (failed > 0) recorder.fail(row, server.name, new Error(`${failed} requests failed`))
          else {
            const detail = { p50, p99 }
            recorder.add(row, server.name, { value: rate, unit: 'req/s', better: 'more', detail })
          }
        }
      })
    }
  })
}

interface ZbTest {
  row: string
  rate: number
  failed: number
  p50: string
  p99: string
}

async function runZb(zb: string, server: Server, root: string, quick: boolean): Promise<ZbTest[]> {
  const folder = mkdtempSync(join(root, 'zb-'))
  const { credential } = server
  const login = credential === undefined ? [] : ['-A', `${credential.username}:${credential.password}`]
  const size = quick ? ['-n', '40', '-t', 'Catalog|[^0] ?1MB|10MB$'] : ['-n', '200']
  try {
    const url = `http://127.0.0.1:${server.port}`
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, timeout: 900_000 }
    const { stdout, stderr } = await runProgram(zb, ['-c', '4', ...size, '-d', folder, ...login, url], options)
    const tests = parseZb(`${stdout}\n${stderr}`)
    if (tests.length === 0) throw new Error(`zb said: ${(stdout + stderr).slice(-1000)}`)
    return tests
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** zb prints a page for each test, its lines being a name, a colon and white space. */
export function parseZb(output: string): ZbTest[] {
  return output
    .split(/^=+\s*$/m)
    .slice(1)
    .map((page) => {
      const field = (name: string): string => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(page)?.[1] ?? ''
      return {
        row: `zb: ${field('Test name')}`,
        rate: Number(field('Requests per second')),
        failed: Number(field('Failed requests')),
        p50: field('p50'),
        p99: field('p99'),
      }
    })
    .filter(({ row, rate }) => row !== 'zb: ' && Number.isFinite(rate))
}

export const zb: Item = { name: 'zb', title: "zot's own benchmark, 4 workers", disk: 30, run }
