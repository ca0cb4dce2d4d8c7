// What a run of tests says at its end: how long its parts took, which files took longest, and what is red.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

export interface Failure {
  file: string
  /** The names of its suites and its own; none where the file itself failed. */
  test: string
  message: string
}

export interface Part {
  title: string
  passed: number
  /** Besides tests that failed, those that were skipped or that there are not. */
  failed: number
  seconds: number
  failures: Failure[]
  files: { file: string; seconds: number }[]
}

const longest = 10
/** An error may hold all that a server said. */
const linesOfOne = 12
const charactersOfLine = 300

/** Work that is no file of tests: what it throws is its failure. */
export async function onePart(title: string, work: () => unknown): Promise<Part> {
  const started = performance.now()
  const failures: Failure[] = []
  try {
    await work()
  } catch (error) {
    failures.push({ file: title, test: '', message: error instanceof Error ? error.message : String(error) })
  }
  const failed = failures.length
  return { title, passed: 1 - failed, failed, seconds: (performance.now() - started) / 1000, failures, files: [] }
}

/** All that is told, in its order: what is red, and the one line that CI reads, come last. */
export function report(parts: readonly Part[]): string {
  const lines = parts.map(({ title, seconds, passed, failed }) => `${lasted(seconds)}  ${title}: ${passed} passed, ${failed} failed`)
  // Some run beside each other: it is less than their sum, or more by what is none of them.
  if (parts.length > 1) lines.push(`${lasted(performance.now() / 1000)}  in all`)
  const slowest = parts
    .flatMap(({ title, files }) => files.map((each) => ({ ...each, title })))
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, longest)
  if (slowest.length > 0) lines.push('', 'The files that took longest:')
  for (const { file, seconds, title } of slowest) lines.push(`${lasted(seconds)}  ${file} (${title})`)
  const failures = parts.flatMap(({ title, failures: all }) => all.map((each) => ({ ...each, title })))
  if (failures.length > 0) lines.push('', 'What failed:')
  for (const { file, test, message, title } of failures) {
    lines.push(`✖ ${[file, test].filter((each) => each !== '').join(': ')}${file === title ? '' : ` (${title})`}`)
    lines.push(...shortened(message).map((line) => `    ${line}`))
  }
  const { passed, failed } = totalOf(parts)
  return [...lines, '', `${passed} passed, ${failed} failed`].join('\n')
}

const lasted = (seconds: number) => `${seconds.toFixed(0).padStart(5)} s`

function shortened(message: string): string[] {
  const lines = message.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(0, linesOfOne).map((line) => (line.length > charactersOfLine ? `${line.slice(0, charactersOfLine)}…` : line))
}

function totalOf(parts: readonly Part[]): { passed: number; failed: number } {
  const sum = (of: 'passed' | 'failed') => parts.reduce((total, each) => total + each[of], 0)
  return { passed: sum('passed'), failed: sum('failed') }
}

/** Prints the report, and keeps the parts for who adds up several runs; fails the process when it must. */
export function conclude(parts: readonly Part[]): void {
  if (process.env.TEST_TOTAL_FILE) writeFileSync(process.env.TEST_TOTAL_FILE, JSON.stringify(parts))
  console.log(`\n${report(parts)}`)
  const { passed, failed } = totalOf(parts)
  if (failed > 0 || passed === 0) process.exitCode = 1
}

/** The parts of a run that has ended, under its name; one that told nothing has failed. */
export function keptParts(file: string, name: string): Part[] {
  if (existsSync(file))
    return (JSON.parse(readFileSync(file, 'utf8')) as Part[]).map((part) => ({ ...part, title: `${name}, ${part.title}` }))
  const failures = [{ file: name, test: '', message: 'it ended without a word on its tests' }]
  return [{ title: name, passed: 0, failed: 1, seconds: 0, failures, files: [] }]
}
