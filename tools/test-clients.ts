// npm run test:clients [part of a file's name …]: foreign clients, and faults, against Longshore as it is in this checkout.
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { installClients } from './install-clients.ts'
import { conclude } from './run-tests.ts'

const cwd = fileURLToPath(new URL('..', import.meta.url))
process.chdir(cwd)

// What cannot be installed does not stop the rest: its own test, "tool … is here", fails.
const failures = await installClients()
for (const failure of failures) console.error(failure)

// Where a server is killed, runs out of disk or is damaged, it is so with one serving thread and with several.
const faults = ['test/faults/**/*.test.ts', 'test/wire/damage*.test.ts', 'test/wire/lost-parts.test.ts']
const lots = [
  { servers: '1', patterns: ['test/clients/**/*.test.ts', 'test/faults/**/*.test.ts'] },
  { servers: '3', patterns: faults },
]
const wanted = process.argv.slice(2)

// node:test would leave an interrupted run's children, and their engines, behind.
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())

let passed = 0
let failed = 0
for (const { servers, patterns } of lots) {
  const files = globSync(patterns, { cwd })
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort()
  if (files.length === 0 || interrupted.signal.aborted) continue
  console.log(`with LONGSHORE_SERVERS=${servers}:`)
  const env = { ...process.env, LONGSHORE_SERVERS: servers }
  // One file at a time: each starts engines that share /etc and two cores.
  const results = run({ cwd, files, env, concurrency: 1, timeout: 900_000, signal: interrupted.signal })
  results.on('test:summary', ({ file, counts }) => {
    if (file !== undefined) return // of one file; the last summary is of all
    passed += counts.passed
    failed += counts.tests - counts.passed // a skipped test is one that nobody ran
  })
  for await (const text of results.compose(spec)) process.stdout.write(text)
}
for (const failure of failures) console.error(failure)
// A tool that could not be had is a failed test of its own already, unless its tests were filtered out.
conclude({ passed, failed: failed === 0 && failures.length > 0 ? failures.length : failed })
