import { RegistryError } from '#core/registry-error.ts'
import { leastAbilities } from '../bucket/object-client.ts'
import { completeOver, type Examined, examineBucket, type Probe, type ToExamine } from '../bucket/self-test.ts'
import type { S3Client } from './client.ts'
import { crcOf } from './requests.ts'

/** What is asked of every bucket (bucket/self-test.ts), and how S3 sums and copies parts. */
export function examine(client: S3Client, asked: Omit<ToExamine, 'own'>): Promise<Examined> {
  const own = async ({ name, body, unfit }: Probe) => {
    const { abilities } = client
    const keeps = (await keepsCrc(client, name('two'), body)) && (await copiesCrc(client, name('four'), body))
    const checksum = keeps ? 'crc32' : (await client.comparesSignature(name('five'), body)) ? 'signature' : 'md5'
    client.abilities = { ...abilities, checksum }
    await copies(client, name('three'), name('two'), body.length).catch(() => Promise.reject(unfit('copy')))
    return checksum === 'crc32' ? [] : ['crc32' as const]
  }
  return examineBucket(client, { ...asked, own })
}

/** A store that is not AWS's may refuse such a sum, or drop it. */
async function keepsCrc(client: S3Client, name: string, body: Uint8Array): Promise<boolean> {
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
async function copiesCrc(client: S3Client, name: string, body: Uint8Array): Promise<boolean> {
  await completeOver(client, name, body, undefined)
  const uploadId = await client.begin(name)
  try {
    return (await client.copyPart(name, uploadId, 1, { key: name, from: 0, to: body.length })).crc === crcOf(body)
  } finally {
    await client.abort(name, uploadId)
  }
}

async function copies(client: S3Client, name: string, from: string, size: number): Promise<void> {
  const uploadId = await client.begin(name)
  try {
    await client.copyPart(name, uploadId, 1, { key: from, from: 0, to: size })
  } finally {
    await client.abort(name, uploadId)
  }
}
