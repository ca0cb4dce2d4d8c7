import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { copySecrets } from '#adapters/fs/copy-secrets.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemIds } from '#adapters/system/ids.ts'
import { moveRegistry, planMove } from '#app/maintenance/move/move.ts'
import type { AskedMove } from '#cli/host.ts'
import type { Moved, MovePlan } from '#core/move.ts'
import { Refusal } from '#core/refusal.ts'
import { ConfigError, parsedAs, variableOf } from './config.ts'
import { failpointOf } from './failpoint.ts'
import { blobsPlace, folderPlaces, openMoveEnds, openOldPlace, type MovePlaces, placesOf, storePlace } from './move-ends.ts'
import { type Config, type SettingName, settings } from './settings.ts'

/** What would be moved. Makes nothing but what the new places need to be looked at. */
export async function previewMove(config: Config, options: AskedMove): Promise<MovePlan> {
  const ends = await openMoveEnds(placesOf(config), targetOf(config, options))
  try {
    return await planMove(ends)
  } finally {
    await ends.close()
  }
}

/** Moves the registry of a configuration to other places while servers are at work on it. Fails as `moveRegistry` does. */
export async function moveAway(config: Config, options: AskedMove): Promise<Moved> {
  const [from, to] = [placesOf(config), targetOf(config, options)]
  const ends = await openMoveEnds(from, to)
  try {
    options.planned(await planMove(ends))
    await bringSecrets(from, to)
    const failpoint = failpointOf(config)
    const moved = await moveRegistry(ends, { ...options, clock: systemClock, ids: systemIds, failpoint })
    return { ...moved, settings: settingsAt(from, to, options) }
  } finally {
    await ends.close()
  }
}

/**
 * Takes the mark of a move from the place that was left, or is being left: it is the registry's again. Where bytes alone were moved and there
 * is no mark any more, new ones may go into the stores again that they were moved from. Refuses with `move-none`.
 */
export async function undoMove(config: Config): Promise<{ store: string; phase: string; to: readonly string[] }> {
  const places = placesOf(config)
  const end = await openOldPlace(places)
  try {
    const mark = await end.mark()
    const left = await end.leftStores.names()
    if (!mark && left.length > 0) {
      await end.write(() => end.leftStores.put([]))
      return { store: end.name, phase: 'left', to: left }
    }
    if (!mark || mark.phase === 'arriving') throw new Refusal('move-none', { store: end.name })
    await end.forgetMove()
    return { store: end.name, phase: mark.phase, to: [mark.toStore, mark.toBlobs].flatMap((each) => each ?? []) }
  } finally {
    await end.close()
  }
}

function targetOf(config: Config, { toStore, toStorePasswordFile, toBlobs }: AskedMove): MovePlaces {
  if (toStore === undefined && toBlobs === undefined) throw new ConfigError('move-nothing')
  const isUrl = toStore !== undefined && /^[a-z]+:\/\//i.test(toStore)
  const isFolder = toStore !== undefined && toStore !== 'sqlite' && !isUrl
  const storePasswordFile = toStorePasswordFile ?? (toStore === undefined ? config.storePasswordFile : '')
  const store = toStore === undefined ? config.store : isUrl ? parsedAs('store', toStore, '--to-store') : 'sqlite'
  const blobs = toBlobs === undefined ? config.blobs : parsedAs('blobs', toBlobs, '--to-blobs')
  const own: Config = { ...config, store, storePasswordFile, blobs }
  const to = isFolder ? folderPlaces(own, resolve(toStore)) : placesOf(own)
  const from = placesOf(config)
  if (storePlace(from) === storePlace(to) && blobsPlace(from) === blobsPlace(to))
    throw new Refusal('move-same', { place: storePlace(from) })
  // Its server would look for them in a folder of its own.
  if (isFolder && toBlobs === undefined && config.blobs === 'files') throw new Refusal('move-files-stay', { folder: to.directory.root })
  return to
}

/** Another data folder needs the key, or nobody reads the secrets there; and the authority that clients trust. */
async function bringSecrets(from: MovePlaces, to: MovePlaces): Promise<void> {
  const [key, there] = [from.directory.secretKey, to.directory.secretKey]
  if (key === there) return
  if (!existsSync(there)) return copySecrets(from.directory, to.directory)
  if (!readFileSync(there).equals(readFileSync(key))) throw new Refusal('move-key-other', { path: there, key })
}

/** What the next start needs to be told, as variables of its environment. */
function settingsAt(from: MovePlaces, to: MovePlaces, { toStore, toStorePasswordFile, toBlobs }: AskedMove): string[] {
  const shown = (name: SettingName, text: string) => {
    const { shown: show } = settings[name] as { shown?: (text: string) => string }
    return `${variableOf(name)}=${show?.(text) ?? text}`
  }
  const lines: string[] = []
  if (from.directory.root !== to.directory.root) lines.push(shown('dataDir', to.directory.root))
  if (toStore !== undefined) lines.push(shown('store', to.config.store))
  if (toStorePasswordFile !== undefined) lines.push(shown('storePasswordFile', resolve(toStorePasswordFile)))
  if (toBlobs !== undefined) lines.push(shown('blobs', toBlobs))
  // Where several servers share a database they need one key; it is this one.
  if (toStore !== undefined && to.config.store !== 'sqlite') lines.push(shown('secretKeyFile', to.directory.secretKey))
  return lines
}
