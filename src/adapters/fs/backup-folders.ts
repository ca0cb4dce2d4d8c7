import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Algorithm, type Digest, digestOf } from '#core/digest.ts'
import type { BackupManifest } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import type { BackupFolders, BackupReader, BackupWriter } from '#ports/backup.ts'
import { linkOrCopy, syncPath } from './copy-file.ts'
import { copySecrets, namesIn } from './copy-secrets.ts'
import { type DataDirectory, dataDirectory } from './data-directory.ts'
import { makeFolders } from './make-folders.ts'
import { openRestoreTarget } from './restore-target.ts'
import { hashFile } from './hash-file.ts'

/**
 * A backup mirrors the data directory (data-directory.ts), without what belongs to a running process:
 *   backup.json          what it is: versions, time, counts
 *   longshore.db         the facts, without uploads under way
 *   objects/             hard links to the objects where the file system allows it: they are never written again
 *   keys/secret.key tls/
 */
export const manifestName = 'backup.json'
const ours: ReadonlySet<string> = new Set([manifestName, 'longshore.db', 'longshore.db-journal', 'objects', 'keys', 'tls'])

export const backupFolders = (directory: DataDirectory): BackupFolders => ({
  create: (to) => createBackup(directory, to),
  open: openBackup,
  restoreTarget: (from) => openRestoreTarget(directory, dataDirectory(from)),
})

async function createBackup(source: DataDirectory, to: string): Promise<BackupWriter> {
  if (!(await isEmpty(to))) throw new Refusal('backup-target-not-empty', { path: to })
  const partial = `${to}.partial`
  const left = await namesIn(partial)
  if (left.some((name) => !ours.has(name))) throw new Refusal('backup-target-not-empty', { path: partial })
  await rm(partial, { recursive: true, force: true })
  const target = dataDirectory(partial)
  for (const folder of [target.objects, dirname(target.secretKey)]) makeFolders(folder)
  const shards = new Set<string>()
  return {
    factsPath: target.database,
    addObject: async (storageKey, size) => {
      const from = join(source.objects, storageKey)
      const found = await stat(from).catch(() => undefined)
      if (found?.size !== size) return 'missing'
      const shard = dirname(storageKey)
      if (!shards.has(shard)) {
        await mkdir(join(target.objects, shard), { recursive: true, mode: 0o700 })
        shards.add(shard)
      }
      return linkOrCopy(from, join(target.objects, storageKey), 0o600)
    },
    finish: async (manifest) => {
      await copySecrets(source, target)
      const whole: BackupManifest = { ...manifest, files: await sumsOf(partial) }
      await writeFile(join(partial, manifestName), `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o600, flush: true })
      await syncPath(target.database)
      for (const shard of shards) await syncPath(join(target.objects, shard))
      for (const folder of [target.objects, partial]) await syncPath(folder)
      await rename(partial, to)
      await syncPath(dirname(to))
      return whole
    },
    abandon: () => rm(partial, { recursive: true, force: true }),
  }
}

async function openBackup(from: string): Promise<BackupReader> {
  const folder = dataDirectory(from)
  const unreadable = new Refusal('backup-unreadable', { path: from })
  const text = await readFile(join(from, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' || error.code === 'ENOTDIR' ? unreadable : error
  })
  if (!existsSync(folder.database)) throw unreadable
  const manifest = parseManifest(text) ?? fail(unreadable)
  return {
    manifest,
    factsPath: folder.database,
    damagedFiles: async () => {
      const found = await sumsOf(from)
      return Object.entries(manifest.files).flatMap(([path, sum]) => (found[path] === sum ? [] : [path]))
    },
    sizeOf: async (key) => (await stat(join(folder.objects, key)).catch(() => undefined))?.size,
    digestOf: (key, algorithm) => digestOfFile(join(folder.objects, key), algorithm),
  }
}

const fail = (error: Error): never => {
  throw error
}

function parseManifest(text: string): BackupManifest | undefined {
  try {
    const manifest = JSON.parse(text) as Record<string, unknown>
    const figures = ['formatVersion', 'schemaVersion', 'objects', 'bytes']
    const { files } = manifest
    const hasFiles = typeof files === 'object' && files !== null && 'longshore.db' in files
    return hasFiles && figures.every((name) => Number.isSafeInteger(manifest[name])) ? (manifest as unknown as BackupManifest) : undefined
  } catch {
    return undefined
  }
}

/** Of the facts, the key and the certificates. The objects have their digests in the facts. */
async function sumsOf(root: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {}
  for (const folder of ['', 'keys', 'tls'])
    for (const name of (await namesIn(join(root, folder))).sort()) {
      const path = join(folder, name)
      if (folder === '' && name !== 'longshore.db') continue
      if ((await stat(join(root, path))).isFile()) sums[path] = (await digestOfFile(join(root, path), 'sha256')).slice('sha256:'.length)
    }
  return sums
}

async function digestOfFile(path: string, algorithm: Algorithm): Promise<Digest> {
  const handle = await open(path, 'r')
  try {
    return digestOf(algorithm, await hashFile(handle.fd, (await handle.stat()).size, algorithm))
  } finally {
    await handle.close()
  }
}

async function isEmpty(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : fail(error)))
  if (!found) return true
  // A disk's own folder for found files is nobody's.
  return found.isDirectory() && (await namesIn(path)).every((name) => name === 'lost+found')
}
