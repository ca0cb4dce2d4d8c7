import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Failpoint, FailpointName } from '#ports/failpoint.ts'
import type { Migration } from '#store/migrations/migration.ts'
import { schemaVersion } from '#store/schema.ts'
import { SqliteConnection } from './connection.ts'
import { NewerDatabase } from '#ports/newer-database.ts'
import { migrate } from './migrate.ts'
import { openSqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-migrate-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const newPath = () => join(folder, `${++files}.db`)

const first: Migration = {
  version: 1,
  opensFrom: 1,
  statements: () => ['CREATE TABLE fruit (name TEXT)', "INSERT INTO fruit VALUES ('apple')"],
}
const second: Migration = {
  version: 2,
  opensFrom: 2,
  statements: () => ['ALTER TABLE fruit ADD COLUMN colour TEXT', "UPDATE fruit SET colour = 'red'"],
}
const third: Migration = { version: 3, opensFrom: 3, statements: () => ['CREATE TABLE vegetable (name TEXT)'] }

function withDatabase<Result>(path: string, work: (connection: SqliteConnection) => Result, failpoint?: Failpoint): Result {
  const connection = new SqliteConnection(path, failpoint ? { failpoint } : {})
  try {
    return work(connection)
  } finally {
    connection.close()
  }
}
const versionOf = (connection: SqliteConnection) =>
  connection.get<{ version: number }>('SELECT MAX(version) AS version FROM schema_version')?.version
const columnsOf = (connection: SqliteConnection) =>
  connection.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', 'fruit').map((row) => row.name)
const crashAt =
  (name: FailpointName): Failpoint =>
  (at) => {
    if (at === name) throw new Error(`the power went at ${name}`)
  }

test('a new database gets every version in order, without a copy', () => {
  const path = newPath()
  withDatabase(path, (connection) => {
    migrate(connection, path, [first, second, third])
    assert.equal(versionOf(connection), 3)
    assert.deepEqual({ ...connection.get<object>('SELECT * FROM fruit') }, { name: 'apple', colour: 'red' })
  })
  assert.equal(existsSync(`${path}.before-3`), false)
})

test('an older database is copied as it was, then migrated; the copy opens with the older program', () => {
  const path = newPath()
  withDatabase(path, (connection) => migrate(connection, path, [first]))
  withDatabase(path, (connection) => {
    migrate(connection, path, [first, second])
    assert.deepEqual(columnsOf(connection), ['name', 'colour'])
  })
  withDatabase(`${path}.before-2`, (connection) => {
    migrate(connection, undefined, [first])
    assert.equal(versionOf(connection), 1)
    assert.deepEqual(columnsOf(connection), ['name'])
  })
})

test('a database that is up to date is left alone', () => {
  const path = newPath()
  withDatabase(path, (connection) => migrate(connection, path, [first, second]))
  withDatabase(path, (connection) => migrate(connection, path, [first, second]))
  assert.equal(existsSync(`${path}.before-2`), false)
})

for (const [name, version] of [
  ['migration.after-copy', 1],
  ['migration.in-transaction', 1],
  ['migration.after-commit', 2],
] as const)
  test(`a crash at ${name} leaves schema ${version} whole, and the next start goes on`, () => {
    const path = newPath()
    withDatabase(path, (connection) => migrate(connection, path, [first]))
    assert.throws(
      () => withDatabase(path, (connection) => migrate(connection, path, [first, second, third]), crashAt(name)),
      /the power went/,
    )
    withDatabase(path, (connection) => {
      assert.equal(versionOf(connection), version)
      assert.deepEqual(columnsOf(connection), version === 1 ? ['name'] : ['name', 'colour'])
      migrate(connection, path, [first, second, third])
      assert.equal(versionOf(connection), 3)
      assert.deepEqual({ ...connection.get<object>('SELECT * FROM fruit') }, { name: 'apple', colour: 'red' })
    })
  })

test('a statement that fails in the middle of a version takes the whole version back', () => {
  const path = newPath()
  withDatabase(path, (connection) => {
    migrate(connection, path, [first])
    const broken: Migration = {
      version: 2,
      opensFrom: 2,
      statements: () => [
        ...second.statements({ identity: '', text: '', bytes: '', bigint: '', transactionId: '', clustered: '', own: [] }),
        'NOT SQL',
      ],
    }
    assert.throws(() => migrate(connection, path, [first, broken]))
    assert.equal(versionOf(connection), 1)
    assert.deepEqual(columnsOf(connection), ['name'])
    assert.equal(connection.database.isTransaction, false)
  })
})

test('a database of a newer program is refused with both versions, and is not touched', () => {
  const path = newPath()
  withDatabase(path, (connection) => {
    migrate(connection, path)
    connection.run('INSERT INTO schema_version (version) VALUES (?)', schemaVersion + 1)
  })
  const open = () => openSqliteStore({ path, ballast: `${path}.ballast` })
  assert.throws(
    open,
    (error: Error) =>
      error instanceof NewerDatabase &&
      error.message.includes(`version ${schemaVersion + 1}`) &&
      error.message.includes(`up to ${schemaVersion}`),
  )
  assert.throws(open, NewerDatabase)
  withDatabase(path, (connection) => assert.equal(versionOf(connection), schemaVersion + 1))
})
