import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { metadataStoreContract } from '#ports/metadata-store.contract.ts'
import { openSqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-sqlite-'))
after(() => rmSync(folder, { recursive: true }))
const ballast = join(folder, 'ballast')
const empty = join(folder, 'empty.db')
let stores = 0

// The tables are made once; each test gets a copy.
before(() => openSqliteStore({ path: empty, ballast }).close())

metadataStoreContract('sqlite', async () => {
  const path = join(folder, `${++stores}.db`)
  copyFileSync(empty, path)
  return openSqliteStore({ path, ballast })
})
