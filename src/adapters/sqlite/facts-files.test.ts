import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { a, blobOf, image, Scene } from '#ports/metadata-scene.contract.ts'
import { DamagedDatabase } from './damage.ts'
import { sqliteFactsFiles } from './facts-files.ts'
import { openSqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-facts-'))
after(() => rmSync(folder, { recursive: true }))

async function databaseOf(name: string): Promise<string> {
  const path = join(folder, name)
  const store = openSqliteStore({ path, ballast: `${path}.ballast` })
  const scene = await Scene.open(store)
  const config = await scene.push(a, 'config')
  for (let each = 0; each < 30; each++) await scene.put(a, image({ config, annotations: { text: `${each}`.repeat(1000) } }), `t${each}`)
  await scene.startUpload(a, 10)
  await store.close()
  return path
}

test('a copy has what is stored, and neither sessions nor what they hold', async () => {
  const path = await databaseOf('whole.db')
  const copy = await sqliteFactsFiles(path).copyTo(join(folder, 'copy.db'))
  assert.deepEqual(copy.counts, { repositories: 1, manifests: 30, tags: 30, blobs: 1, uploads: 0 })
  await copy.close()
  const store = openSqliteStore({ path: join(folder, 'copy.db'), ballast: join(folder, 'copy.ballast') })
  const registry = await store.registry('first')
  assert.equal((await store.usage(registry?.id ?? 0)).reserved, 0)
  await store.close()
})

async function pushSmall(scene: Scene, text: string) {
  const { uploadId } = await scene.startUpload(a)
  const { digest, size } = blobOf(text)
  const { now } = scene
  const bytes = Buffer.from(text)
  const times = { now, leaseUntil: now + 9, keepUntil: now + 9 }
  await scene.store.finishUpload({ uploadId, epoch: 1, from: 0, digest, size, checksums: Uint8Array.of(1, 2, 3, 4), bytes, ...times })
  return digest
}

test('what a copy holds is read in pages, each thing once; what is quarantined in it is not read again', async () => {
  const path = join(folder, 'paged.db')
  const store = openSqliteStore({ path, ballast: `${path}.ballast` })
  const scene = await Scene.open(store)
  const large = []
  for (let each = 0; each < 5; each++) large.push(await scene.push(a, `large ${each}`))
  const small = []
  for (let each = 0; each < 3; each++) small.push(await pushSmall(scene, `small ${each}`))
  await store.close()
  const copy = await sqliteFactsFiles(path).copyTo(join(folder, 'paged-copy.db'))
  const paged = async <Row extends { objectId: string }>(
    read: (page: { after: string; limit: number }) => Promise<Row[]>,
    limit: number,
  ) => {
    const found: Row[] = []
    for (let page = await read({ after: '', limit }); page.length > 0; page = await read({ after: found.at(-1)?.objectId ?? '', limit }))
      found.push(...page)
    return found
  }
  for (const limit of [1, 2, 100]) {
    assert.deepEqual((await paged(copy.objects, limit)).map(({ digest }) => digest).sort(), large.map(({ digest }) => digest).sort())
    assert.deepEqual((await paged(copy.smallObjects, limit)).map(({ digest }) => digest).sort(), small.toSorted())
  }
  const [first] = await copy.objects({ after: '', limit: 1 })
  await copy.quarantine([first?.objectId ?? ''])
  assert.equal((await paged(copy.objects, 2)).length, 4)
  await copy.close()
  const opened = await sqliteFactsFiles(path).open(join(folder, 'paged-copy.db'))
  await assert.rejects(opened.quarantine(['x']), /readonly/)
  await opened.close()
})

test('a copy of a damaged database is refused as that; one that fails otherwise is not called damaged', async () => {
  const path = await databaseOf('damaged.db')
  await assert.rejects(sqliteFactsFiles(path).copyTo(join(folder, 'absent', 'copy.db')), (error) => !(error instanceof DamagedDatabase))
  const file = openSync(path, 'r+')
  for (let page = 2 * 4096; page < statSync(path).size; page += 4096) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, page)
  closeSync(file)
  await assert.rejects(sqliteFactsFiles(path).copyTo(join(folder, 'never.db')), DamagedDatabase)
})
