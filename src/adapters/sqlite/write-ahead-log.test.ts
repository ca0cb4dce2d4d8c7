import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SqliteConnection } from './connection.ts'
import { longestLog, WriteAheadLog } from './write-ahead-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-log-'))
after(() => rmSync(folder, { recursive: true }))

const waitOf = (connection: SqliteConnection) => connection.get<{ timeout: number }>('PRAGMA busy_timeout')?.timeout

test('a log that readers kept growing is begun anew once none of them needs it, and cut down', () => {
  const path = join(folder, 'facts.db')
  let elapsed = 0
  const writer = new SqliteConnection(path)
  writer.database.exec('CREATE TABLE page (bytes BLOB)')
  const log = new WriteAheadLog(writer, path, () => elapsed)
  const reader = new SqliteConnection(path, { readOnly: true })
  const commit = () => {
    writer.run('INSERT INTO page VALUES (zeroblob(?))', 1024 * 1024)
    elapsed += 20
    log.keepShort()
  }
  const size = () => statSync(`${path}-wal`).size
  reader.database.exec('BEGIN')
  reader.all('SELECT 1 FROM page')
  for (let commits = 0; commits < 20; commits++) commit()
  assert.ok(size() > longestLog, 'a reader keeps it from beginning anew')
  const pinned = size()
  commit()
  assert.ok(size() > pinned)
  reader.database.exec('COMMIT')
  commit()
  assert.ok(size() > pinned, 'who waited in vain rests for a second')
  elapsed += 1000
  commit()
  commit()
  assert.ok(size() <= longestLog, `${size()}`)
  assert.equal(waitOf(writer), 5000)
  for (const connection of [reader, writer]) connection.close()
})

test('readers and the writer wait for one another, five seconds at most', () => {
  const path = join(folder, 'waits.db')
  const writer = new SqliteConnection(path)
  const reader = new SqliteConnection(path, { readOnly: true })
  for (const connection of [writer, reader]) {
    assert.equal(waitOf(connection), 5000)
    connection.close()
  }
})
