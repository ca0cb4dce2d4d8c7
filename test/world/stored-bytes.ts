import assert from 'node:assert/strict'
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { blobsOf } from './database.ts'

/** A blob's object in the data folder or in the bucket of its server: what happens to it behind the server's back. */
export interface StoredBytes {
  /** Ends with the key that the server has for it. */
  name: string
  write(bytes: Uint8Array): Promise<void>
  remove(): Promise<void>
}

/** @param bytes as they were pushed; more than lies in a row */
export function storedBytes(dataDir: string, bytes: Uint8Array): Promise<StoredBytes> {
  const url = blobsOf(dataDir)
  return url === undefined ? inFiles(dataDir, bytes) : inBucket(url, bytes)
}

async function inFiles(dataDir: string, bytes: Uint8Array): Promise<StoredBytes> {
  const path = globSync('objects/*/*', { cwd: dataDir })
    .map((name) => join(dataDir, name))
    .find((each) => statSync(each).size === bytes.length && readFileSync(each).equals(bytes))
  assert.ok(path, 'it has a file')
  return { name: path, write: async (next) => writeFileSync(path, next), remove: async () => rmSync(path) }
}

async function inBucket(url: string, bytes: Uint8Array): Promise<StoredBytes> {
  const { behind, bytesOf } = await import('../stores/object-store.ts')
  const name = await behind(url, async (client) => {
    for await (const { key, size } of client.list('objects/'))
      if (size === bytes.length && (await bytesOf(client, key))?.equals(bytes)) return key
    return assert.fail('it has an object')
  })
  return {
    name,
    write: (next) => behind(url, async (client) => void (await client.put(name, next, undefined))),
    remove: () => behind(url, (client) => client.remove(name)),
  }
}
