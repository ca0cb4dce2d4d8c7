import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs one test file of a tree until its first failure; one that does not end in time has failed. What it left on the disk is taken away. */
export async function runFile(
  tree: string,
  test: string,
  longest: number,
  env: Readonly<Record<string, string>> = {},
): Promise<{ passed: boolean; milliseconds: number }> {
  const begin = performance.now()
  const temporary = mkdtempSync(join(tmpdir(), 'lm-'))
  // PostgreSQL runs as a user of its own.
  chmodSync(temporary, 0o711)
  const child = spawn(process.execPath, ['--test', '--test-reporter=dot', `--test-timeout=${longest}`, test], {
    cwd: tree,
    stdio: ['ignore', 'pipe', 'ignore'],
    // What stands in the cache is found by the text of the source: the changed one is read anew.
    env: { ...process.env, TMPDIR: temporary, NODE_COMPILE_CACHE: join(tmpdir(), 'longshore-mutants-compiled'), ...env },
    detached: true,
  })
  const { pid } = child
  if (pid === undefined) throw new Error('No process could be started')
  let stopped = false
  const stop = (): void => {
    stopped = true
    endGroup(pid, 'SIGTERM')
    setTimeout(() => endGroup(pid, 'SIGKILL'), 3000).unref()
  }
  const late = setTimeout(stop, longest + 10_000)
  child.stdout.on('data', (dots: Buffer) => dots.includes('X') && !stopped && stop())
  try {
    const [status] = (await once(child, 'close')) as [number | null]
    return { passed: status === 0 && !stopped, milliseconds: Math.round(performance.now() - begin) }
  } finally {
    clearTimeout(late)
    endGroup(pid, 'SIGKILL')
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** With the servers that it started; gone already is as good. */
function endGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
