import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SqliteConnection } from './connection.ts'
import { migrate } from './migrate.ts'

/** There are few of them, and one goes rarely: what stands on it is read through. */
const few = new Set(['registry'])

test('what stands on a row is found by an index when the row goes, without reading its whole table', () => {
  const connection = new SqliteConnection(':memory:')
  migrate(connection, undefined)
  const tables = connection.all<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
  let seen = 0
  for (const { name } of tables) {
    const indexes = connection
      .all<{ name: string }>('SELECT name FROM pragma_index_list(?) WHERE partial = 0', name)
      .map((index) => connection.all<{ name: string }>('SELECT name FROM pragma_index_info(?) ORDER BY seqno', index.name).map(nameOf))
    const keys = connection.all<{ id: number; to: string; name: string }>(
      'SELECT id, "table" AS "to", "from" AS name FROM pragma_foreign_key_list(?) ORDER BY id, seq',
      name,
    )
    for (const columns of Map.groupBy(keys, ({ id }) => id).values()) {
      seen++
      if (columns.some(({ to }) => few.has(to))) continue
      const named = columns.map(nameOf).toSorted()
      const found = indexes.some((index) => index.slice(0, named.length).toSorted().join() === named.join())
      assert.ok(found, `${name} (${named.join()}) has no index`)
    }
  }
  assert.ok(seen > 10)
  connection.close()
})

const nameOf = ({ name }: { name: string }): string => name
