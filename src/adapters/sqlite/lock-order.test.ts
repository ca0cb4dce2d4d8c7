import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import type { MetadataCommands } from '#ports/metadata-store.ts'
import { addedTo, lockOrder, ofControlPlane } from '#store/lock-order.ts'
import type { SqlValue } from '#store/transaction.ts'
import { SqliteConnection } from './connection.ts'
import { openMemoryMetadataStore } from './memory-store.ts'

interface Touch {
  table: string
  sql: string
}

/** Notes which tables' rows each statement locks or writes, as it would on a database with several writers. */
class RecordingConnection extends SqliteConnection {
  override readonly isSoleWriter = false
  override readonly forUpdate = ' /* holds */'
  override readonly forNoKeyUpdate = ' /* holds */'
  override readonly forKeyShare = ' /* holds */'
  override readonly forShare = ' /* holds */'
  override readonly skipLocked = ''
  touched: Touch[] = []

  override forUpdateOf(table: string): string {
    return ` /* holds ${table} */`
  }

  override forKeyShareOf(table: string): string {
    return ` /* holds ${table} */`
  }

  override get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    this.#note(sql)
    return super.get<Row>(sql, ...values)
  }

  override all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    this.#note(sql)
    return super.all<Row>(sql, ...values)
  }

  override run(sql: string, ...values: SqlValue[]): number {
    this.#note(sql)
    return super.run(sql, ...values)
  }

  #note(sql: string): void {
    const written = /^\s*(INSERT INTO|UPDATE|DELETE FROM) (\w+)/.exec(sql)
    const held = /\/\* holds (\w*)/.exec(sql)
    const table = written?.[2] ?? (held && (held[1] || /FROM (\w+)/.exec(sql)?.[1]))
    if (!table) return
    const how = written?.[1] === 'INSERT INTO' ? 'made' : written?.[1] === 'DELETE FROM' ? 'taken' : ''
    this.touched.push({ table: lockOrder.find((each) => each === `${table} ${how}`) ?? table, sql })
  }
}

const placeOf = (table: string): number => lockOrder.findIndex((each) => each === table)
const apart: ReadonlySet<string> = new Set([...addedTo, ...ofControlPlane])
const seen = new Map<keyof MetadataCommands, Set<string>>()

function check(command: keyof MetadataCommands, touched: readonly Touch[]): void {
  let last: Touch | undefined
  for (const touch of touched.filter((each) => !apart.has(each.table))) {
    const place = placeOf(touch.table)
    assert.ok(place >= 0, `${command} touches ${touch.table}, which has no place in lock-order.ts`)
    assert.ok(
      last === undefined || place >= placeOf(last.table),
      `${command} touches ${touch.table} after ${last?.table}:\n${last?.sql}\n${touch.sql}`,
    )
    if (touch.sql.includes('json_each') && touch.sql.includes('/* holds'))
      assert.match(touch.sql, /ORDER BY [^)]*\/\* holds/, `${command} holds several rows of ${touch.table} in no order`)
    last = touch
    seen.set(command, (seen.get(command) ?? new Set()).add(touch.table))
  }
}

metadataStoreContract('in order', async () => {
  const connection = new RecordingConnection(':memory:')
  const store = openMemoryMetadataStore({
    connection,
    ended: (command) => {
      const { touched } = connection
      connection.touched = []
      check(command, touched)
    },
  })
  connection.touched = []
  return store
})

after(() => {
  // The recorder sees: what it notes of a push is what a push does.
  assert.ok([...(seen.get('putManifest') ?? [])].length > 9)
})

test('each table of the order is touched by a command of the contract', () => {
  const touched = new Set([...seen.values()].flatMap((tables) => [...tables]))
  assert.deepEqual(
    lockOrder.filter((table) => !touched.has(table)),
    [],
  )
})
