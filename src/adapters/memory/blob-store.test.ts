import { blobStoreContract } from '#ports/blob-store.contract.ts'
import { openMemoryBlobStore } from './blob-store.ts'

blobStoreContract('memory', async () => {
  const store = openMemoryBlobStore()
  return {
    subject: {
      store: () => store,
      // There is no other process to leave anything to: the same store goes on.
      reopen: async () => {},
      damage: async (key, change) => void store.objects.set(key, change(Buffer.from(store.objects.get(key) ?? []))),
    },
    close: () => store.close(),
  }
})
