import assert from 'node:assert/strict'
import { unknownObject } from '#core/failures.ts'
import { guid, objectOf, secretOf } from './control-scene.contract.ts'
import type { DirectoryObject } from './directory.ts'
import { type It, start } from './metadata-scene.contract.ts'

const [alice, bob, carol] = [guid(0x20), guid(0x21), guid(0x22)]

/** What principals prove themselves with. */
export function directorySecretsContract(it: It): void {
  it('what a principal may still prove itself with is told at the next read after each change', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice) })
    const told = async () => (await store.principalWithSecrets(alice))?.secrets
    assert.deepEqual(await told(), [])
    await store.putSecret({ secret: secretOf('k1', alice) })
    const one = await told()
    assert.equal(one?.length, 1)
    await store.putSecret({ secret: secretOf('k2', alice) })
    assert.equal((await told())?.length, 2)
    await store.deleteSecret({ objectId: alice, keyId: 'k2' })
    assert.deepEqual(await told(), one)
    await store.deleteDirectoryObject({ id: alice })
    assert.equal(await store.principalWithSecrets(alice), undefined)
  })

  it('what was given on the ground of a secret ends when its holder is switched off, not at another change', async ({ store }) => {
    const user = objectOf(alice)
    await store.putDirectoryObject({ object: user, addSecrets: [secretOf('k1', alice)] })
    const generation = async () => (await store.principalWithSecrets(alice))?.generation ?? NaN
    const first = await generation()
    const after = async (change: Partial<DirectoryObject>) => {
      await store.putDirectoryObject({ object: { ...user, ...change } })
      return (await generation()) - first
    }
    assert.deepEqual([await after({ name: 'x' }), await after({ enabled: false }), await after({ enabled: false, name: 'y' })], [0, 1, 1])
    assert.deepEqual([await after({ enabled: true }), await after({ enabled: true }), await after({ enabled: false })], [1, 1, 2])
  })

  it('a principal is a user or a service principal, and has the secrets of its application too', async ({ store }) => {
    const app = guid(0x99)
    const [application, principal] = [
      objectOf(alice, { kind: 'application', appId: app }),
      objectOf(bob, { kind: 'servicePrincipal', appId: app }),
    ]
    await store.createDirectoryObjects({ objects: [application, principal], secrets: [secretOf('k1', alice), secretOf('k2', bob)] })
    await store.createDirectoryObjects({ objects: [objectOf(carol, { kind: 'group' })] })
    assert.deepEqual([await store.principalWithSecrets(alice), await store.principalWithSecrets(carol)], [undefined, undefined])
    const keys = (await store.principalWithSecrets(bob))?.secrets.map(({ keyId }) => keyId)
    assert.deepEqual(keys?.toSorted(), ['k1', 'k2'])
  })

  it('what is kept of an object has a largest size', async ({ store }) => {
    const text = (length: number) => ({ details: { a: 'x'.repeat(length - '{"a":""}'.length) } })
    await store.putDirectoryObject({ object: objectOf(alice, text(64 * 1024)) })
    await assert.rejects(store.putDirectoryObject({ object: objectOf(alice, text(64 * 1024 + 1)) }), { failure: 'request-invalid' })
  })

  it('an object has many secrets, which go with it', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice), addSecrets: [secretOf('k1', alice, { startsAt: start + 2 })] })
    await store.putDirectoryObject({ object: objectOf(bob), addSecrets: [secretOf('k9', bob)] })
    const certificate = secretOf('k2', alice, {
      kind: 'certificate',
      name: 'n',
      hint: 'abc',
      certificate: 'PEM',
      endsAt: start + 9,
      startsAt: start + 1,
    })
    await store.putSecret({ secret: certificate })
    const keys = async (...ids: string[]) => (await store.secrets(ids)).map((each) => each.keyId)
    assert.deepEqual(await keys(alice), ['k2', 'k1'], 'the newest first, whenever they start')
    assert.deepEqual((await store.secrets([alice]))[0], certificate)
    assert.deepEqual(
      (await keys(alice, bob)).filter((each) => each !== 'k9'),
      ['k2', 'k1'],
    )
    assert.deepEqual(await keys(), [])
    await store.putSecret({ secret: secretOf('k3', alice) })
    assert.deepEqual(await keys(alice), ['k3', 'k2', 'k1'])
    await store.deleteSecret({ objectId: alice, keyId: 'k3' })
    for (const [objectId, keyId] of [
      [alice, 'k3'],
      [alice, 'k9'],
    ] as const)
      await assert.rejects(store.deleteSecret({ objectId, keyId }), { failure: 'not-found' })
    await assert.rejects(store.putSecret({ secret: secretOf('k4', carol) }), unknownObject(carol))
    for (const objectId of [alice, bob])
      await assert.rejects(store.putSecret({ secret: secretOf('k9', objectId) }), { failure: 'conflict' })
    await store.deleteDirectoryObject({ id: alice })
    assert.deepEqual(await keys(alice, bob), ['k9'])
  })
}
