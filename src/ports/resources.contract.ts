import assert from 'node:assert/strict'
import { keyOf } from '#core/resource-id.ts'
import { paged, guid, put, putAll, registryId, resourceOf } from './control-scene.contract.ts'
import { a, type It, start, group, subscription } from './metadata-scene.contract.ts'
import type { StoredResource } from './resources.ts'

const key = (id: string) => keyOf(id)
const keysOf = (resources: readonly StoredResource[]) => resources.map((each) => each.key)
const all = { after: '', limit: 1000 }

/** What a store keeps of resources and of the operations on them. */
export function resourceContract(it: It): void {
  resources(it)
  operations(it)
}

function resources(it: It): void {
  it('a resource is read as it was put, whatever its body, and stays where it was made', async ({ store }) => {
    const body = {
      tags: { 'a b': "it's", __proto__x: '1' },
      sku: { name: 'Premium' },
      properties: { list: [1, null, 'ü', { deep: true }] },
    }
    await putAll(store, subscription)
    const first = resourceOf(group, { body, location: null })
    assert.deepEqual(await put(store, first), { created: true, registry: null })
    assert.deepEqual(await store.resource(key(group)), first)
    const second = { ...first, id: group.toUpperCase(), createdBy: 'other', etag: 'e2', changedBy: 'other', body: { properties: {} } }
    assert.equal((await put(store, second)).created, false)
    const { id, createdBy } = first
    assert.deepEqual(await store.resource(key(group)), { ...second, id, createdBy })
    assert.equal(await store.resource(key(`${group}x`)), undefined)
  })

  it('a resource is made below what is there only', async ({ store }) => {
    await assert.rejects(put(store, resourceOf(group)), { failure: 'parent-unknown' })
    await putAll(store, subscription, group)
    await assert.rejects(put(store, resourceOf(`${registryId('aaaaa')}/tokens/t`)), { failure: 'parent-unknown' })
    await store.deleteResource({ key: key(group), match: undefined, now: start })
    await assert.rejects(put(store, resourceOf(registryId('aaaaa'))), { failure: 'parent-unknown' })
    assert.equal(await store.registry('aaaaa'), undefined, 'nothing of a refused command happened')
  })

  it('an etag is met, or nothing happens', async ({ store }) => {
    await putAll(store, subscription)
    const made = resourceOf(`${group}2`)
    for (const match of ['*', { etag: 'e1' }] as const) await assert.rejects(put(store, made, match), { failure: 'precondition-failed' })
    await put(store, made, 'absent')
    await assert.rejects(put(store, { ...made, etag: 'e2' }, 'absent'), { failure: 'precondition-failed', detail: { etag: 'e1' } })
    await assert.rejects(put(store, { ...made, etag: 'e2' }, { etag: 'e0' }), { failure: 'precondition-failed' })
    await put(store, { ...made, etag: 'e2' }, { etag: 'e1' })
    await put(store, { ...made, etag: 'e3' }, '*')
    await assert.rejects(store.deleteResource({ key: made.key, match: { etag: 'e1' }, now: start }), { failure: 'precondition-failed' })
    assert.equal((await store.resource(made.key))?.etag, 'e3')
    assert.deepEqual(await store.deleteResource({ key: made.key, match: { etag: 'e3' }, now: start }), { keys: [made.key] })
    assert.deepEqual(await store.deleteResource({ key: made.key, match: undefined, now: start }), { keys: [] })
    await assert.rejects(store.deleteResource({ key: made.key, match: '*', now: start }), { failure: 'precondition-failed' })
  })

  it('of many that make the same one at once one makes it', async ({ store }) => {
    await putAll(store, subscription)
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => put(store, resourceOf(group), 'absent')))
    assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
  })

  it('no more of a type than the tier has, also at once; replacing one always goes', async ({ store }) => {
    const registry = registryId('aaaaa')
    await putAll(store, subscription, group, registry)
    const most = { count: 2, sku: 'Basic' }
    const putToken = (name: string) => store.putResource({ resource: resourceOf(`${registry}/tokens/${name}`), match: undefined, most })
    await putToken('one')
    await put(store, resourceOf(`${registry}/scopeMaps/one`))
    const outcomes = await Promise.allSettled(['two', 'three', 'four'].map(putToken))
    assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
    for (const each of outcomes) if (each.status === 'rejected') assert.equal(each.reason.failure, 'quota-exceeded')
    assert.equal((await putToken('one')).created, false)
    assert.equal(await store.countResources(key(registry), 'microsoft.containerregistry/REGISTRIES/tokens'), 2)
  })

  it('nothing stays below what is deleted, whatever is made there at the same time', async ({ store }) => {
    const own = `${subscription}/resourceGroups/Own`
    const registry = registryId('aaaaa', own)
    for (let round = 0; round < 5; round++) {
      await putAll(store, subscription, own, registry)
      const made = Array.from({ length: 6 }, (_, each) => put(store, resourceOf(`${registry}/scopeMaps/m${each}`)))
      const deleted = store.deleteResource({ key: key(own), match: undefined, now: start })
      const outcomes = await Promise.allSettled(made)
      const { keys } = await deleted
      assert.deepEqual(keysOf(await store.resources({ within: key(own) }, all)), [])
      const done = outcomes.filter((each) => each.status === 'fulfilled').length
      assert.equal(keys.length, 2 + done, 'all that went is told')
    }
  })

  it('lists have what is below, at any depth, and no neighbour whose name begins alike', async ({ store }) => {
    const own = `${subscription}/resourceGroups/Own`
    const near = [`${own}-2`, `${own}0`, `${own}.x`]
    await putAll(store, subscription, own, ...near)
    const [one, two] = [registryId('aaaaa', own), registryId('aaaaa2', own)]
    const below = [one, two, `${one}/tokens/t`, `${one}/tokens/t0`, `${one}/scopeMaps/m`]
    await putAll(store, ...below, registryId('bbbbb', `${own}-2`))
    const sorted = below.map(key).sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)))
    for (const limit of [1, 2, 3, 1000])
      assert.deepEqual(
        keysOf(
          await paged(
            limit,
            (page) => store.resources({ within: key(own) }, page),
            (each) => each.key,
          ),
        ),
        sorted,
      )
    assert.deepEqual(
      keysOf(await store.resources({ within: key(one) }, all)),
      [`${one}/scopeMaps/m`, `${one}/tokens/t`, `${one}/tokens/t0`].map(key),
    )
    assert.equal((await store.resources({ within: '' }, all)).length, 12)
    assert.deepEqual(await store.resources({ within: key(one), types: [] }, all), [])
    const types = ['microsoft.containerregistry/registries', 'microsoft.resources/subscriptions/resourcegroups']
    assert.equal((await store.resources({ within: key(subscription), types }, all)).length, 8)
    assert.deepEqual(await store.resources({ within: key(own) }, { after: '', limit: 0 }), [])
    assert.deepEqual(await store.resources({ within: key(own) }, { after: '~', limit: 5 }), [])
  })

  it('a tag is looked for on every page, without case of its name and with case of its value', async ({ store }) => {
    await putAll(store, subscription)
    const groups = Array.from({ length: 23 }, (_, each) => `${subscription}/resourceGroups/g${String(each).padStart(2, '0')}`)
    for (const [each, id] of groups.entries())
      await put(
        store,
        resourceOf(id, { body: { properties: {}, tags: each % 7 === 3 ? { Env: each === 3 ? 'Prod' : 'test' } : { other: 'Prod' } } }),
      )
    const find = (limit: number, value?: string) =>
      paged(
        limit,
        (page) => store.resources({ within: key(subscription), tag: { name: 'eNV', ...(value === undefined ? {} : { value }) } }, page),
        (each) => each.key,
      )
    for (const limit of [1, 2, 3, 100]) {
      assert.deepEqual(
        (await find(limit)).map((each) => each.name),
        ['g03', 'g10', 'g17'],
      )
      assert.deepEqual(
        (await find(limit, 'Prod')).map((each) => each.name),
        ['g03'],
      )
      assert.deepEqual(await find(limit, 'prod'), [])
    }
  })
}

function operations(it: It): void {
  const begun = { id: 'o1', subscriptionId: guid(1), principalId: 'p' }

  it('an operation is done with its command where nothing remains, and read until some time after its end', async ({ store }) => {
    await putAll(store, subscription, group)
    await store.deleteResource({ key: key(group), match: undefined, now: start + 5, operation: begun })
    const ended = { ...begun, resourceKey: key(group), status: 'Succeeded', result: null, startedAt: start + 5, endedAt: start + 5 }
    assert.deepEqual({ ...(await store.operation('o1')) }, ended)
    assert.equal(await store.reapOperations({ before: start + 5, limit: 10 }), 0)
    assert.equal(await store.reapOperations({ before: start + 6, limit: 10 }), 1)
    assert.equal(await store.operation('o1'), undefined)
  })

  it('an operation whose registry has content runs until its job ends it, once', async (scene) => {
    const { store } = scene
    await scene.pushImage(a, 'x', 'v1')
    const registryKey = scene.registry.resourceKey ?? ''
    await store.deleteResource({ key: registryKey, match: undefined, now: start, operation: begun })
    const running = { ...begun, resourceKey: registryKey, status: 'InProgress', result: null, startedAt: start, endedAt: null }
    assert.deepEqual({ ...(await store.operation('o1')) }, running)
    const jobs = await store.jobs({ after: 0, limit: 10 })
    assert.deepEqual(jobs.map((each) => [each.kind, each.key]).sort(), [
      ['operation.finish', 'o1'],
      ['repositories.drain', ''],
    ])
    assert.equal(await store.reapOperations({ before: start + 100, limit: 10 }), 0, 'what runs is never reaped')
    await store.endOperation({ id: 'o1', status: 'Failed', result: '{"code":"x"}', now: start + 7 })
    await store.endOperation({ id: 'o1', status: 'Succeeded', result: null, now: start + 8 })
    assert.deepEqual({ ...(await store.operation('o1')) }, { ...running, status: 'Failed', result: '{"code":"x"}', endedAt: start + 7 })
  })

  it('an operation whose deletion fails did not begin', async ({ store }) => {
    await putAll(store, subscription, group)
    await assert.rejects(store.deleteResource({ key: key(group), match: { etag: 'other' }, now: start, operation: begun }))
    assert.equal(await store.operation('o1'), undefined)
  })
}
