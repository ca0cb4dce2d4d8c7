import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assignmentOf, guid, objectOf, roleId } from './control-scene.contract.ts'
import { a, type It, putRegistry, Scene } from './metadata-scene.contract.ts'
import type { MetadataStore } from './metadata-store.ts'

export function controlEpochContract(it: It): void {
  it('what changes rights or settings raises the epoch, what changes content does not', async (scene) => {
    const { store } = scene
    const epoch = await store.controlEpoch()
    await scene.change({ anonymousPull: true })
    const raised = await store.controlEpoch()
    assert.ok(raised > epoch)
    await scene.pushImage(a, 'x', 'v1')
    assert.equal(await store.controlEpoch(), raised)
    await assert.rejects(store.deleteDirectoryObject({ id: guid(1) }))
    assert.equal(await store.controlEpoch(), raised)
  })
}

/**
 * Two servers with one database: a change through one is seen by the next read through the other, whatever that one had read before.
 * @param open two stores with one database that is empty; the contract closes them
 */
export function twoStoresContract(adapter: string, open: () => Promise<readonly [MetadataStore, MetadataStore]>): void {
  test(`${adapter}: a change through one store is seen by the next read through another`, async () => {
    const [one, other] = await open()
    try {
      const { registry, registryId, now } = await Scene.open(one)
      for (let round = 0; round < 20; round++) {
        const [writer, reader] = round % 2 ? [one, other] : [other, one]
        const anonymousPull = round % 4 < 2
        await reader.registry(registry.name)
        await putRegistry(writer, registry.name, { anonymousPull })
        assert.equal((await reader.registry(registry.name))?.anonymousPull, anonymousPull)

        const user = guid(100 + round)
        await writer.putDirectoryObject({ object: objectOf(user) })
        assert.deepEqual(await reader.rights(user), [])
        await writer.putRoleAssignment({ assignment: assignmentOf('', user, roleId('Reader'), { name: guid(200 + round) }) })
        assert.equal((await reader.rights(user)).length, 1)

        const kid = `k${round}`
        assert.ok(!(await reader.signingKeys(registryId)).some((each) => each.kid === kid))
        const life = { createdAt: now + round, signUntil: now + 1000, verifyUntil: now + 2000 }
        const key = { kid, registryId, algorithm: 'ES256' as const, publicJwk: '{}', privateSealed: 'sealed', ...life }
        await writer.putSigningKey({ key, revokeOthers: true, now })
        assert.deepEqual(
          (await reader.signingKeys(registryId)).map((each) => each.kid),
          [kid],
        )
      }
    } finally {
      await one.close()
      await other.close()
    }
  })
}
