import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SqliteConnection } from './connection.ts'
import { asDamage, DamagedDatabase, findingsIn, refuseDamage, refuseOtherSchema } from './damage.ts'
import { migrate } from './migrate.ts'
import { makePrivate } from './private-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-damage-'))
after(() => rmSync(folder, { recursive: true }))
const failed = (errcode?: number, message = 'm') => Object.assign(new Error(message), errcode === undefined ? {} : { errcode })

test('which errors of SQLite say that the file is no sound database', () => {
  const corrupt = [11, 26, 11 | (1 << 8), 522]
  for (const errcode of corrupt) {
    const told = asDamage(failed(errcode), '/p')
    assert.ok(told instanceof DamagedDatabase, `${errcode}`)
    assert.deepEqual([told.path, told.finding, told.message], ['/p', 'm', '/p is damaged: m'])
  }
  for (const errcode of [undefined, 1, 5, 10, 13, 266]) {
    const error = failed(errcode)
    assert.equal(asDamage(error, '/p'), error, `${errcode}`)
  }
  assert.ok(asDamage(failed(1), '/p', { schema: true }) instanceof DamagedDatabase, 'statements that do not fit')
  const busy = failed(5)
  assert.equal(asDamage(busy, '/p', { schema: true }), busy)
})

test('a database of ours is sound; another table, another column or a row without its parent is told', () => {
  const connection = new SqliteConnection(':memory:')
  const { database } = connection
  migrate(connection, undefined)
  refuseDamage(database, '/p')
  refuseOtherSchema(database, '/p')
  assert.deepEqual([findingsIn(database, 'quick'), findingsIn(database, 'whole')], [[], []])
  database.exec('CREATE TABLE stranger (x)')
  assert.throws(() => refuseOtherSchema(database, '/p'), /the table stranger of its schema is not as it was made/)
  database.exec('DROP TABLE stranger; ALTER TABLE tenant ADD COLUMN y')
  assert.throws(() => refuseOtherSchema(database, '/p'), /the table tenant /)
  database.exec('PRAGMA foreign_keys = OFF; CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a(id))')
  for (let row = 1; row <= 12; row++) connection.run('INSERT INTO b VALUES (?)', row)
  assert.deepEqual(findingsIn(database, 'quick'), [])
  assert.deepEqual(findingsIn(database, 'whole'), Array(10).fill('a row of b belongs to no row of a'))
  assert.throws(() => refuseDamage(database, '/p'), { name: 'Error', finding: 'a row of b belongs to no row of a' })
  connection.close()
})

test('a connection: who reads cannot write, rows belong to their parents, and a list is one value', () => {
  const path = join(folder, 'one.db')
  makePrivate(path)
  const writer = new SqliteConnection(path)
  writer.database.exec('CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a(id), bytes BLOB)')
  assert.equal(writer.run('INSERT INTO a VALUES (1), (2)'), 2)
  assert.throws(() => writer.run('INSERT INTO b (a) VALUES (9)'), /FOREIGN KEY/)
  for (const level of ['NORMAL', 'FULL', 'FULL'] as const) {
    writer.sync(level)
    assert.equal(writer.get<{ synchronous: number }>('PRAGMA synchronous')?.synchronous, level === 'FULL' ? 2 : 1)
  }
  assert.equal(writer.get<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode, 'wal')
  writer.run('INSERT INTO b VALUES (1, ?)', Uint8Array.of(0xab))
  const among = (type: 'bytes' | 'number', list: never) =>
    writer.all<{ a: number }>(`SELECT a FROM b WHERE ${type === 'bytes' ? 'bytes' : 'a'} ${writer.among(type)}`, list).length
  assert.deepEqual(
    [
      among('bytes', [Uint8Array.of(0xab)] as never),
      among('bytes', [Uint8Array.of(0xac)] as never),
      among('number', [3, 1] as never),
      among('number', [] as never),
    ],
    [1, 0, 1, 0],
  )
  assert.equal(writer.all(`SELECT value FROM ${writer.listed('text')}`, ['x', 'y'] as never).length, 2)
  const reader = new SqliteConnection(path, { readOnly: true })
  assert.equal(reader.all('SELECT id FROM a').length, 2)
  assert.throws(() => reader.run('INSERT INTO a VALUES (3)'), /readonly/)
  reader.close()
  writer.close()
  assert.equal(statSync(path).mode & 0o777, 0o600)
})
