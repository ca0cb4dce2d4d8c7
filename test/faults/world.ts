// A small registry, made once, of which each test gets a copy of its own.
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { giveDatabase } from '../world/database.ts'
import { Client } from './client.ts'
import type { Image } from './image.ts'
import { copyBucket } from './kept-objects.ts'
import { Ledger } from './ledger.ts'
import { seededRandom } from './random.ts'
import { Scribe } from './scribe.ts'
import { type Password, type Server, showPassword, startServer } from './server.ts'

export interface World {
  folder: string
  dataDir: string
  password: Password
  ledger: Ledger
  /** base:v1 */
  base: Image
}

const baseRepository = 'library/base'
const random = seededRandom(1)
export const baseLayers = [random.bytes(300_000), random.bytes(1_200_000)]

/** `library/base:v1`, one of its layers in `team/other`, and an upload session with 700 KiB. */
export async function makeWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-faults-'))
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  giveDatabase(dataDir)
  const server = await startServer(dataDir)
  const password = await showPassword(dataDir)
  const ledger = new Ledger()
  const scribe = new Scribe(new Client(server, password), ledger)
  const base = await scribe.pushImage(baseRepository, 'v1', baseLayers)
  await scribe.mount('team/other', baseRepository, base.blobs[0] ?? '')
  await scribe.append(await scribe.open('team/session', random.bytes(1_500_000)), 700 * 1024)
  await server.stop()
  return { folder, dataDir, password, ledger, base }
}

/** The same registry in another data directory. */
export async function copyWorld(world: World): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-faults-'))
  const dataDir = join(folder, 'data')
  const ballast = join(world.dataDir, 'ballast')
  cpSync(world.dataDir, dataDir, { recursive: true, filter: (source) => source !== ballast })
  // Only ever deleted, never written: it need not be copied.
  if (existsSync(ballast)) linkSync(ballast, join(dataDir, 'ballast'))
  giveDatabase(dataDir, world.dataDir)
  await copyBucket(world.dataDir, dataDir)
  return { ...world, folder, dataDir, ledger: world.ledger.copy() }
}

export const removeWorld = (world: World): void => rmSync(world.folder, { recursive: true, force: true })

export const scribeOf = (world: Pick<World, 'password' | 'ledger'>, server: Server): Scribe =>
  new Scribe(new Client(server, world.password), world.ledger)
