import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { runFile } from './run-file.ts'

/**
 * What one test file runs, by the texts of the lines: so it stays good while files move and lines shift, and a line that has changed is simply
 * not known.
 */
export interface Run {
  test: string
  passed: boolean
  milliseconds: number
  /** By the last part of a source's path. */
  ran: Record<string, readonly string[]>
}

interface Script {
  url: string
  functions: readonly { ranges: readonly { startOffset: number; endOffset: number; count: number }[] }[]
}

/** Runs a test file in `tree` and asks V8 what it ran, in the processes and threads that it starts too. */
export async function coverageOf(tree: string, test: string): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-coverage-'))
  try {
    const { passed, milliseconds } = await runFile(tree, test, 300_000, { NODE_V8_COVERAGE: folder, NODE_DISABLE_COMPILE_CACHE: '1' })
    const ran = new Map<string, Set<string>>()
    for (const report of readdirSync(folder)) {
      const { result } = JSON.parse(readFileSync(join(folder, report), 'utf8')) as { result: readonly Script[] }
      for (const script of result) note(ran, tree, script)
    }
    return { test, passed, milliseconds, ran: Object.fromEntries([...ran].map(([file, lines]) => [file, [...lines]])) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function note(ran: Map<string, Set<string>>, tree: string, { url, functions }: Script): void {
  const prefix = `file://${tree}/`
  const path = join(tree, url.slice(prefix.length))
  if (!url.startsWith(`${prefix}src/`) || !existsSync(path)) return
  const source = readFileSync(path, 'utf8')
  const marks = new Uint8Array(source.length)
  const ranges = functions.flatMap((each) => each.ranges).sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)
  // An inner range says more than the one around it, and comes after it.
  for (const { startOffset, endOffset, count } of ranges) marks.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  const lines = ran.get(basename(path)) ?? new Set()
  let at = 0
  for (const line of source.split('\n')) {
    const first = at + line.search(/\S|$/)
    if (marks[first]) lines.add(line.trim())
    at += line.length + 1
  }
  ran.set(basename(path), lines)
}

/** Who ran a line, the quickest first. */
export const whoRuns = (runs: readonly Run[], file: string, line: string): string[] =>
  runs
    .filter(({ passed, ran }) => passed && ran[basename(file)]?.includes(line.trim()))
    .sort((a, b) => a.milliseconds - b.milliseconds)
    .map(({ test }) => test)
