import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openFsBlobStore } from '#adapters/fs/blob-store.ts'
import { openMemoryBlobStore } from '#adapters/memory/blob-store.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { twoServersTests } from './upload-owners.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-owners-'))
const files = openFsBlobStore(folder)
after(async () => {
  await files.close()
  rmSync(folder, { recursive: true })
})

twoServersTests('SQLite and a store of objects', async () => {
  const bytes = openMemoryBlobStore()
  return { store: openMemoryMetadataStore(), blobs: [bytes, openMemoryBlobStore(bytes)] }
})
twoServersTests('SQLite and files', async () => ({ store: openMemoryMetadataStore(), blobs: [files, files] }))
