import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { blobReadingContract } from './blob-reading.contract.ts'
import { blobResumingContract } from './blob-resuming.contract.ts'
import type { BlobScene, BlobStoreSubject } from './blob-scene.contract.ts'
import { blobWritingContract } from './blob-writing.contract.ts'

/** The promises of the port, for every adapter. */
export function blobStoreContract(name: string, open: () => Promise<{ subject: BlobStoreSubject; close: () => Promise<void> }>): void {
  let subject: BlobStoreSubject
  let end: () => Promise<void>
  before(async () => {
    ;({ subject, close: end } = await open())
  })
  after(() => end())
  const scene = {
    it: (does: string, work: () => Promise<void>) => void test(`${name}: ${does}`, work),
    store: () => subject.store(),
    reopen: () => subject.reopen(),
    damage: (...change: Parameters<BlobStoreSubject['damage']>) => subject.damage(...change),
    create: (...key: Parameters<BlobScene['create']>) => subject.store().create(key[0], key[1] ?? 'sha256'),
    resume: async (...[key, mark]: Parameters<BlobScene['resume']>) => {
      const writer = await subject.store().resume(key, 'sha256', async () => mark)
      assert.ok(writer, 'the key was not lost')
      return writer
    },
  }
  blobReadingContract(scene)
  blobWritingContract(scene)
  blobResumingContract(scene)
}
