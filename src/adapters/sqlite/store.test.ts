import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import type { MetadataReads, MetadataStore } from '#ports/metadata-store.ts'
import { commandTraits } from '#store/command-traits.ts'
import { keptFacts } from '#store/kept-facts.ts'
import { readDigest, type StoredDigest } from '#store/stored-digest.ts'
import { reads } from '#store/verbs.ts'
import { SqliteConnection } from './connection.ts'
import { isKept } from './kept-rows.ts'
import { openSharedStore, openSqliteStore, type SqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-sqlite-'))
after(() => rmSync(folder, { recursive: true }))
const ballast = join(folder, 'ballast')
const empty = join(folder, 'empty.db')
let stores = 0

const isRead = (property: string): property is keyof MetadataReads => Object.hasOwn(reads, property)
type Ask = (...input: unknown[]) => Promise<unknown>

/** Bytes that the disk has changed are refused by both. */
const said = (read: () => Promise<unknown>): Promise<unknown> => read().catch((error: Error) => error.message)

const readableIn = (table: string, reference: string) =>
  `SELECT repository.registry_id AS "registryId", repository.name AS name, ${table}.${reference} AS reference
   FROM ${table} JOIN repository ON repository.id = ${table}.repo_id LIMIT 16`

/** Some of what stands for clients to read, as inputs of the reads of which rows are kept. */
const readable: readonly (readonly [read: keyof MetadataReads, sql: string])[] = [
  ['manifestByTag', readableIn('tag', 'name')],
  ['manifestByDigest', readableIn('manifest', 'digest')],
  ['blob', readableIn('repo_blob', 'digest')],
]

/**
 * After each command, what is kept of earlier reads is what the database says, also of what nobody but this asked for: a command that ends too
 * little is seen.
 */
function withKeptReadsCompared(store: MetadataStore, path: string): MetadataStore {
  const database = new SqliteConnection(path, { readOnly: true })
  const asked = new Map<string, { read: keyof MetadataReads; input: unknown[] }>()
  let underWay = 0
  let begun = 0
  const note = (read: keyof MetadataReads, input: unknown[]) => asked.set(`${read} ${input.join(' ')}`, { read, input })
  const compare = async () => {
    const before = begun
    for (const [read, sql] of readable)
      for (const { registryId, name, reference } of await database.all<{
        registryId: number
        name: string
        reference: string | StoredDigest
      }>(sql))
        note(read, [registryId, name, typeof reference === 'string' ? reference : readDigest(reference)])
    for (const { read, input } of asked.values()) {
      const kept = await said(() => (store[read] as Ask)(...input))
      const stands = await said(() => (reads[read] as Ask)(database, ...input))
      if (begun !== before) return
      assert.deepEqual(kept, stands, `${read} ${JSON.stringify(input)} is kept as it was`)
    }
  }
  return new Proxy(store, {
    get(target, property: keyof MetadataStore) {
      const original = target[property] as Ask
      if (typeof original !== 'function') return original
      if (property === 'close')
        return async () => {
          database.close()
          await target.close()
        }
      if (isRead(property) && (keptFacts.has(property) || isKept(property)))
        return (...input: unknown[]) => {
          note(property, input)
          return original.call(target, ...input)
        }
      if (!Object.hasOwn(commandTraits, property)) return original.bind(target)
      return async (input: unknown) => {
        begun++
        underWay++
        try {
          return await original.call(target, input)
        } finally {
          if (--underWay === 0) await compare()
        }
      }
    },
  })
}

// The tables are made once; each test gets a copy.
before(() => openSqliteStore({ path: empty, ballast }).close())

metadataStoreContract('sqlite', async () => {
  const path = join(folder, `${++stores}.db`)
  copyFileSync(empty, path)
  return withKeptReadsCompared(openSqliteStore({ path, ballast }), path)
})

/** Two threads' ends of one store: what the first commanded, the second reads, and has kept what it read before. */
function writtenHereReadThere(store: SqliteStore): MetadataStore {
  const other = openSharedStore(store.share())
  return new Proxy(store as MetadataStore, {
    get(target, property: keyof MetadataStore) {
      if (property === 'close')
        return async () => {
          await other.close()
          await store.close()
        }
      const owner = Object.hasOwn(commandTraits, property) ? target : other
      const original: unknown = owner[property]
      return typeof original === 'function' ? original.bind(owner) : original
    },
  })
}

metadataStoreContract('sqlite, written by one thread and read by another', async () => {
  const path = join(folder, `${++stores}.db`)
  copyFileSync(empty, path)
  return writtenHereReadThere(openSqliteStore({ path, ballast }))
})
