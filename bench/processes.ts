import { type ChildProcess, type ExecFileOptions, execFile, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const living = new Set<ChildProcess>()
const execute = promisify(execFile)

/** Runs a program to its end and answers what it wrote; it does not outlive us. */
export async function run(
  file: string,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  const promise = execute(file, args, { ...options, encoding: 'utf8' })
  living.add(promise.child)
  try {
    return await promise
  } finally {
    living.delete(promise.child)
  }
}

/** Where `name` is on PATH (or in one of `alsoIn`), or undefined. */
export function which(name: string, alsoIn: readonly string[] = []): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...alsoIn]) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder; the next one is asked.
    }
  }
  return undefined
}

export function pinned(command: readonly string[], core: number | undefined): string[] {
  return core === undefined ? [...command] : ['taskset', '-c', String(core), ...command]
}

/** Starts a process whose output goes to `logFile`; it dies with us whatever happens. */
export function startProcess(command: readonly string[], logFile: string, options: SpawnOptions = {}): ChildProcess {
  const log = openSync(logFile, 'a')
  const [file, ...args] = command
  const child = spawn(file ?? '', args, { ...options, stdio: ['ignore', log, log] })
  living.add(child)
  child.once('exit', () => living.delete(child))
  child.once('error', () => living.delete(child))
  return child
}

export async function stopProcess(child: ChildProcess, graceMilliseconds = 10_000): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const late = new AbortController()
  const timedOut = sleep(graceMilliseconds, 'late' as const, { signal: late.signal }).catch(() => undefined)
  if ((await Promise.race([gone, timedOut])) === 'late') {
    child.kill('SIGKILL')
    await gone
  }
  late.abort()
}

/** For exits that no finally block sees. */
export function killEverythingStarted(): void {
  for (const child of living) child.kill('SIGKILL')
}

/** Runs a script of ours in its own process, on its own core, and reads the one JSON value it prints. */
export async function runScript<Result>(
  script: URL,
  job: unknown,
  place: { core?: number | undefined; niceness?: number } = {},
): Promise<Result> {
  const nice = place.niceness === undefined ? [] : ['nice', '-n', String(place.niceness)]
  const [file, ...args] = [...pinned([], place.core), ...nice, process.execPath, script.pathname, JSON.stringify(job)]
  const { stdout } = await run(file ?? '', args, { maxBuffer: 64 * 1024 * 1024 })
  return JSON.parse(stdout) as Result
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
