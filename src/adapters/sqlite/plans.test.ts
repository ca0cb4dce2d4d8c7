import assert from 'node:assert/strict'
import { test } from 'node:test'
import { a, b, Scene } from '#ports/metadata-scene.contract.ts'
import { SqliteConnection } from './connection.ts'
import { openMemoryMetadataStore } from './memory-store.ts'

/** What ANALYZE says of a registry of 100,000 images in 10,000 repositories: one that is larger than the others is not told apart. */
const statistics = [
  ['tag', 'tag_digest', '500001 51 6'],
  ['tag', 'tag_updated', '500001 51 3 1'],
  ['tag', 'tag', '500001 51 1'],
  ['manifest', 'manifest', '100001 11 1'],
] as const

test('tags of some manifests are found by their digests, repositories that are emptied by their state, objects with files where most have none, however many the others are', async () => {
  const connection = new SqliteConnection(':memory:')
  const { database } = connection
  const plans = new Map<string, string>()
  const prepare = database.prepare.bind(database)
  const store = openMemoryMetadataStore({ connection })
  database.exec('ANALYZE; DELETE FROM sqlite_stat1')
  for (const row of statistics) prepare('INSERT INTO sqlite_stat1 VALUES (?, ?, ?)').run(...row)
  database.exec('ANALYZE sqlite_schema')
  database.prepare = (sql, ...more) => {
    const isRead = /^\s*(?:SELECT|UPDATE|DELETE)/.test(sql)
    if (isRead)
      plans.set(sql.replaceAll(/\s+/g, ' '), (prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]).map(lineOf).join('; '))
    return prepare(sql, ...more)
  }

  const scene = await Scene.open(store)
  const gone = await scene.pushImage(a, 'x', 'v1', 'v2')
  await scene.pushImage(b, 'y', 'v1')
  const page = { order: 'name', after: undefined, limit: 10 } as const
  const [listed] = (await store.listManifestAttributes(scene.registryId, a, page)) ?? []
  assert.deepEqual(listed?.tags, ['v1', 'v2'])
  await scene.deleteManifest(a, gone)
  await scene.deleteRepository(b)
  await store.usage(scene.registryId)
  await store.hasFiles()
  while ((await scene.drain()) > 0);
  await store.close()

  const of = (words: RegExp) => [...plans].filter(([sql]) => words.test(sql))
  const tags = of(/\btag\b.*digest (?:= value|IN)/)
  assert.equal(tags.length, 2)
  for (const [sql, plan] of tags) assert.match(plan, /tag USING (?:COVERING )?INDEX tag_digest/, sql)
  const [[, files = ''] = []] = of(/FROM object WHERE .*'files'/)
  assert.match(files, /object USING (?:COVERING )?INDEX object_in_file/)
  const emptied = of(/^SELECT (?!.*UNION).*FROM repository .*'draining'/)
  assert.ok(emptied.length >= 2)
  for (const [sql, plan] of emptied) assert.match(plan, /repository USING INDEX repository_draining/, sql)
})

const lineOf = ({ detail }: { detail: string }): string => detail
