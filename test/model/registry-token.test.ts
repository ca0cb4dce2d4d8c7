import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { registryToken } from '#app/tokens/registry-token.ts'
import { put, putAll, registryId, resourceOf } from '#ports/control-scene.contract.ts'
import { group, start, subscription } from '#ports/metadata-scene.contract.ts'

test('a token of a registry is what its resource and its map say now', async () => {
  const store = openMemoryMetadataStore()
  const one = registryId('aaaaa')
  await putAll(store, subscription, group, one)
  const read = async (name: string) => {
    const registry = await store.registry('aaaaa')
    assert.ok(registry)
    return registryToken({ store }, registry, name)
  }
  const map = resourceOf(`${one}/scopeMaps/Map`, { body: { properties: { actions: ['repositories/a/content/read'] } } })
  const withMap = (scopeMapId: string, status = 'enabled') =>
    resourceOf(`${one}/tokens/Tok`, { body: { properties: { scopeMapId, status } } })
  const token = withMap(`${one.toUpperCase()}/scopeMaps/MAP`)
  assert.equal(await read('tok'), undefined)
  await put(store, map)
  await put(store, token)
  const expected = { key: token.key, name: 'Tok', createdAt: start, enabled: true, actions: ['repositories/a/content/read'] }
  for (const name of ['tok', 'TOK', 'Tok']) assert.deepEqual(await read(name), expected)
  await put(store, { ...map, body: { properties: { actions: [] } } })
  assert.deepEqual((await read('tok'))?.actions, [])
  await put(store, withMap(`${one}/scopeMaps/Map`, 'disabled'))
  assert.equal((await read('tok'))?.enabled, false)
  await put(store, withMap(`${one}/scopeMaps/_repositories_pull`))
  assert.deepEqual((await read('tok'))?.actions, ['repositories/*/content/read'])
  await store.deleteResource({ key: map.key, match: undefined, now: start })
  await put(store, token)
  assert.deepEqual((await read('tok'))?.actions, [])
  for (const name of ['', 'to', 'tok/x', '../tokens/tok', 'map']) assert.equal(await read(name), undefined, name)
  await store.close()
})
