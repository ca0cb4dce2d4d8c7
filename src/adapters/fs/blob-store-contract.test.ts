import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobStoreContract } from '#ports/blob-store.contract.ts'
import { openFsBlobStore, openSharedFsBlobStore } from './blob-store.ts'

blobStoreContract('fs', async () => {
  const root = mkdtempSync(join(tmpdir(), 'longshore-blobs-'))
  let store = openFsBlobStore(root)
  return {
    subject: {
      store: () => store,
      reopen: async () => {
        await store.close()
        store = openFsBlobStore(root)
      },
      damage: async (key, change) => writeFileSync(join(root, key), change(readFileSync(join(root, key)))),
    },
    close: async () => {
      await store.close()
      rmSync(root, { recursive: true })
    },
  }
})

/** Two threads' ends of one store by turns: what one began the other goes on with, reads and deletes. */
blobStoreContract('fs, by two threads', async () => {
  const root = mkdtempSync(join(tmpdir(), 'longshore-blobs-'))
  const open = () => {
    const first = openFsBlobStore(root)
    return { first, second: openSharedFsBlobStore(first.share()) }
  }
  let { first, second } = open()
  let asked = 0
  const close = async () => {
    await second.close()
    await first.close()
  }
  return {
    subject: {
      store: () => (++asked % 2 ? first : second),
      reopen: async () => {
        await close()
        ;({ first, second } = open())
      },
      damage: async (key, change) => writeFileSync(join(root, key), change(readFileSync(join(root, key)))),
    },
    close: async () => {
      await close()
      rmSync(root, { recursive: true })
    },
  }
})
