import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { writtenHereReadThere } from '#store/kept-is-true.contract.ts'
import { SqliteConnection } from './connection.ts'
import { openSharedStore, openSqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-sqlite-'))
after(() => rmSync(folder, { recursive: true }))
const ballast = join(folder, 'ballast')
const empty = join(folder, 'empty.db')
let stores = 0

/** Two threads' ends of one store. */
function twoEnds(path: string): MetadataStore {
  const own = openSqliteStore({ path, ballast })
  const other = openSharedStore(own.share())
  const database = new SqliteConnection(path, { readOnly: true })
  const close = async () => {
    database.close()
    await other.close()
    await own.close()
  }
  return writtenHereReadThere({ own, other, database, close })
}

// The tables are made once; each test gets a copy. A writer's thread costs more than all that most tests do, so there is one for both ends.
before(() => openSqliteStore({ path: empty, ballast }).close())

metadataStoreContract('sqlite', async () => {
  const path = join(folder, `${++stores}.db`)
  copyFileSync(empty, path)
  return twoEnds(path)
})
