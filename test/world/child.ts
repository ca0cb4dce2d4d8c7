import { type ChildProcess, spawn } from 'node:child_process'
import { Agent } from 'node:http'
import { fileURLToPath } from 'node:url'
import { endsWithUs } from './after-us.ts'
import { environmentWith } from './database.ts'
import { withPorts } from './free-port.ts'
import { makeDataDirectory, readCredentials, removeDataDirectory } from './server.ts'
import type { Target } from './send.ts'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

interface StartedLine {
  http?: { host: string; port: number }
  https?: { host: string; port: number }
  admin?: { host: string; port: number }
  loginServer: string
}

/** Longshore as a process of its own: what is killed, crashed, and whose log is read. */
export class ChildServer implements Target {
  readonly dataDir: string
  user = ''
  password = ''
  agent = new Agent({ keepAlive: true })
  started: StartedLine = { loginServer: '' }
  log = ''
  #environment: Record<string, string>
  readonly #openFiles: number | undefined
  #process: ChildProcess | undefined

  private constructor(dataDir: string, environment: Record<string, string>, openFiles: number | undefined) {
    this.dataDir = dataDir
    this.#openFiles = openFiles
    this.#environment = environment
  }

  /**
   * @param environment settings besides the listeners, as `LONGSHORE_…`
   * @param openFiles what the system allows the process, when it is less than this one has
   */
  static async start(environment: Record<string, string> = {}, openFiles?: number): Promise<ChildServer> {
    const server = new ChildServer(
      makeDataDirectory(),
      await withPorts({
        LONGSHORE_HTTP: '127.0.0.1:0',
        LONGSHORE_HTTPS: 'off',
        LONGSHORE_ADMIN: 'off',
        LONGSHORE_LOG_LEVEL: 'debug',
        ...environment,
      }),
      openFiles,
    )
    Object.assign(server, await readCredentials(server.dataDir))
    try {
      await server.up()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  get address(): { host: string; port: number } {
    return this.started.http ?? { host: '127.0.0.1', port: 0 }
  }

  get loginServer(): string {
    return this.started.loginServer
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** The lines of the log that are JSON. */
  lines(): Record<string, unknown>[] {
    return this.log.split('\n').flatMap((line) => {
      if (!line.startsWith('{')) return []
      return [JSON.parse(line) as Record<string, unknown>]
    })
  }

  async up(environment: Record<string, string> = {}): Promise<void> {
    const from = this.log.length
    const limit = this.#openFiles === undefined ? '' : `ulimit -n ${this.#openFiles}; `
    const env = environmentWith({ HOME: process.env.HOME ?? '', ...this.#environment, ...environment, LONGSHORE_DATA_DIR: this.dataDir })
    const words = ['-c', `${limit}exec "$0" "$@"`, process.execPath, program, 'serve']
    const child = endsWithUs(spawn('/bin/sh', words, { env, stdio: ['ignore', 'pipe', 'pipe'] }))
    this.#process = child
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (this.log += piece.toString('utf8')))
    const line = await this.#waitFor(() =>
      this.log
        .slice(from)
        .split('\n')
        .slice(0, -1)
        .find((each) => each.startsWith('{') && each.includes('"msg":"started"')),
    )
    this.started = JSON.parse(line) as StartedLine
    this.#environment = { ...this.#environment, LONGSHORE_HTTP: `127.0.0.1:${this.address.port}` }
  }

  /** Ends the process and tells how it ended. */
  async end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const child = this.#process
    if (!child) return { code: null, signal: null }
    this.#process = undefined
    this.agent.destroy()
    this.agent = new Agent({ keepAlive: true })
    if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, signal: child.signalCode }
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
      child.once('exit', (code, by) => resolve({ code, signal: by })),
    )
    child.kill(signal)
    return ended
  }

  async stop(): Promise<void> {
    await this.end('SIGKILL')
    this.agent.destroy()
    removeDataDirectory(this.dataDir)
  }

  async #waitFor(find: () => string | undefined): Promise<string> {
    for (let tries = 0; tries < 1500; tries++) {
      const found = find()
      if (found !== undefined) return found
      if (this.#process?.exitCode !== null && this.#process !== undefined) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`the server did not start: ${this.log.slice(-2000)}`)
  }
}
