import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assignmentOf, guid, objectOf, roleId } from './control-scene.contract.ts'
import { type It, putRegistry, Scene } from './metadata-scene.contract.ts'
import type { MetadataStore } from './metadata-store.ts'

export function ownChangesContract(it: It): void {
  it('a request sees what it changed itself, whatever it read before, and what it left undone changes nothing', async ({
    store,
    registry,
  }) =>
    store.asOneRequest(async () => {
      const anonymousPull = async () => (await store.registry(registry.name))?.anonymousPull
      for (const set of [true, false, true]) {
        await putRegistry(store, registry.name, { anonymousPull: set })
        assert.equal(await anonymousPull(), set)
      }
      await assert.rejects(store.deleteDirectoryObject({ id: guid(1) }))
      assert.equal(await anonymousPull(), true)
    }))
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

      const shown = async (store: MetadataStore) => (await store.registry(registry.name))?.anonymousPull
      await other.asOneRequest(async () => {
        await putRegistry(one, registry.name, { anonymousPull: true })
        // A request that begins inside of another is one of its own.
        assert.equal(await other.asOneRequest(() => shown(other)), true)
        await putRegistry(one, registry.name, { anonymousPull: false })
        assert.equal(await other.asOneRequest(() => shown(other)), false)
        // The one around it has seen no fact yet, so it sees the newest.
        assert.equal(await shown(other), false)
        await putRegistry(one, registry.name, { anonymousPull: true })
        // Who lost against another server reads what that one wrote.
        await assert.rejects(other.deleteDirectoryObject({ id: guid(1) }))
        assert.equal(await shown(other), true)
      })
    } finally {
      await one.close()
      await other.close()
    }
  })
}
