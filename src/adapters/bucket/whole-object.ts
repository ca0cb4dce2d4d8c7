import { algorithmOf, type Digest } from '#core/digest.ts'
import { RegistryError } from '#core/registry-error.ts'
import { WriterOvertaken } from '#ports/blob-store.ts'
import { ConditionConflict, ConditionFailed, PartReplaced, UploadGone } from './failures.ts'
import type { Condition, ObjectClient, Part, Upload } from './object-client.ts'
import { digestOfObject } from './object-digest.ts'

/** A blob that is to lie under its key as one object. */
export interface Whole {
  client: ObjectClient
  name: string
  size: number
  digest: Digest
  /** Tag of what lies there and may be replaced: the beginning of the same blob. */
  base: string | undefined
}

const mostTries = 3

const conditionOf = ({ base }: Whole): Condition => (base === undefined ? 'absent' : { etag: base })

/** In one request. Fails where the key has other bytes. */
export async function putWhole(whole: Whole, bytes: Uint8Array): Promise<void> {
  const { client, name } = whole
  if (!client.abilities.conditionalPut && (await isTaken(whole))) return acceptSame(whole)
  for (let tries = 1; ; tries++)
    try {
      await client.put(name, bytes, client.abilities.conditionalPut ? conditionOf(whole) : undefined)
      return
    } catch (error) {
      if (error instanceof ConditionFailed) return acceptSame(whole)
      if (!(error instanceof ConditionConflict) || tries === mostTries) throw conflictOf(error)
    }
}

/** Of parts that are in the store, and what comes behind them. Fails where the key has other bytes, and with WriterOvertaken where the parts are another's now. */
export async function completeWhole(whole: Whole, { uploadId, parts, last }: Upload & { last: Uint8Array }): Promise<void> {
  const { client, name } = whole
  for (let tries = 1; ; tries++)
    try {
      const all = last.length > 0 ? [...parts, await client.sendPart(name, uploadId, parts.length + 1, last)] : [...parts]
      if (!client.abilities.conditionalComplete && (await isTaken(whole))) throw new ConditionFailed()
      const made = await client.complete(name, { uploadId, parts: all }, conditionOf(whole))
      await prove(whole, all, made)
      return
    } catch (error) {
      if (error instanceof ConditionFailed || error instanceof UploadGone) {
        if (!(await isSame(whole))) throw new WriterOvertaken('another writer went on with the key')
        // Nobody is to pay for parts of what lies there already.
        await client.abort(name, uploadId).catch(() => {})
        return
      }
      // An earlier writer sent a part of its own under the number of the last one.
      if (!(error instanceof PartReplaced) || last.length === 0 || tries === mostTries) throw conflictOf(error)
    }
}

const conflictOf = (error: unknown): unknown =>
  error instanceof ConditionConflict || error instanceof PartReplaced
    ? new RegistryError('storage-failed', 'another writer was at the same object: begin the upload again')
    : error

async function isTaken({ client, name, base }: Whole): Promise<boolean> {
  const found = await client.head(name)
  return found !== undefined && found.etag !== base
}

/** What lies under the key is this blob already: an answer was lost, or a row. */
async function acceptSame(whole: Whole): Promise<void> {
  if (await isSame(whole)) return
  throw new RegistryError('storage-failed', 'the key was used before')
}

async function isSame({ client, name, size, digest }: Whole): Promise<boolean> {
  if ((await client.head(name))?.size !== size) return false
  return (await digestOfObject(client, name, algorithmOf(digest)))?.digest === digest
}

/** What the store says of the object fits what it said of its parts; where it says nothing it is read. */
async function prove(whole: Whole, parts: readonly Part[], made: { etag: string }): Promise<void> {
  const found = await whole.client.head(whole.name)
  if (found?.size === whole.size && (whole.client.proves(found, parts, made) || (await isSame(whole)))) return
  // One that used up the same upload before made something else of it.
  throw new WriterOvertaken('the object store has made other bytes of the parts')
}
