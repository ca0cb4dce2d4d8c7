import { spawnSync } from 'node:child_process'

/** Runs one test file of a tree; one that does not end in time has failed. */
export function runFile(
  tree: string,
  test: string,
  longest: number,
  env: Readonly<Record<string, string>> = {},
): { passed: boolean; milliseconds: number } {
  const begin = performance.now()
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=dot', `--test-timeout=${longest}`, test], {
    cwd: tree,
    stdio: 'ignore',
    timeout: longest + 10_000,
    killSignal: 'SIGTERM',
    env: { ...process.env, ...env },
  })
  return { passed: status === 0, milliseconds: Math.round(performance.now() - begin) }
}
