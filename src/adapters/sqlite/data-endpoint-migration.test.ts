import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrations } from '../sql/schema.ts'
import { dataEndpointMigration } from '../sql/migrations/4-data-endpoint.ts'
import { SqliteConnection } from './connection.ts'
import { migrate } from './migrate.ts'

test('a registry whose resource says that it has a data endpoint has one afterwards, and no other', () => {
  const connection = new SqliteConnection(':memory:')
  const before = migrations.filter((each) => each.version < dataEndpointMigration.version)
  migrate(connection, undefined, before)
  const properties = (dataEndpointEnabled: boolean) => ({ properties: { adminUserEnabled: true, dataEndpointEnabled } })
  const bodies = {
    with: properties(true),
    without: properties(false),
    tagged: { tags: { note: '"dataEndpointEnabled":true', dataEndpointEnabled: 'true' }, ...properties(false) },
  }
  connection.run(`INSERT INTO registry (name) VALUES ('none')`)
  for (const [name, body] of Object.entries(bodies)) {
    connection.run('INSERT INTO registry (name, resource_key) VALUES (?, ?)', name, `/${name}`)
    connection.run(
      `INSERT INTO resource (key, id, type, name, parent_key, location, body, etag, created_at, created_by, created_by_type,
         changed_at, changed_by, changed_by_type) VALUES (?, '', '', '', '', 'west', ?, '', 0, '', '', 0, '', '')`,
      `/${name}`,
      JSON.stringify(body),
    )
  }
  migrate(connection, undefined, [...before, dataEndpointMigration])
  assert.deepEqual(
    connection.all<object>('SELECT name, data_location FROM registry ORDER BY name').map((row) => Object.values(row)),
    [
      ['none', null],
      ['tagged', null],
      ['with', 'west'],
      ['without', null],
    ],
  )
  connection.close()
})
