import assert from 'node:assert/strict'
import { test } from 'node:test'
import { a, b, Scene } from '#ports/metadata-scene.contract.ts'
import { mostSummed } from '#store/draining-bytes.ts'
import { SqliteConnection } from './connection.ts'
import { openMemoryMetadataStore } from './memory-store.ts'

test('what a deleted repository of very many manifests uses is told as long as it has so many', async () => {
  const connection = new SqliteConnection(':memory:')
  const store = openMemoryMetadataStore({ connection })
  const scene = await Scene.open(store)
  await scene.pushImage(b, 'kept')
  const { used: kept } = await scene.usage()
  await scene.pushImage(a, 'going')
  const { used: both } = await scene.usage()
  assert.ok(both > kept)
  await scene.deleteRepository(a)
  const told = async () => (await store.usage(scene.registryId)).used
  assert.equal(await told(), kept)
  connection.run(`UPDATE repository SET manifests = manifests + ? WHERE state = 'draining'`, mostSummed)
  assert.equal(await told(), both)
  while ((await store.drainRepositories({ now: scene.now, limit: 10 })) > 0);
  assert.equal(await told(), kept)
  await store.close()
})
