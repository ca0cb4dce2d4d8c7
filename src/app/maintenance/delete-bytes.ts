import type { CollectionCommands, StoredObject } from '#ports/collection.ts'
import type { Deps } from '../deps.ts'

export interface Deleted {
  count: number
  bytes: number
  /** What the disk said to the first that it kept. */
  refused: unknown
}

const sideBySide = 8

/** Deletes the bytes of condemned objects, then forgets these; one that the disk keeps stays for another time. */
export async function deleteBytes(
  { store, blobs, failpoint }: Pick<Deps, 'blobs' | 'failpoint'> & { store: CollectionCommands },
  objects: readonly StoredObject[],
  now: number,
): Promise<Deleted> {
  const deleted: Deleted = { count: 0, bytes: 0, refused: undefined }
  const gone: string[] = []
  const remove = async (object: StoredObject) => {
    failpoint('collect.delete.before-bytes')
    try {
      // A small blob's bytes are in the row itself.
      if (!object.bytes) await blobs.at(object.backend).delete(object.storageKey)
    } catch (error) {
      deleted.refused ??= error
      return
    }
    failpoint('collect.delete.after-bytes')
    gone.push(object.objectId)
    deleted.bytes += object.size
  }
  const left = objects.values()
  // In a bucket each is several requests.
  await Promise.all(
    Array.from({ length: sideBySide }, async () => {
      for (const object of left) await remove(object)
    }),
  )
  if (gone.length > 0) await store.forgetObjects({ objectIds: gone, now })
  failpoint('collect.delete.after-commit')
  return { ...deleted, count: gone.length }
}
