// Starts Longshore as an operator does, in a data directory and on ports of its own, and lets it die.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { endsWithUs } from '../world/after-us.ts'
import { freePort } from '../world/free-port.ts'

const program = fileURLToPath(new URL('../../bin/longshore.js', import.meta.url))

export interface Password {
  user: string
  password: string
}

/** Settings by the names of their variables, without LONGSHORE_. */
export type Settings = Readonly<Record<string, string>>

/** Otherwise than on this machine's own terms. */
export interface Surroundings {
  /** Words before the program's, as of a network namespace. */
  within?: readonly string[]
  /** For Node. */
  flags?: readonly string[]
  variables?: Readonly<Record<string, string>>
  /** Where it listens. */
  host?: string
}

export interface Server {
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly adminPort: number
  readonly agent: Agent
  readonly pid: number
  /** False once the process has ended, for whatever reason. */
  readonly alive: boolean
  /** What it printed. */
  readonly log: string
  /** How it ended: a signal, or its exit code. */
  readonly ended: Promise<NodeJS.Signals | number>
  /** kill -9, and waits for the end. */
  kill(): Promise<void>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>
}

export function environment(dataDir: string, settings: Settings): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('LONGSHORE_'))
  const set = Object.entries(settings).map(([name, value]) => [`LONGSHORE_${name}`, value])
  return {
    ...Object.fromEntries(own),
    LONGSHORE_DATA_DIR: dataDir,
    LONGSHORE_HTTPS: 'off',
    // The same tests with several serving threads: LONGSHORE_SERVERS=3 npm test …
    LONGSHORE_SERVERS: process.env.LONGSHORE_SERVERS ?? '1',
    ...Object.fromEntries(set),
  }
}

/** Starts a server; resolves when it serves or when it has ended. */
export async function launch(dataDir: string, settings: Settings = {}, surroundings: Surroundings = {}): Promise<Server> {
  const server = await spawnServer(dataDir, settings, surroundings)
  while (server.alive && !(await isReady(server))) await pause(20)
  return server
}

/** Starts a server, and waits for nothing. */
export async function spawnServer(dataDir: string, settings: Settings = {}, surroundings: Surroundings = {}): Promise<Server> {
  const { within = [], flags = [], variables = {}, host = '127.0.0.1' } = surroundings
  const [port, adminPort] = await Promise.all([freePort(), freePort()])
  const env = { ...environment(dataDir, { HTTP: `${host}:${port}`, ADMIN: `${host}:${adminPort}`, ...settings }), ...variables }
  const [word = '', ...words] = [...within, process.execPath, ...flags, program, 'serve']
  const child = endsWithUs(spawn(word, words, { env, stdio: ['ignore', 'pipe', 'pipe'] }))
  return new Running(child, { dataDir, host, port, adminPort })
}

/** Starts a server that must come up. */
export async function startServer(dataDir: string, settings: Settings = {}): Promise<Server> {
  const server = await launch(dataDir, settings)
  if (!server.alive) throw new Error(`the server ended at its start with ${await server.ended}:\n${server.log.slice(-4000)}`)
  return server
}

class Running implements Server {
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly adminPort: number
  readonly agent = new Agent({ keepAlive: true })
  readonly pid: number
  readonly ended: Promise<NodeJS.Signals | number>
  readonly #child: ChildProcess
  #log = ''

  constructor(child: ChildProcess, { dataDir, host, port, adminPort }: Pick<Server, 'dataDir' | 'host' | 'port' | 'adminPort'>) {
    this.#child = child
    this.dataDir = dataDir
    this.host = host
    this.port = port
    this.adminPort = adminPort
    this.pid = child.pid ?? 0
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (piece: Buffer) => (this.#log = (this.#log + piece).slice(-100_000)))
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.agent.destroy()
      return signal ?? code
    })
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  get log(): string {
    return this.#log
  }

  async kill(): Promise<void> {
    this.#cut()
    await this.ended
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    const patience = setTimeout(this.#cut, 20_000)
    await this.ended
    clearTimeout(patience)
  }

  readonly #cut = () => void this.#child.kill('SIGKILL')
}

/** A figure that the server tells of itself. */
export async function metric({ host, adminPort }: Server, name: string): Promise<number> {
  const text = await (await fetch(`http://${host}:${adminPort}/metrics`)).text()
  const value = new RegExp(`^${name} ([0-9.e+]+)$`, 'm').exec(text)?.[1]
  if (value === undefined) throw new Error(`no metric ${name}`)
  return Number(value)
}

export async function isReady({ host, adminPort }: Pick<Server, 'host' | 'adminPort'>): Promise<boolean> {
  try {
    const answer = await fetch(`http://${host}:${adminPort}/readyz`, { headers: { connection: 'close' } })
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    return false
  }
}

/** Asks the command line for the admin user's password. */
export async function showPassword(dataDir: string): Promise<Password> {
  const child = spawn(process.execPath, [program, 'credential', 'show', '--output', 'json'], {
    env: environment(dataDir, {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (piece: Buffer) => (output += piece))
  child.stderr.on('data', (piece: Buffer) => (errors += piece))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`credential show ended with ${code}: ${errors}`)
  const { username, passwords } = JSON.parse(output)
  return { user: username, password: passwords[0].value }
}
