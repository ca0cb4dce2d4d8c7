import { statSync } from 'node:fs'
import { dataDirectory, type DataDirectory } from '#adapters/fs/data-directory.ts'
import { makeFolders } from '#adapters/fs/make-folders.ts'
import { partsOf } from '#adapters/fs/parts.ts'
import { openSqliteNewPlace, openSqliteOldPlace } from '#adapters/sqlite/move-end.ts'
import type { MoveEnds } from '#app/maintenance/move/move.ts'
import { Refusal } from '#core/refusal.ts'
import type { NewPlace, OldPlace } from '#ports/facts-move.ts'
import { directoryOf } from './directory.ts'
import { isOwnDatabase } from './facts.ts'
import { openBlobs } from './open-blobs.ts'
import { blobsName, type Config, storeName } from './settings.ts'

/** Where a server of a configuration has its facts and its bytes. */
export interface MovePlaces {
  config: Config
  directory: DataDirectory
}

export const placesOf = (config: Config): MovePlaces => ({ config, directory: directoryOf(config) })

/** For people, and to be compared. */
export const storePlace = ({ config, directory }: MovePlaces): string =>
  isOwnDatabase(config) ? directory.database : storeName(config.store)
export const blobsPlace = ({ config, directory }: MovePlaces): string =>
  config.blobs === 'files' ? directory.objects : blobsName(config.blobs)

/** Where the registry is. */
export async function openOldPlace({ config, directory }: MovePlaces): Promise<OldPlace> {
  if (isOwnDatabase(config)) {
    if (!statSync(directory.database, { throwIfNoEntry: false })) throw new Refusal('no-registry', { dataDir: config.dataDir })
    return openSqliteOldPlace(directory.database)
  }
  const { openPostgresOldPlace } = await import('#adapters/postgres/move-end.ts')
  return openPostgresOldPlace(postgresPlace(config), storeName(config.store))
}

/** Where it goes: made where there is nothing. */
async function openNewPlace({ config, directory }: MovePlaces): Promise<NewPlace> {
  if (isOwnDatabase(config)) {
    makeFolders(directory.root)
    return openSqliteNewPlace(directory.database)
  }
  const { openPostgresNewPlace } = await import('#adapters/postgres/move-end.ts')
  return openPostgresNewPlace(postgresPlace(config), storeName(config.store))
}

export const postgresPlace = ({ store, storePasswordFile }: Config) => ({
  url: store,
  passwordFile: storePasswordFile === '' ? undefined : storePasswordFile,
})

export interface OpenMoveEnds extends MoveEnds {
  close(): Promise<void>
}

/** Opens what a move needs of both places. What is the same at both stays. */
export async function openMoveEnds(from: MovePlaces, to: MovePlaces): Promise<OpenMoveEnds> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const old = await openOldPlace(from)
    closers.push(() => old.close())
    const next = storePlace(from) === storePlace(to) ? undefined : await openNewPlace(to)
    if (next) closers.push(() => next.close())
    const stays = blobsPlace(from) === blobsPlace(to)
    const blobs = stays ? undefined : await openBoth(from, to, closers)
    return { old, next, blobs, renamed: stays ? await renamedFiles(from, to) : undefined, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openBoth(from: MovePlaces, to: MovePlaces, closers: (() => Promise<void>)[]): Promise<MoveEnds['blobs']> {
  const old = await openBlobs(from.config, from.directory, { hasFiles: partsOf(from.directory).files, serves: false })
  closers.push(() => old.close())
  if (to.config.blobs === 'files') makeFolders(to.directory.objects)
  const next = await openBlobs(to.config, to.directory, { hasFiles: false, serves: true })
  closers.push(() => next.close())
  // Rows name it as it names itself. No server has it yet, so none looks at it beside this.
  await next.prove((work) => work())
  return { from: old.blobs, to: next.blobs, names: { from: blobsPlace(from), to: blobsPlace(to) }, left: await old.nameInRows() }
}

/** A folder of objects that stays has another name where several servers share it. */
async function renamedFiles(from: MovePlaces, to: MovePlaces): Promise<MoveEnds['renamed']> {
  if (from.config.blobs !== 'files' || isOwnDatabase(from.config) === isOwnDatabase(to.config)) return undefined
  const name = async (places: MovePlaces) => {
    const { blobs, close } = await openBlobs(places.config, places.directory, { hasFiles: false, serves: false })
    await close()
    return blobs.name
  }
  return { from: await name(from), to: await name(to) }
}

/** The data folder of the new place, where it is one of its own. */
export const folderPlaces = (config: Config, folder: string): MovePlaces => {
  const directory = dataDirectory(folder)
  return { config: { ...config, dataDir: folder, store: 'sqlite', secretKeyFile: '' }, directory }
}
