import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrations } from '../sql/schema.ts'
import { attributesMigration } from '../sql/migrations/3-attributes.ts'
import { SqliteConnection } from './connection.ts'
import { migrate } from './migrate.ts'

test('what was pushed before has its times and its size afterwards, and may do all that it could', () => {
  const connection = new SqliteConnection(':memory:')
  const before = migrations.filter((each) => each.version < attributesMigration.version)
  migrate(connection, undefined, before)
  connection.run(`INSERT INTO registry (id, name) VALUES (1, 'first')`)
  connection.run(`INSERT INTO repository (id, registry_id, name, manifests) VALUES (1, 1, 'a', 2), (2, 1, 'hidden', 0)`)
  for (const [digest, size] of [
    ['config', 7],
    ['layer', 30],
  ] as const) {
    connection.run(
      `INSERT INTO object (object_id, registry_id, storage_key, state, created_at) VALUES (?, 1, ?, 'ready', 0)`,
      digest,
      digest,
    )
    connection.run('INSERT INTO blob (registry_id, digest, object_id, size) VALUES (1, ?, ?, ?)', digest, digest, size)
  }
  const manifest = `INSERT INTO manifest (repo_id, digest, registry_id, media_type, size, created_at, updated_at, lease_until)
    VALUES (1, ?, 1, 't', 1, ?, ?, 0)`
  connection.run(manifest, 'image', 10, 20)
  connection.run(manifest, 'index', 15, 30)
  const reference = 'INSERT INTO manifest_ref (repo_id, parent, child, kind) VALUES (1, ?, ?, ?)'
  for (const child of ['config', 'layer']) connection.run(reference, 'image', child, 'blob')
  for (const child of ['image', 'absent']) connection.run(reference, 'index', child, 'manifest')
  migrate(connection, undefined, [...before, attributesMigration])
  const rows = (sql: string) => connection.all<object>(sql).map((row) => Object.values(row))
  assert.deepEqual(rows('SELECT created_at, updated_at, read_enabled, list_enabled FROM repository ORDER BY id'), [
    [10, 30, 1, 1],
    [0, 0, 1, 1],
  ])
  assert.deepEqual(rows('SELECT digest, image_size, architecture, read_enabled, list_enabled FROM manifest ORDER BY digest'), [
    ['image', 37, null, 1, 1],
    ['index', 37, null, 1, 1],
  ])
  connection.close()
})
