import assert from 'node:assert/strict'
import type { MetadataReads, MetadataStore } from '#ports/metadata-store.ts'
import { commandTraits } from './command-traits.ts'
import { keptFacts } from './kept-facts.ts'
import { isKept } from './kept-rows.ts'
import { readDigest, type StoredDigest } from './stored-digest.ts'
import type { SqlReader } from './transaction.ts'
import { reads } from './verbs.ts'

const isRead = (property: string): property is keyof MetadataReads => Object.hasOwn(reads, property)
type Ask = (...input: unknown[]) => Promise<unknown>

/** Bytes that the disk has changed are refused by both. */
const said = async (read: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await read()
  } catch (error) {
    return (error as Error).message
  }
}

const readableIn = (table: string, reference: string) =>
  `SELECT repository.registry_id AS "registryId", repository.name AS name, ${table}.${reference} AS reference
   FROM ${table} JOIN repository ON repository.id = ${table}.repo_id LIMIT 16`

/** Some of what stands for clients to read, as inputs of the reads of which rows are kept. */
const readable: readonly (readonly [read: keyof MetadataReads, sql: string])[] = [
  ['manifestByTag', readableIn('tag', 'name')],
  ['manifestByDigest', readableIn('manifest', 'digest')],
  ['blob', readableIn('repo_blob', 'digest')],
]

interface TwoEnds {
  own: MetadataStore
  other: MetadataStore
  /** What the database says by itself. */
  database: SqlReader
  close: () => Promise<void>
}

/**
 * Two ends of one store: what the first commanded, the second reads, and has kept what it read before. After each command, what
 * either keeps of earlier reads is what the database says, also of what nobody but this asked for: a command that ends too little is seen.
 */
export function writtenHereReadThere({ own, other, database, close }: TwoEnds): MetadataStore {
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
  return new Proxy(own, {
    get(_target, property: keyof MetadataStore) {
      if (property === 'close') return close
      // A request of the end that commands: of the other one's it would be somebody else's change.
      if (property === 'asOneRequest') return own.asOneRequest.bind(own)
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
