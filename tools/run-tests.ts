import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Counts {
  passed: number
  failed: number
}

interface How {
  /** False: all files in one process, which their tests must bear; each process of its own costs a fifth of a second. */
  isolated?: boolean
  /** Patterns of files that are left out. */
  except?: readonly string[]
}

const compiled = fileURLToPath(new URL('../node_modules/.cache/longshore', import.meta.url))

/**
 * Runs test files by Node's runner, prints its report, and returns how many passed and failed. A skipped test counts as
 * failed: whoever cannot run it must say so, not look green. So does a pattern that no file has.
 */
export function runTests(patterns: readonly string[], { isolated = true, except = [] }: How = {}): Counts {
  const found = patterns.map((pattern) => globSync(pattern, { exclude: [...except] }))
  if (found.some((each) => each.length === 0)) return { passed: 0, failed: 1 }
  const files = found.flat().sort()
  const folder = mkdtempSync(join(tmpdir(), 'longshore-count-'))
  const countFile = join(folder, 'count')
  writeFileSync(countFile, '')
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        '--test',
        '--test-concurrency=2',
        `--test-isolation=${isolated ? 'process' : 'none'}`,
        '--test-timeout=600000',
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${import.meta.dirname}/counting-reporter.ts`,
        '--test-reporter-destination=stderr',
        ...files,
      ],
      // Each file is a process that loads some hundreds of sources, and so is each server that it starts: compiled once.
      { stdio: 'inherit', env: { NODE_COMPILE_CACHE: compiled, ...process.env, TEST_COUNT_FILE: countFile } },
    )
    const letters = readFileSync(countFile, 'utf8')
    const count = (letter: string) => letters.split(letter).length - 1
    const failed = count('f') + count('s')
    return { passed: count('p'), failed: status !== 0 && failed === 0 ? 1 : failed }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Prints the one line that CI reads and keeps it for who adds up several runs; fails the process when it must. */
export function conclude(counts: Counts): void {
  const ran = counts.passed + counts.failed > 0
  if (process.env.TEST_TOTAL_FILE) writeFileSync(process.env.TEST_TOTAL_FILE, JSON.stringify(counts))
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  if (counts.failed > 0 || !ran) process.exitCode = 1
}
