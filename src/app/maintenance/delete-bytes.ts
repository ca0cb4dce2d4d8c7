import type { CollectionCommands, StoredObject } from '#ports/collection.ts'
import type { Deps } from '../deps.ts'

export interface Deleted {
  count: number
  bytes: number
  /** What the disk said to the first that it kept. */
  refused: unknown
}

/** Deletes the bytes of condemned objects, then forgets these; one that the disk keeps stays for another time. */
export async function deleteBytes(
  { store, blobs, failpoint }: Pick<Deps, 'blobs' | 'failpoint'> & { store: CollectionCommands },
  objects: readonly StoredObject[],
  now: number,
): Promise<Deleted> {
  const deleted: Deleted = { count: 0, bytes: 0, refused: undefined }
  const gone: string[] = []
  for (const object of objects) {
    failpoint('collect.delete.before-bytes')
    try {
      await blobs.at(object.backend).delete(object.storageKey)
    } catch (error) {
      deleted.refused ??= error
      continue
    }
    failpoint('collect.delete.after-bytes')
    gone.push(object.objectId)
    deleted.bytes += object.size
  }
  if (gone.length > 0) await store.forgetObjects({ objectIds: gone, now })
  failpoint('collect.delete.after-commit')
  return { ...deleted, count: gone.length }
}
