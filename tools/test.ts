import { spawnSync } from 'node:child_process'
import { conclude, runTests } from './run-tests.ts'

// Everything that needs no system package: first what the compiler and the linter see, then the tests.
const checks = [
  ['tsc', '--noEmit'],
  ['oxlint', '--quiet'],
  ['biome', 'check', '--diagnostic-level=error', '.'],
] as const

let failed = 0
for (const [tool, ...options] of checks) {
  const { status } = spawnSync(`node_modules/.bin/${tool}`, options, { stdio: 'inherit' })
  if (status !== 0) failed++
}
// What these rooms decide needs no process, no socket and no clock of its own.
const pure = ['core', 'store', 'app', 'client', 'surfaces', 'words'].map((room) => `src/${room}/**/*.test.ts`)
const parts = [
  runTests(pure, { isolated: false }),
  runTests(
    [
      'test/*.test.ts',
      'src/**/*.test.ts',
      'test/model/**/*.test.ts',
      'test/threads/**/*.test.ts',
      'test/conformance/**/*.test.ts',
      'test/wire/**/*.test.ts',
    ],
    { except: pure },
  ),
]
const sum = (of: 'passed' | 'failed') => parts.reduce((total, each) => total + each[of], 0)
conclude({ passed: sum('passed') + checks.length - failed, failed: sum('failed') + failed })
