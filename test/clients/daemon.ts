// Starts a program that stays, waits until it serves, and ends it by its pid.
import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { atEnd } from './at-end.ts'
import type { Environment } from './command.ts'

export type Daemon = { pid: number; log: () => string; stop: () => Promise<void> }
export type DaemonOptions = { env?: Environment; cwd?: string; ready: () => Promise<boolean>; seconds?: number }

export async function startDaemon(command: string, args: readonly string[], options: DaemonOptions): Promise<Daemon> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  let ended = false
  const keep = (chunk: Buffer) => (log = (log + chunk).slice(-200_000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error) => (log += `\n${error}`))
  const closed = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      ended = true
      log += `\n${command} ended with ${code ?? signal}`
      resolve()
    })
  })
  const terminate = atEnd(() => child.kill('SIGTERM'))

  const stop = async () => {
    if (!ended) terminate()
    const patience = setTimeout(() => child.kill('SIGKILL'), 15_000)
    await closed
    clearTimeout(patience)
  }
  const deadline = Date.now() + (options.seconds ?? 30) * 1000
  while (!(await options.ready().catch(() => false))) {
    if (ended || Date.now() > deadline) {
      await stop()
      throw new Error(`${command} ${args.join(' ')} does not serve:\n${log.slice(-5000)}`)
    }
    await pause(100)
  }
  return { pid: child.pid ?? 0, log: () => log, stop }
}
