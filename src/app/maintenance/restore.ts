import { algorithmOf } from '#core/digest.ts'
import type { Restored } from '#core/maintenance.ts'
import { Refusal } from '#core/refusal.ts'
import type { BackupFolders, BackupReader, FactsCopy, FactsFiles } from '#ports/backup.ts'
import { damagedInFacts, eachObject, formatVersion } from './backup.ts'

export interface RestoreOptions {
  /** Read every object and manifest and compare it with its digest, not its length alone. */
  verify: boolean
  signal?: AbortSignal | undefined
}

/**
 * Fills an empty data directory from a backup; everything is looked at before the first byte is written.
 * Fails with `backup-unreadable`, `backup-newer`, `backup-damaged`, `restore-target-not-empty`, `server-must-stop`, `interrupted`.
 */
export async function restore(
  { facts, folders }: { facts: FactsFiles; folders: BackupFolders },
  from: string,
  { verify, signal }: RestoreOptions,
): Promise<Restored> {
  const backup = await folders.open(from)
  const { manifest } = backup
  const tooNew = (what: string, found: number, newest: number) => {
    if (found > newest) throw new Refusal('backup-newer', { path: from, what, found, newest })
  }
  tooNew('format', manifest.formatVersion, formatVersion)
  tooNew('schema', manifest.schemaVersion, facts.schemaVersion)
  const [damaged, ...more] = await backup.damagedFiles()
  if (damaged !== undefined) throw new Refusal('backup-damaged', { path: from, bad: more.length + 1, example: damaged })
  const copy = await facts.open(backup.factsPath)
  try {
    tooNew('schema', copy.schemaVersion, facts.schemaVersion)
    const target = await folders.restoreTarget(from)
    try {
      const { objects, bytes } = await examine(from, backup, copy, { verify, signal })
      await eachObject(copy, signal, (object) => target.takeObject(object.storageKey))
      await target.finish()
      return { ...manifest, ...copy.counts, objects, bytes, path: from, verified: verify }
    } finally {
      target.close()
    }
  } finally {
    await copy.close()
  }
}

async function examine(
  from: string,
  backup: BackupReader,
  copy: FactsCopy,
  { verify, signal }: RestoreOptions,
): Promise<{ objects: number; bytes: number }> {
  const seen = { objects: 0, bytes: 0 }
  let bad = 0
  let example = ''
  await eachObject(copy, signal, async ({ storageKey, digest, size }) => {
    const same =
      (await backup.sizeOf(storageKey)) === size && (!verify || (await backup.digestOf(storageKey, algorithmOf(digest))) === digest)
    if (same) {
      seen.objects++
      seen.bytes += size
    } else {
      bad++
      example ||= digest
    }
  })
  for (const digest of verify ? await damagedInFacts(copy, signal) : []) {
    bad++
    example ||= digest
  }
  if (bad > 0) throw new Refusal('backup-damaged', { path: from, bad, example })
  return seen
}
