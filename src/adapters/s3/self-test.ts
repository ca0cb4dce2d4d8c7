import { createHash, randomUUID } from 'node:crypto'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type Abilities, type Condition, crcOf, leastAbilities, type ObjectClient } from './client.ts'
import { ConditionFailed, Mangled } from './failures.ts'

/** What a store does not do, and what is done instead. */
export type Lack = 'conditional-put' | 'conditional-complete' | 'crc32' | 'public-endpoint'

export interface Examined {
  /** Of the bucket and prefix: whoever has them all copied somewhere else has the same store there. */
  id: string

  abilities: Abilities
  lacks: Lack[]
  /** How far the store's clock is ahead of this machine's, in milliseconds, as far as it told. */
  clockOffset: number
}

/**
 * Tries on objects of its own what everything else stands on, and finds out what the store obeys. Refuses with `blobs-unreachable`, and with `blobs-unfit`
 * where what it takes is not what it gives.
 * @param place as people know it
 */
export async function examine(client: ObjectClient, place: string, publicEndpoint: boolean): Promise<Examined> {
  const folder = `probe/${randomUUID()}/`
  const used = new Set<string>()
  const name = (last: string) => {
    used.add(folder + last)
    return folder + last
  }
  try {
    client.abilities = leastAbilities
    const body = Buffer.from(`longshore ${folder}`)
    const { etag } = await client.put(name('one'), body, 'absent')
    const tagIsMd5 = etag === `"${createHash('md5').update(body).digest('hex')}"`
    const conditionalPut = await isRefused(() => client.put(name('one'), body, 'absent'))
    const checksum = (await keepsCrc(client, name('two'), body)) && (await copiesCrc(client, name('four'), body)) ? 'crc32' : 'md5'
    client.abilities = { conditionalPut, conditionalComplete: true, checksum, tagIsMd5 }
    const found = await client.get(name('one'), { from: 2, to: 5 })
    const got = found && Buffer.concat(await found.body.toArray())
    if (!found || !got?.equals(body.subarray(2, 5)) || found.total !== body.length) throw unfit(place, 'range')
    if (!(await isListed(client, folder))) throw unfit(place, 'list')
    const conditionalComplete =
      (await isRefused(() => completeOver(client, name('one'), body, 'absent'))) &&
      (await isRefused(() => completeOver(client, name('one'), body, { etag: '"00000000000000000000000000000000"' })))
    const abilities: Abilities = { conditionalPut, conditionalComplete, checksum, tagIsMd5 }
    client.abilities = abilities
    await copies(client, name('three'), name('two'), body.length).catch(() => Promise.reject(unfit(place, 'copy')))
    const isReached = !publicEndpoint || (await gives(client, name('one'), body))
    for (const each of used) await client.remove(each)
    if (await client.head(name('one'))) throw unfit(place, 'delete')
    const lacks: Lack[] = []
    if (!conditionalPut) lacks.push('conditional-put')
    if (!conditionalComplete) lacks.push('conditional-complete')
    if (checksum !== 'crc32') lacks.push('crc32')
    if (!isReached) lacks.push('public-endpoint')
    return { id: await identify(client), abilities, lacks, clockOffset: client.clockOffset }
  } catch (error) {
    for (const each of used) await client.remove(each).catch(() => {})
    if (error instanceof Mangled) throw unfit(place, 'bytes')
    if (!(error instanceof RegistryError)) throw error
    throw new Refusal('blobs-unreachable', { place, message: error.message })
  }
}

/** Made by the first server that looks. */
async function identify(client: ObjectClient): Promise<string> {
  const name = 'store-id'
  const read = async () => {
    const found = await client.get(name, { from: 0, to: 36 })
    return found && Buffer.concat(await found.body.toArray()).toString('utf8')
  }
  const there = await read()
  if (there !== undefined) return there
  await isRefused(() => client.put(name, Buffer.from(randomUUID()), client.abilities.conditionalPut ? 'absent' : undefined))
  return (await read()) ?? ''
}

const unfit = (place: string, what: string): Refusal => new Refusal('blobs-unfit', { place, what })

async function isRefused(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return false
  } catch (error) {
    if (error instanceof ConditionFailed) return true
    throw error
  }
}

/** A store that is not AWS's may refuse such a sum, or drop it. */
async function keepsCrc(client: ObjectClient, name: string, body: Uint8Array): Promise<boolean> {
  try {
    client.abilities = { ...leastAbilities, checksum: 'crc32' }
    await client.put(name, body, undefined)
    if ((await client.head(name))?.crc !== undefined) return true
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
  }
  client.abilities = leastAbilities
  await client.put(name, body, undefined)
  return false
}

/** What it says of a part that it copied out of an object of parts must be that part's; else the copy can be no part of an object with sums. */
async function copiesCrc(client: ObjectClient, name: string, body: Uint8Array): Promise<boolean> {
  await completeOver(client, name, body, undefined)
  const uploadId = await client.begin(name)
  try {
    return (await client.copyPart(name, uploadId, 1, { key: name, from: 0, to: body.length })).crc === crcOf(body)
  } finally {
    await client.abort(name, uploadId)
  }
}

async function isListed(client: ObjectClient, folder: string): Promise<boolean> {
  for await (const { key } of client.list(folder)) if (key === `${folder}one`) return true
  return false
}

async function completeOver(client: ObjectClient, name: string, body: Uint8Array, condition: Condition): Promise<void> {
  const uploadId = await client.begin(name)
  try {
    await client.complete(name, uploadId, [await client.sendPart(name, uploadId, 1, body)], condition)
  } catch (error) {
    await client.abort(name, uploadId).catch(() => {})
    throw error
  }
}

async function copies(client: ObjectClient, name: string, from: string, size: number): Promise<void> {
  const uploadId = await client.begin(name)
  try {
    await client.copyPart(name, uploadId, 1, { key: from, from: 0, to: size })
  } finally {
    await client.abort(name, uploadId)
  }
}

/** By the address that clients know. */
async function gives(client: ObjectClient, name: string, body: Buffer): Promise<boolean> {
  const { url } = await client.presign(name, 60_000, undefined)
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
  return answer?.ok === true && Buffer.from(await answer.arrayBuffer()).equals(body)
}
