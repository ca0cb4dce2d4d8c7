import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runFile } from './run-file.ts'

/** What one test file runs: `[start, end]` of each source, in characters; and how long it takes. */
export interface Run {
  test: string
  passed: boolean
  milliseconds: number
  ran: Record<string, readonly (readonly [number, number])[]>
}

interface Range {
  startOffset: number
  endOffset: number
  count: number
}
interface Script {
  url: string
  functions: readonly { ranges: readonly Range[] }[]
}

/** Runs a test file in `tree` and asks V8 what it ran, in the processes and threads that it starts too. */
export function coverageOf(tree: string, test: string): Run {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-coverage-'))
  try {
    const { passed, milliseconds } = runFile(tree, test, 300_000, { NODE_V8_COVERAGE: folder })
    const ran = new Map<string, Uint8Array>()
    for (const report of readdirSync(folder)) {
      const { result } = JSON.parse(readFileSync(join(folder, report), 'utf8')) as { result: readonly Script[] }
      for (const script of result) note(ran, tree, script)
    }
    return { test, passed, milliseconds, ran: Object.fromEntries([...ran].map(([file, marks]) => [file, stretches(marks)])) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function note(ran: Map<string, Uint8Array>, tree: string, { url, functions }: Script): void {
  const prefix = `file://${tree}/`
  if (!url.startsWith(`${prefix}src/`)) return
  const file = url.slice(prefix.length)
  if (!existsSync(join(tree, file))) return
  const ranges = functions.flatMap((each) => each.ranges).sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  const here = new Uint8Array(readFileSync(join(tree, file), 'utf8').length)
  // An inner range says more than the one around it, and comes after it.
  for (const { startOffset, endOffset, count } of ranges) here.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  const known = ran.get(file)
  if (known) for (let at = 0; at < here.length; at++) known[at] = (known[at] ?? 0) | (here[at] ?? 0)
  else ran.set(file, here)
}

function stretches(marks: Uint8Array): [number, number][] {
  const found: [number, number][] = []
  for (let at = 0; at < marks.length; at++) {
    if (!marks[at]) continue
    const start = at
    while (at < marks.length && marks[at]) at++
    found.push([start, at])
  }
  return found
}

export const runs = (run: Run, file: string, at: number): boolean => run.ran[file]?.some(([start, end]) => start <= at && at < end) ?? false
