import { createHash, randomUUID } from 'node:crypto'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import { ConditionFailed, linksFailure, Mangled, Unsupported } from './failures.ts'
import { type Abilities, type Condition, leastAbilities, type ObjectClient } from './object-client.ts'

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

/** What a kind of store is tried on besides. */
export interface Probe {
  /** Of an object of the test's own: `one` is there, and is `body`. */
  name(last: string): string
  body: Buffer
  /** For what the store cannot be used without. */
  unfit(what: string): Refusal
}

/** Does the work while no other server of the registry does work in this way. */
export type Alone = <Result>(work: () => Promise<Result>) => Promise<Result>

/** What clients are given links to: nothing, the address that this server uses itself, or another one. */
export type LinksTo = 'nothing' | 'same' | 'other'

export interface ToExamine {
  /** As people know it. */
  place: string
  links: LinksTo
  alone: Alone
  /** Gives the client the abilities that are its kind's own; says what it lacks. */
  own?: (probe: Probe) => Promise<Lack[]>
}

/**
 * Tries on objects of its own what everything else stands on, and finds out what the store obeys. Refuses with `blobs-unreachable`, and with `blobs-unfit`
 * where what it takes is not what it gives.
 */
export async function examineBucket(client: ObjectClient, { place, links, alone, own }: ToExamine): Promise<Examined> {
  const folder = `probe/${randomUUID()}/`
  const used = new Set<string>()
  const name = (last: string) => {
    used.add(folder + last)
    return folder + last
  }
  const unfit = (what: string) => new Refusal('blobs-unfit', { place, what })
  try {
    client.abilities = leastAbilities
    const body = Buffer.from(`longshore ${folder}`)
    const { etag, conditionalPut } = await putTwice(client, name('one'), body)
    const tagIsMd5 = etag === `"${createHash('md5').update(body).digest('hex')}"`
    client.abilities = { ...leastAbilities, conditionalPut, conditionalComplete: true, tagIsMd5 }
    const lacks = (await own?.({ name, body, unfit })) ?? []
    const found = await client.get(name('one'), { from: 2, to: 5 })
    const got = found && Buffer.concat(await found.body.toArray())
    if (!found || !got?.equals(body.subarray(2, 5)) || found.total !== body.length) throw unfit('range')
    if (!(await isListed(client, folder))) throw unfit('list')
    const conditionalComplete =
      (await isObeyed(() => completeOver(client, name('one'), body, 'absent'))) &&
      (await isObeyed(() => completeOver(client, name('one'), body, { etag: '"00000000000000000000000000000000"' })))
    client.abilities = { ...client.abilities, conditionalComplete }
    const isReached = links === 'nothing' || (await gives(client, name('one'), body))
    // What this server can ask for and its links do not give, they give to nobody.
    if (links === 'same' && !isReached) throw linksFailure()
    for (const each of used) await client.remove(each)
    if (await client.head(name('one'))) throw unfit('delete')
    if (!conditionalPut) lacks.push('conditional-put')
    if (!conditionalComplete) lacks.push('conditional-complete')
    if (!isReached) lacks.push('public-endpoint')
    return {
      id: (await readId(client)) ?? (await alone(() => identify(client))),
      abilities: client.abilities,
      lacks,
      clockOffset: client.clockOffset,
    }
  } catch (error) {
    for (const each of used) await client.remove(each).catch(() => {})
    if (error instanceof Mangled) throw unfit('bytes')
    if (!(error instanceof RegistryError)) throw error
    throw new Refusal('blobs-unreachable', { place, message: error.message })
  }
}

const idObject = 'store-id'

/** Undefined: no server has looked at the store yet. */
export async function readId(client: ObjectClient): Promise<string | undefined> {
  const found = await client.get(idObject, { from: 0, to: 36 })
  return found && Buffer.concat(await found.body.toArray()).toString('utf8')
}

/** Made by the first server that looks: one after the other does, since a store may take a second id for the first. */
async function identify(client: ObjectClient): Promise<string> {
  const there = await readId(client)
  if (there !== undefined) return there
  await isRefused(() => client.put(idObject, Buffer.from(randomUUID()), client.abilities.conditionalPut ? 'absent' : undefined))
  return (await readId(client)) ?? ''
}

/** An object, and what becomes of the condition that it is not there; a store that knows none may refuse each request that has one. */
async function putTwice(client: ObjectClient, name: string, body: Buffer): Promise<{ etag: string; conditionalPut: boolean }> {
  try {
    const { etag } = await client.put(name, body, 'absent')
    return { etag, conditionalPut: await isObeyed(() => client.put(name, body, 'absent')) }
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error
    return { ...(await client.put(name, body, undefined)), conditionalPut: false }
  }
}

/** A condition that does not hold. */
async function isObeyed(work: () => Promise<unknown>): Promise<boolean> {
  try {
    return await isRefused(work)
  } catch (error) {
    if (error instanceof Unsupported) return false
    throw error
  }
}

async function isRefused(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return false
  } catch (error) {
    if (error instanceof ConditionFailed) return true
    throw error
  }
}

async function isListed(client: ObjectClient, folder: string): Promise<boolean> {
  for await (const { key } of client.list(folder)) if (key === `${folder}one`) return true
  return false
}

/** An object of one part, which may have any size. */
export async function completeOver(client: ObjectClient, name: string, body: Uint8Array, condition: Condition): Promise<void> {
  const uploadId = await client.begin(name)
  try {
    await client.complete(name, { uploadId, parts: [await client.sendPart(name, uploadId, 1, body)] }, condition)
  } catch (error) {
    await client.abort(name, uploadId).catch(() => {})
    throw error
  }
}

const mostTries = 3

/** By the address that clients know. */
async function gives(client: ObjectClient, name: string, body: Buffer): Promise<boolean> {
  const { url } = await client.presign(name, 60_000, undefined)
  for (let tries = 0; tries < mostTries; tries++) {
    const given = await fetch(url, { signal: AbortSignal.timeout(5000) })
      .then(async (answer) => (answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined))
      .catch(() => undefined)
    if (given?.equals(body)) return true
  }
  return false
}
