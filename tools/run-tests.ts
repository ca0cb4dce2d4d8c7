import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Counts {
  passed: number
  failed: number
}

/**
 * Runs test files by Node's runner, prints its report, and returns how many passed and failed. A skipped test counts as
 * failed: whoever cannot run it must say so, not look green. So does a run without any test.
 * @param concurrency files at a time
 */
export function runTests(patterns: readonly string[], concurrency: number): Counts {
  const files = patterns.flatMap((pattern) => globSync(pattern)).sort()
  if (files.length === 0) return { passed: 0, failed: 1 }
  const folder = mkdtempSync(join(tmpdir(), 'longshore-count-'))
  const countFile = join(folder, 'count')
  writeFileSync(countFile, '')
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        '--test',
        `--test-concurrency=${concurrency}`,
        '--test-timeout=600000',
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${import.meta.dirname}/counting-reporter.ts`,
        '--test-reporter-destination=stderr',
        ...files,
      ],
      { stdio: 'inherit', env: { ...process.env, TEST_COUNT_FILE: countFile } },
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
