import type { Deps } from '#app/deps.ts'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { showCredentials } from '#app/tokens/credentials.ts'
import { readConfig } from '#main/config.ts'
import { openRegistry } from './open-registry.ts'
import { serve, type Started } from '#main/serve.ts'
import type { Config, SettingName } from '#main/settings.ts'
import type { Registry } from '#ports/registries.ts'
import { giveDatabase } from './database.ts'
import { withPorts } from './free-port.ts'
import type { Target } from './send.ts'

export type Flags = Partial<Record<SettingName, string>>

const quiet: Flags = {
  http: '127.0.0.1:0',
  https: 'off',
  admin: 'off',
  sparse: 'all',
  logLevel: 'silent',
  shutdownGrace: '2s',
  // The same tests with several serving threads: LONGSHORE_SERVERS=3 npm test …
  servers: process.env.LONGSHORE_SERVERS ?? '1',
}

/** A data directory of its own; a ballast of one byte saves writing the real one. */
export function makeDataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-wire-'))
  mkdirSync(join(directory, 'data'), { mode: 0o700 })
  const dataDir = join(directory, 'data')
  writeFileSync(join(dataDir, 'ballast'), '-')
  giveDatabase(dataDir)
  return dataDir
}

export const removeDataDirectory = (dataDir: string): void => rmSync(join(dataDir, '..'), { recursive: true, force: true })

export const configOf = (dataDir: string, flags: Flags): Config => readConfig({ ...quiet, dataDir, ...flags }, {}, undefined).config

/** The admin user's name and password, read without a server. */
export async function readCredentials(dataDir: string): Promise<{ user: string; password: string }> {
  const open = await openRegistry(configOf(dataDir, {}))
  const { username, passwords } = await showCredentials(open.deps, open.registry)
  await open.close()
  return { user: username, password: passwords[0]?.value ?? '' }
}

/** Longshore in this process. */
export class Server implements Target {
  readonly dataDir: string
  user = ''
  password = ''
  agent = new Agent({ keepAlive: true })
  #flags: Flags
  #started: Started | undefined

  private constructor(dataDir: string, flags: Flags) {
    this.dataDir = dataDir
    this.#flags = flags
  }

  static async start(flags: Flags = {}, dataDir = makeDataDirectory()): Promise<Server> {
    const server = new Server(dataDir, await withPorts({ http: '127.0.0.1:0', ...flags }))
    await server.up()
    return server
  }

  get started(): Started {
    if (!this.#started) throw new Error('the server is down')
    return this.#started
  }

  get address(): { host: string; port: number } {
    return this.started.http ?? { host: '127.0.0.1', port: 0 }
  }

  get loginServer(): string {
    return this.started.loginServer
  }

  get origin(): string {
    return `http://${this.address.host}:${this.address.port}`
  }

  async up(): Promise<void> {
    this.#started = await serve(configOf(this.dataDir, this.#flags))
    const { http, https, unshownPasswords } = this.#started
    const credentials = unshownPasswords?.credentials
    // The same doors at the next start, so that tokens keep their audience.
    if (http) this.#flags = { ...this.#flags, http: `${http.host}:${http.port}` }
    if (https) this.#flags = { ...this.#flags, https: `${https.host}:${https.port}` }
    if (credentials) {
      this.user = credentials.username
      this.password = credentials.passwords[0]?.value ?? ''
    }
  }

  async down(): Promise<void> {
    this.agent.destroy()
    this.agent = new Agent({ keepAlive: true })
    await this.#started?.stop()
    this.#started = undefined
  }

  /** What an operator does with the registry: the server is down meanwhile. */
  async change<Result>(work: (deps: Deps, registry: Registry) => Promise<Result>, flags: Flags = {}): Promise<Result> {
    await this.down()
    this.#flags = { ...this.#flags, ...flags }
    const open = await openRegistry(configOf(this.dataDir, this.#flags))
    try {
      return await work(open.deps, open.registry)
    } finally {
      await open.close()
      await this.up()
    }
  }

  async stop(): Promise<void> {
    await this.down()
    this.agent.destroy()
    removeDataDirectory(this.dataDir)
  }
}
