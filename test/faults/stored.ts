import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { dataDirectory } from '#adapters/fs/data-directory.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { sqliteFactsFiles } from '#adapters/sqlite/facts-files.ts'
import { openSqliteStore } from '#adapters/sqlite/store.ts'
import type { FactsFiles } from '#ports/backup.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { databaseOf } from '../world/database.ts'

export type Row = Record<string, unknown>

/** The facts of a data directory whose server has ended, on whichever database. */
export interface Stored {
  /** Statements that both databases take. */
  rows(sql: string): Promise<Row[]>
  /** The database finds nothing wrong in itself. */
  checkItself(): Promise<void>
  open(): Promise<MetadataStore>
  facts: FactsFiles | undefined
}

export function storedIn(dataDir: string): Stored {
  const url = databaseOf(dataDir)
  return url === undefined ? inSqlite(dataDir) : inPostgres(url)
}

function inSqlite(dataDir: string): Stored {
  const { database: path, ballast } = dataDirectory(dataDir)
  const rows = async (sql: string) => {
    const database = new DatabaseSync(path)
    try {
      return (database.prepare(sql).all() as Row[]).map((row) => ({ ...row }))
    } finally {
      database.close()
    }
  }
  return {
    rows,
    checkItself: async () => checkDatabase(path),
    open: async () => openSqliteStore({ path, ballast }),
    facts: sqliteFactsFiles(path),
  }
}

export function checkDatabase(path: string): void {
  const database = new DatabaseSync(path)
  try {
    const found = (sql: string) => (database.prepare(sql).all() as Row[]).map((row) => ({ ...row }))
    assert.deepEqual(found('PRAGMA integrity_check'), [{ integrity_check: 'ok' }])
    assert.deepEqual(found('PRAGMA foreign_key_check'), [])
  } finally {
    database.close()
  }
}

function inPostgres(url: string): Stored {
  return {
    rows: async (sql) => {
      const client = new Client({ connectionString: url })
      await client.connect()
      try {
        return (await client.query(sql)).rows as Row[]
      } finally {
        await client.end()
      }
    },
    // It checks what its rows name at each commit.
    checkItself: async () => {},
    open: () => openPostgresStore({ url, connections: 2 }),
    facts: undefined,
  }
}
