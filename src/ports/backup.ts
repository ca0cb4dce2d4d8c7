import type { Algorithm, Digest } from '#core/digest.ts'
import type { BackupManifest, Counts } from '#core/maintenance.ts'
import type { BodyPage, StoredBody } from './collection.ts'

/** Copies of the facts as single files. */
export interface FactsFiles {
  /** The newest schema that this program opens. */
  schemaVersion: number
  /** Copies the facts as they are now, whatever is being written, into a new file. */
  copyTo(path: string): Promise<FactsCopy>
  /** What the check of the database in use finds in itself; nothing when it is sound. */
  check(): Promise<string[]>
  /** Opens such a file for reading. */
  open(path: string): Promise<FactsCopy>
}

/** Facts that are consistent by themselves: no upload is under way in them, and nothing waits for its bytes to be deleted. */
export interface FactsCopy {
  schemaVersion: number
  counts: Counts
  /** Objects whose bytes lie in files and belong to the copy, in id order. */
  objects(page: { after: string; limit: number }): Promise<CopiedObject[]>
  /** Objects whose bytes are in the facts themselves, in id order. */
  smallObjects(page: { after: string; limit: number }): Promise<{ objectId: string; digest: Digest; bytes: Uint8Array }[]>
  /** As MetadataReads has it. */
  manifestBodies(page: BodyPage): Promise<StoredBody[]>
  /** Their bytes could not be had: they are not served, and the next push of the digest heals them. */
  quarantine(objectIds: readonly string[]): Promise<void>
  close(): Promise<void>
}

export interface CopiedObject {
  objectId: string
  digest: Digest
  size: number
  storageKey: string
}

/**
 * The folders that hold what a data directory holds, and `backup.json`.
 * Fails with Refusal: `backup-target-not-empty`, `backup-unreadable`, `restore-target-not-empty`, `server-must-stop`.
 */
export interface BackupFolders {
  /** Begins a backup beside `to`; nothing is under that name before `finish`. */
  create(to: string): Promise<BackupWriter>
  open(from: string): Promise<BackupReader>
  /** Takes the data directory, which must be empty, for what comes out of the backup in `from`. */
  restoreTarget(from: string): Promise<RestoreWriter>
}

export interface BackupWriter {
  /** Where the copy of the facts belongs. */
  factsPath: string
  /** Takes an object's bytes from the data directory; `missing` when there are none or fewer than `size`. */
  addObject(storageKey: string, size: number): Promise<'linked' | 'copied' | 'missing'>
  /** Everything is durable and under its name. Returns what was written as backup.json. */
  finish(manifest: Omit<BackupManifest, 'files'>): Promise<BackupManifest>
  /** Deletes what was begun. */
  abandon(): Promise<void>
}

export interface BackupReader {
  manifest: BackupManifest
  factsPath: string
  /** Files that are not there or not as they were written; the objects are asked for one by one. */
  damagedFiles(): Promise<string[]>
  sizeOf(storageKey: string): Promise<number | undefined>
  digestOf(storageKey: string, algorithm: Algorithm): Promise<Digest>
}

export interface RestoreWriter {
  takeObject(storageKey: string): Promise<void>
  /** Keys, certificates, then the facts: from here on it is a data directory. */
  finish(): Promise<void>
  /** Gives the directory back, finished or not. */
  close(): void
}
