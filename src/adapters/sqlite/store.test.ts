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
import { openSharedStore, openSqliteStore } from './store.ts'

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
 * Two threads' ends of one store: what the first commanded, the second reads, and has kept what it read before. After each command, what
 * either keeps of earlier reads is what the database says, also of what nobody but this asked for: a command that ends too little is seen.
 */
function writtenHereReadThere(path: string): MetadataStore {
  const own = openSqliteStore({ path, ballast })
  const other = openSharedStore(own.share())
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
      const kept = await Promise.all([own, other].map((end) => said(() => (end[read] as Ask)(...input))))
      const stands = await said(() => (reads[read] as Ask)(database, ...input))
      if (begun !== before) return
      assert.deepEqual(kept, [stands, stands], `${read} ${JSON.stringify(input)} is kept as it was`)
    }
  }
  const close = async () => {
    database.close()
    await other.close()
    await own.close()
  }
  return new Proxy(own as MetadataStore, {
    get(_target, property: keyof MetadataStore) {
      if (property === 'close') return close
      if (!Object.hasOwn(commandTraits, property)) {
        const original = other[property] as Ask
        if (typeof original !== 'function') return original
        return (...input: unknown[]) => {
          if (isRead(property) && (keptFacts.has(property) || isKept(property))) note(property, input)
          return original.call(other, ...input)
        }
      }
      return async (input: unknown) => {
        begun++
        underWay++
        try {
          return await (own[property] as Ask)(input)
        } finally {
          if (--underWay === 0) await compare()
        }
      }
    },
  })
}

// The tables are made once; each test gets a copy. A writer's thread costs more than all that most tests do, so there is one for both ends.
before(() => openSqliteStore({ path: empty, ballast }).close())

metadataStoreContract('sqlite', async () => {
  const path = join(folder, `${++stores}.db`)
  copyFileSync(empty, path)
  return writtenHereReadThere(path)
})
