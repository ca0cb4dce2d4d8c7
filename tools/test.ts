import { spawnSync } from 'node:child_process'
import { conclude, onePart, type Part } from './report.ts'
import { runTests } from './run-tests.ts'

// Everything that needs no system package: first what the compiler and the linter see, then the tests.
const checks = [
  ['tsc', '--noEmit'],
  ['oxlint', '--quiet'],
  ['biome', 'check', '--diagnostic-level=error', '.'],
] as const

const parts: Part[] = []
for (const [tool, ...options] of checks)
  parts.push(
    await onePart(tool, () => {
      const { status } = spawnSync(`node_modules/.bin/${tool}`, options, { stdio: 'inherit' })
      if (status !== 0) throw new Error(`it ended with ${status}; what it says is above`)
    }),
  )
// What these rooms decide needs no process, no socket and no clock of its own.
const pure = ['core', 'store', 'app', 'client', 'surfaces', 'words'].map((room) => `src/${room}/**/*.test.ts`)
parts.push(await runTests({ title: 'in one process', patterns: pure, isolated: false }))
parts.push(
  await runTests({
    title: 'in processes of their own',
    patterns: [
      'test/*.test.ts',
      'src/**/*.test.ts',
      'test/model/**/*.test.ts',
      'test/threads/**/*.test.ts',
      'test/conformance/**/*.test.ts',
      'test/wire/**/*.test.ts',
    ],
    except: pure,
  }),
)
conclude(parts)
