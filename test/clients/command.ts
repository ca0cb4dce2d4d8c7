// Runs a client to its end and says what it answered.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'

export type Environment = Record<string, string | undefined>
export type RunOptions = {
  env?: Environment
  /** Nothing of this process's environment goes with it. */
  only?: boolean
  cwd?: string
  input?: string
  /** Told all of standard error at each piece of it. */
  said?: (soFar: string) => void
  seconds?: number
}
export type Result = { code: number | null; stdout: string; stderr: string }

export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: { ...(options.only ? {} : process.env), ...options.env } })
    const seconds = options.seconds ?? 60
    const timer = setTimeout(() => {
      result.stderr += `\nstill running after ${seconds} s: killed by the test`
      child.kill('SIGKILL')
    }, seconds * 1000)
    const result: Result = { code: null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => (result.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => {
      result.stderr += text
      options.said?.(result.stderr)
    })
    child.stdin.on('error', () => {}) // a client that does not read its input closes it early
    child.stdin.end(options.input ?? '')
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ ...result, code })
    })
  })
}

/** Runs a command that must succeed; answers what it printed. */
export async function succeed(command: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const result = await run(command, args, options)
  assert.equal(result.code, 0, told(command, args, result))
  return result.stdout
}

const refusal = new RegExp(
  [
    'unauthorized|unauthenticated|authentication required|not authorized|authorization failed',
    'denied|forbidden|insufficient_scope|incorrect username|invalid username|basic credential not found',
    String.raw`\b40[13]\b`,
  ].join('|'),
  'i',
)

/** Runs a command that the registry must refuse for lack of rights, and not fail for any other reason. */
export async function refused(command: string, args: readonly string[], options?: RunOptions): Promise<void> {
  const result = await run(command, args, options)
  assert.notEqual(result.code, 0, `must be refused, but was not: ${told(command, args, result)}`)
  assert.match(result.stdout + result.stderr, refusal, told(command, args, result))
}

export function told(command: string, args: readonly string[], { code, stdout, stderr }: Result): string {
  return `${[command, ...args].join(' ')}\nended with ${code}\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`
}
