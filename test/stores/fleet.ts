import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { launch, type Password, type Server, showPassword, spawnServer, type Surroundings } from '../faults/server.ts'

export interface FleetOptions {
  /** A bucket; without it all have one folder of objects. */
  blobs?: string
  /** As they stand in `longshore.yaml`. */
  settings?: Readonly<Record<string, unknown>>
  /** Beside those, of one of them. */
  perServer?: (index: number) => Readonly<Record<string, unknown>>
  surroundings?: (index: number) => Surroundings
}

/** Servers of one database, each a process of its own, as a cluster of machines has them. */
export class Fleet {
  readonly servers: Server[] = []
  /** `sqlite` for one server with facts of its own. */
  readonly url: string
  readonly folder = mkdtempSync(join(tmpdir(), 'longshore-fleet-'))
  readonly #options: FleetOptions
  #password: Password | undefined

  private constructor(url: string, options: FleetOptions) {
    this.url = url
    this.#options = options
    writeFileSync(join(this.folder, 'secret.key'), randomBytes(32), { mode: 0o400 })
    mkdirSync(join(this.folder, 'objects'), { mode: 0o700 })
  }

  static async start(url: string, many: number, options: FleetOptions = {}): Promise<Fleet> {
    const fleet = new Fleet(url, options)
    try {
      await Promise.all(Array.from({ length: many }, (_, index) => fleet.begin(index)))
      fleet.#password = await showPassword(fleet.#folderOf(0))
      return fleet
    } catch (error) {
      await fleet.stop()
      throw error
    }
  }

  get password(): Password {
    assert.ok(this.#password)
    return this.#password
  }

  /** Starts the server of this number, anew where there was one. It must come up. */
  async begin(index: number, surroundings?: Surroundings): Promise<Server> {
    const server = await this.tryToBegin(index, surroundings)
    assert.ok(server.alive, server.log)
    this.servers[index] = server
    return server
  }

  async tryToBegin(index: number, surroundings = this.#options.surroundings?.(index) ?? {}): Promise<Server> {
    return launch(this.#folderOf(index), { LOG_LEVEL: 'error' }, surroundings)
  }

  /** Starts it anew and kills it so many milliseconds later, wherever it is by then. */
  async killAtStart(index: number, after: number): Promise<void> {
    const server = await spawnServer(this.#folderOf(index), { LOG_LEVEL: 'error' })
    await pause(after)
    assert.ok(server.alive, server.log)
    await server.kill()
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server?.kill()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  #folderOf(index: number): string {
    const dataDir = join(this.folder, `server-${index}`)
    if (!mkdirSync(dataDir, { recursive: true, mode: 0o700 })) return dataDir
    const { blobs, settings, perServer } = this.#options
    const own = { ...settings, ...perServer?.(index) }
    // A data folder of its own has its own key and objects, too.
    if (this.url === 'sqlite') {
      writeFileSync(join(dataDir, 'longshore.yaml'), JSON.stringify({ publicUrl: 'http://localhost:5000', ...own }))
      return dataDir
    }
    if (!('blobs' in own) && blobs === undefined) symlinkSync(join(this.folder, 'objects'), join(dataDir, 'objects'))
    const common = {
      store: this.url,
      storeConnections: 4,
      publicUrl: 'http://localhost:5000',
      secretKeyFile: join(this.folder, 'secret.key'),
    }
    const all = { ...common, ...(blobs === undefined ? {} : { blobs }), ...own }
    writeFileSync(join(dataDir, 'longshore.yaml'), JSON.stringify(all))
    return dataDir
  }
}
