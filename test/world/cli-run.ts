import type { Deps } from '#app/deps.ts'
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { run } from '#cli/program.ts'
import type { Maintenance } from '#core/maintenance.ts'
import { hostOf, type HostOptions } from '#main/host.ts'
import { transportInProcess } from '#main/operate-here.ts'
import { operatorOf } from '#main/operator.ts'
import { endsWithUs } from './after-us.ts'
import { environmentWith } from './database.ts'

export interface Ran {
  code: number
  out: string
  problem: string
}

/** One command of the CLI, in this process: as `longshore …words` with this environment. */
export async function runCli(
  words: string[],
  env: Record<string, string> = {},
  signal = new AbortController().signal,
  more: Partial<HostOptions> = {},
): Promise<Ran> {
  let out = ''
  let problem = ''
  const host = hostOf({ env, out: (text) => (out += text), problem: (text) => (problem += text), interruption: () => signal, ...more })
  const code = await run(words, host)
  return { code, out, problem }
}

/** The same as the operator of a server whose inside the test holds. */
export async function runOperatorCli(deps: Deps, ...words: string[]): Promise<Ran> {
  let out = ''
  let problem = ''
  const says = { out: (text: string) => void (out += text), problem: (text: string) => void (problem += text) }
  const host = hostOf({ env: {}, ...says, interruption: () => new AbortController().signal })
  const machine = new Proxy({} as Maintenance, { get: (_, name) => assert.fail(`${String(name)} is of the machine`) })
  const operator = { ...operatorOf(transportInProcess(deps), machine), close: async () => {} }
  const code = await run(words, { ...host, operator: async () => operator })
  return { code, out, problem }
}

export const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

/** A process that a test started, and what it has said. */
export interface Spoken {
  child: ChildProcess
  out: () => string
  problem: () => string
  /** Waits until it has said this on standard output. */
  says: (part: string) => Promise<void>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export function spawnProgram(
  command: string,
  words: string[],
  env: Record<string, string>,
  as: { uid?: number; gid?: number } = {},
): Spoken {
  const child = endsWithUs(spawn(command, words, { env: environmentWith(env), stdio: ['ignore', 'pipe', 'pipe'], ...as }))
  let out = ''
  let problem = ''
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString('utf8')))
  child.stderr.on('data', (piece: Buffer) => (problem += piece.toString('utf8')))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const says = async (part: string) => {
    for (const end = Date.now() + 30_000; !out.includes(part); await new Promise((resolve) => setTimeout(resolve, 20)))
      if (Date.now() > end || child.exitCode !== null) throw new Error(`it did not say "${part}" but: ${out}\n${problem}`)
  }
  return { child, out: () => out, problem: () => problem, says, ended }
}

/** Settings of a server that a test starts: free ports, nothing of the machine's own. */
export const onFreePorts = (dataDir: string): Record<string, string> => ({
  LONGSHORE_DATA_DIR: dataDir,
  LONGSHORE_HTTP: '127.0.0.1:0',
  LONGSHORE_HTTPS: '127.0.0.1:0',
  LONGSHORE_ADMIN: '127.0.0.1:0',
  LONGSHORE_PASSWORD_FILE: '-',
})
