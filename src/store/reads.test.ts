import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usage } from './reads.ts'
import type { SqlReader } from './transaction.ts'

test('what is emptied between two statements is told neither as stored nor as missing', async () => {
  const counted = { used: 940, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: null }
  let used = 940
  let draining = 700
  let statements = 0
  /** The writer empties a deleted repository right before this statement. */
  const readerOf = (emptied: number): SqlReader => ({
    aText: '?',
    someBytes: '?',
    among: () => '= ?',
    listed: () => '?',
    clock: '0',
    now: (callers) => callers,
    inCommitOrder: '',
    all: () => [],
    get: <Row>(sql: string) => {
      if (++statements === emptied) [used, draining] = [used - draining, 0]
      const row = sql.includes('AS bodies')
        ? { used, blobs: draining, bodies: null }
        : sql.includes('storage_limit')
          ? { ...counted, used }
          : { manifests: draining === 0 ? null : 1 }
      return row as Row | undefined
    },
  })
  for (let emptied = 1; emptied <= 4; emptied++) {
    ;[used, draining, statements] = [940, 700, 0]
    assert.equal((await usage(readerOf(emptied), 1)).used, 240, `before statement ${emptied}`)
  }
})
