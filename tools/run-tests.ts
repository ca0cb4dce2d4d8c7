import { globSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import type { Failure, Part } from './report.ts'

export interface Tests {
  title: string
  patterns: readonly string[]
  /** Patterns of files that are left out. */
  except?: readonly string[]
  /** False: all files in this process, which their tests must bear; each process of its own costs a fifth of a second. */
  isolated?: boolean
  /** Files at once. */
  atOnce?: number
  /** Besides this process's own. */
  variables?: Readonly<Record<string, string>>
}

const compiled = fileURLToPath(new URL('../node_modules/.cache/longshore', import.meta.url))
enableCompileCache(compiled)

const longestTest = 900_000

// node:test would leave an interrupted run's children, and their engines, behind.
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())

/**
 * Runs test files, prints node's report of them, and returns what became of them. A skipped test counts as failed: whoever
 * cannot run it must say so, not look green. So does a pattern that no file has.
 */
export async function runTests(
  { title, patterns, except = [], isolated = true, atOnce = 2, variables = {} }: Tests,
  say: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<Part> {
  const started = performance.now()
  const found = patterns.map((pattern) => ({ pattern, files: globSync(pattern, { exclude: [...except] }) }))
  const told = new Told()
  for (const { pattern, files } of found) if (files.length === 0) told.fail(pattern, '', 'no file has such a name')
  if (told.failures.length === 0 && !interrupted.signal.aborted) {
    say(`\n${title}:\n`)
    const results = run({
      files: [...new Set(found.flatMap(({ files }) => files.map((file) => resolve(file))))].toSorted(),
      isolation: isolated ? 'process' : 'none',
      timeout: longestTest,
      ...(isolated ? { concurrency: atOnce, signal: interrupted.signal } : {}),
      // Each file is a process that loads some hundreds of sources, and so is each server that it starts: compiled once.
      ...(isolated ? { env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...variables } } : {}),
    })
    told.listenTo(results)
    for await (const text of results.compose(spec)) say(text)
  }
  if (interrupted.signal.aborted) told.fail(title, '', 'interrupted')
  return { title, ...told.all(), seconds: (performance.now() - started) / 1000 }
}

/** Several runs at once, each of one file at a time; what they say comes one after the other. */
export async function runBeside(...all: Tests[]): Promise<Part[]> {
  let before = Promise.resolve()
  const parts = all.map((tests) => {
    const texts: string[] = []
    const part = runTests({ ...tests, atOnce: 1 }, (text) => texts.push(text))
    before = Promise.all([before, part]).then(() => void process.stdout.write(texts.join('')))
    return part
  })
  await before
  return Promise.all(parts)
}

type Results = ReturnType<typeof run>

class Told {
  readonly failures: Failure[] = []
  #passed = 0
  #failed = 0
  readonly #cancelled: Failure[] = []
  readonly #files: Part['files'] = []
  /** Of the file that is being told of: an event names the file in which its test is written, which may be one that several share. */
  #told: Failure[] = []
  /** The suites that its tests are in. */
  #within: string[] = []
  readonly #said = new Map<string, string>()

  fail(file: string, test: string, message: string): void {
    this.#failed++
    this.failures.push({ file, test, message })
  }

  all(): Pick<Part, 'passed' | 'failed' | 'failures' | 'files'> {
    this.#keep()
    // What was cancelled says nothing beside that for which it was.
    const files = new Set(this.failures.map(({ file }) => file))
    const failures = [...this.failures, ...this.#cancelled.filter(({ file }) => !files.has(file))]
    // What fails after all tests of a suite is no test.
    return { passed: this.#passed, failed: Math.max(this.#failed, failures.length), failures, files: this.#files }
  }

  listenTo(results: Results): void {
    results.on('test:start', ({ name, nesting }) => {
      this.#within = [...this.#within.slice(0, nesting), name]
    })
    results.on('test:stderr', ({ file, message }) => {
      this.#said.set(file, `${this.#said.get(file) ?? ''}${message}`.slice(-3000))
    })
    results.on('test:complete', ({ file, name, details }) => {
      if (file !== undefined && file === name) this.#files.push({ file: relative('', file), seconds: details.duration_ms / 1000 })
    })
    results.on('test:pass', ({ file = '', name, nesting, skip, details }) => {
      if (details.type === 'suite') return
      if (skip === undefined) this.#passed++
      else {
        this.#failed++
        this.#tell(file, this.#nameOf(name, nesting), `skipped${typeof skip === 'string' ? `: ${skip}` : ''}`)
      }
    })
    results.on('test:fail', ({ file = '', name, nesting, details }) => {
      const error = details.error as Error & { failureType?: string; cause?: unknown }
      const { failureType: type, cause } = error
      if (details.type !== 'suite') this.#failed++
      // Its tests say it.
      if (type === 'subtestsFailed') return
      if (name === file) {
        this.#tell(file, '', `${error.message}\n${this.#said.get(file) ?? ''}`)
        this.#endOf(file)
      } else this.#tell(file, this.#nameOf(name, nesting), cause instanceof Error ? cause.message : error.message, type)
    })
    results.on('test:summary', ({ file }) => file !== undefined && this.#endOf(file))
  }

  #tell(file: string, test: string, message: string, type = ''): void {
    const failure = { file: relative('', file), test, message }
    if (type === 'cancelledByParent') this.#cancelled.push(failure)
    this.#told.push(failure)
  }

  #endOf(file: string): void {
    for (const failure of this.#told) failure.file = relative('', file)
    this.#keep()
  }

  #keep(): void {
    this.failures.push(...this.#told.splice(0).filter((failure) => !this.#cancelled.includes(failure)))
  }

  #nameOf(name: string, nesting: number): string {
    return [...this.#within.slice(0, nesting), name].join(' › ')
  }
}
