import assert from 'node:assert/strict'
import { assignmentOf, guid, objectOf, roleId, secretOf, signInOf } from './control-scene.contract.ts'
import { directoryGroupsContract } from './directory-groups.contract.ts'
import { directorySecretsContract } from './directory-secrets.contract.ts'
import type { DirectoryFilter, DirectoryObject, StoredObject } from './directory.ts'
import type { RoleAssignment } from './roles.ts'
import type { It } from './metadata-scene.contract.ts'

const [alice, bob, carol, dave] = [guid(0x20), guid(0x21), guid(0x22), guid(0x23)]
const all = { after: '', limit: 1000 }
const idsOf = (objects: readonly DirectoryObject[]) => objects.map((each) => each.id)

export function directoryContract(it: It): void {
  objects(it)
  together(it)
  directorySecretsContract(it)
  directoryGroupsContract(it)
}

/** As it was put. */
function plain(object: StoredObject | undefined): DirectoryObject | undefined {
  if (!object) return undefined
  const { version: _, ...put } = object
  return put
}

function objects(it: It): void {
  it('a directory has one tenant', async ({ store }) => {
    assert.equal(await store.tenant(), undefined)
    await store.putTenant({ id: guid(1), domain: 'longshore.example' })
    assert.deepEqual({ ...(await store.tenant()) }, { id: guid(1), domain: 'longshore.example' })
    await assert.rejects(store.putTenant({ id: guid(2), domain: 'other.example' }), { failure: 'conflict' })
    assert.equal((await store.tenant())?.id, guid(1))
  })

  it('an object is read as it was put; what changed shows at the next read', async ({ store }) => {
    const user = objectOf(alice, { name: 'Alice Ärmel', login: 'alice@longshore.example', details: { mail: "it's", deep: [{ a: null }] } })
    assert.equal(await store.directoryObject(alice), undefined)
    await store.putDirectoryObject({ object: user })
    assert.deepEqual(plain(await store.directoryObject(alice)), user)
    for (const login of ['alice@longshore.example', 'ALICE@Longshore.Example'])
      assert.deepEqual(plain(await store.userByLogin(login)), user)
    const changed = { ...user, name: 'A.', login: 'a@longshore.example', enabled: false, details: {} }
    await store.putDirectoryObject({ object: changed })
    assert.deepEqual(plain(await store.directoryObject(alice)), changed)
    assert.equal(await store.userByLogin('alice@longshore.example'), undefined)
    await store.deleteDirectoryObject({ id: alice })
    assert.equal(await store.directoryObject(alice), undefined)
    await assert.rejects(store.deleteDirectoryObject({ id: alice }), { failure: 'not-found' })
  })

  it('a user principal name and an application id are one object’s', async ({ store }) => {
    const app = guid(0x99)
    await store.putDirectoryObject({ object: objectOf(alice, { login: 'x@longshore.example' }) })
    await assert.rejects(store.putDirectoryObject({ object: objectOf(bob, { login: 'X@longshore.example' }) }), { failure: 'conflict' })
    assert.equal(await store.directoryObject(bob), undefined)
    await store.putDirectoryObject({ object: objectOf(bob, { kind: 'application', appId: app }) })
    await store.putDirectoryObject({ object: objectOf(carol, { kind: 'servicePrincipal', appId: app }) })
    assert.deepEqual((await store.directoryObjectsByAppId(app.toUpperCase())).map((each) => each.kind).sort(), [
      'application',
      'servicePrincipal',
    ])
    await assert.rejects(store.putDirectoryObject({ object: objectOf(dave, { kind: 'servicePrincipal', appId: app.toUpperCase() }) }), {
      failure: 'conflict',
    })
    assert.deepEqual(await store.directoryObjectsByAppId(guid(0x98)), [])
    for (const id of [dave, guid(0x24)]) await store.putDirectoryObject({ object: objectOf(id, { kind: 'group' }) })
    assert.equal((await store.directoryObjects({ kinds: ['group'] }, all)).length, 2, 'what has neither conflicts with nothing')
  })

  it('objects are found by kind and field, without case and without wildcards, whatever the page', async ({ store }) => {
    const names = ['Anna', 'anna-2', 'ANN%', 'Ann_', 'Berta', 'annb', 'Ånn', 'an']
    const made = names.map((name, each) => objectOf(guid(0x500 + each), { name, login: `${each}.${name}@longshore.example`.toLowerCase() }))
    for (const object of made) await store.putDirectoryObject({ object })
    await store.putDirectoryObject({ object: objectOf(guid(0x600), { kind: 'group', name: 'Anna' }) })
    const find = async (filter: DirectoryFilter, limit: number) => {
      const found: string[] = []
      for (let after = ''; ; ) {
        const page = await store.directoryObjects(filter, { after, limit })
        assert.ok(page.length <= limit)
        found.push(...page.map((each) => each.name))
        if (page.length < limit) return found
        after = page.at(-1)?.id ?? after
      }
    }
    for (const limit of [1, 2, 3, 100]) {
      assert.deepEqual(await find({ kinds: ['user'] }, limit), names)
      assert.deepEqual(await find({ kinds: ['user'], field: 'name', equals: 'ANNA' }, limit), ['Anna'])
      assert.deepEqual(await find({ kinds: ['user', 'group'], field: 'name', equals: 'anna' }, limit), ['Anna', 'Anna'])
      assert.deepEqual(await find({ kinds: ['user'], field: 'name', startsWith: 'aNN' }, limit), ['Anna', 'anna-2', 'ANN%', 'Ann_', 'annb'])
      assert.deepEqual(await find({ kinds: ['user'], field: 'name', startsWith: 'ann%' }, limit), ['ANN%'])
      assert.deepEqual(await find({ kinds: ['user'], field: 'name', startsWith: 'å' }, limit), ['Ånn'])
      assert.deepEqual(await find({ kinds: ['user'], field: 'login', startsWith: '4.' }, limit), ['Berta'])
      assert.deepEqual(await find({ kinds: ['user'], field: 'name', equals: '' }, limit), [])
      assert.deepEqual(await find({ kinds: [] }, limit), [])
      const matches = await store.directoryMatches({ kinds: ['user'], field: 'name', startsWith: 'aNN' }, limit)
      assert.equal(matches.length, Math.min(limit, 5))
      assert.ok(matches.every(({ name }) => /^ann/i.test(name)))
      assert.deepEqual(await store.directoryMatches({ kinds: [] }, limit), [])
    }
  })
}

function together(it: It): void {
  const app = guid(0x99)
  const application = (change: Partial<DirectoryObject> = {}) =>
    objectOf(alice, { kind: 'application', appId: app, name: 'App', ...change })
  const principal = (change: Partial<DirectoryObject> = {}) => objectOf(bob, { kind: 'servicePrincipal', appId: app, ...change })
  const assignment = (change: Partial<RoleAssignment> = {}) => assignmentOf('/', bob, roleId('Reader'), change)

  it('an application, its principal, a secret and a role are made together or not at all', async ({ store }) => {
    const objects = [application(), principal()]
    const whole = { objects, secrets: [secretOf('k1', alice)], identifierUris: ['api://a'], roleAssignment: assignment() }
    await store.putDirectoryObject({ object: objectOf(carol), addSecrets: [secretOf('k9', carol)] })
    const broken = [
      [{ roleAssignment: assignment({ roleId: guid(0x55) }) }, 'not-found'],
      [{ secrets: [secretOf('k1', alice), secretOf('k9', alice)] }, 'conflict'],
      [{ objects: [application(), objectOf(carol)] }, 'conflict'],
      [{ objects: [principal(), application()] }, 'parent-unknown'],
    ] as const
    for (const [change, failure] of broken) {
      await assert.rejects(store.createDirectoryObjects({ ...whole, ...change }), { failure })
      assert.deepEqual(await store.directoryObjectsByAppId(app), [])
      assert.deepEqual(await store.secrets([alice]), [])
      assert.deepEqual(await store.roleAssignments({}, all), [])
    }
    await store.createDirectoryObjects(whole)
    assert.deepEqual(idsOf(await store.directoryObjectsByAppId(app)).sort(), [alice, bob])
    assert.equal((await store.directoryObject(bob))?.name, 'App', 'a service principal is called as its application')
    assert.equal((await store.principalWithSecrets(bob))?.secrets.length, 1)
    assert.equal((await store.rights(bob)).length, 1)
    await assert.rejects(store.createDirectoryObjects({ objects: [application()] }), { failure: 'conflict' })
  })

  it('a principal is never without its application, whoever deletes and makes at once', async ({ store }) => {
    await store.putTenant({ id: guid(1), domain: 'longshore.example' })
    for (let round = 0; round < 8; round++) {
      await store.createDirectoryObjects({ objects: [application()] })
      await Promise.allSettled([
        store.createDirectoryObjects({ objects: [principal()], secrets: [secretOf('k1', bob)] }),
        store.deleteDirectoryObject({ id: alice }),
      ])
      assert.deepEqual(await store.directoryObjectsByAppId(app), [])
      assert.deepEqual(await store.secrets([alice, bob]), [])
    }
  })

  it('a new name of an application is its principal’s; both go together', async ({ store }) => {
    await store.createDirectoryObjects({ objects: [application(), principal()] })
    const before = await store.directoryObject(bob)
    await store.putDirectoryObject({ object: application({ name: 'Renamed' }) })
    const after = await store.directoryObject(bob)
    assert.equal(after?.name, 'Renamed')
    assert.notEqual(after?.version, before?.version)
    for (const [id, of] of [
      ['s1', { principalId: bob }],
      ['s2', { clientId: app }],
      ['s3', {}],
    ] as const)
      await store.putSignIn({ signIn: signInOf(id, of) })
    await store.deleteDirectoryObject({ id: alice })
    assert.deepEqual(await store.directoryObjectsByAppId(app), [])
    assert.deepEqual([await store.signIn('s1'), await store.signIn('s2')], [undefined, undefined])
    assert.notEqual(await store.signIn('s3'), undefined)
  })

  it('an identifier URI is one application’s, without case, also when many ask at once', async ({ store }) => {
    const uris = ['api://Same', 'api://b']
    await store.createDirectoryObjects({ objects: [application()], identifierUris: uris })
    const other = (each: number) => objectOf(guid(0x700 + each), { kind: 'application', appId: guid(0x800 + each) })
    const taken = { failure: 'conflict' }
    await assert.rejects(store.createDirectoryObjects({ objects: [other(0)], identifierUris: ['API://SAME'] }), taken)
    assert.equal(await store.directoryObject(other(0).id), undefined)
    await store.putDirectoryObject({ object: application(), identifierUris: ['api://b'] })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, each) => store.createDirectoryObjects({ objects: [other(each)], identifierUris: ['api://same'] })),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await store.directoryObjects({ kinds: ['application'] }, all)).length, 2)
    await assert.rejects(store.putDirectoryObject({ object: application(), identifierUris: ['api://same'] }), taken)
    await store.putDirectoryObject({ object: application({ name: 'As they are' }) })
    await assert.rejects(store.createDirectoryObjects({ objects: [other(9)], identifierUris: ['api://b'] }), taken)
    await store.deleteDirectoryObject({ id: alice })
    await store.createDirectoryObjects({ objects: [other(9)], identifierUris: ['api://b'] })
  })

  it('of two who read the same object one changes it; a secret that came or went counts too', async ({ store }) => {
    const user = objectOf(alice)
    await store.putDirectoryObject({ object: user, expect: null })
    await assert.rejects(store.putDirectoryObject({ object: user, expect: null }), { failure: 'precondition-failed' })
    const versionOf = async () => (await store.directoryObject(alice))?.version ?? -1
    const first = await versionOf()
    const change = (name: string, expect: number) => store.putDirectoryObject({ object: { ...user, name }, expect })
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => change(name, first)))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    const lost = { failure: 'precondition-failed' }
    await assert.rejects(change('late', first), lost)
    for (const happens of [
      () => store.putSecret({ secret: secretOf('k1', alice) }),
      () => store.putSecret({ secret: secretOf('k2', alice) }),
      () => store.deleteSecret({ objectId: alice, keyId: 'k1' }),
      () => store.putSecret({ secret: secretOf('k3', alice) }),
      () => store.deleteSecret({ objectId: alice, keyId: 'k2' }),
    ]) {
      const before = await versionOf()
      await happens()
      await assert.rejects(change('late', before), lost)
    }
    const before = await versionOf()
    const whole = { object: { ...user, name: 'whole' }, expect: before, endSignIns: true }
    await store.putSignIn({ signIn: signInOf('s1', { principalId: alice }) })
    await assert.rejects(store.putDirectoryObject({ ...whole, removeSecrets: ['k3', 'k8'] }), { failure: 'not-found' })
    assert.deepEqual([await versionOf(), (await store.secrets([alice])).length], [before, 1], 'nothing of it happened')
    await store.putDirectoryObject({ ...whole, removeSecrets: ['k3'], addSecrets: [secretOf('k4', alice)] })
    assert.deepEqual(
      (await store.secrets([alice])).map(({ keyId }) => keyId),
      ['k4'],
    )
    assert.equal(await store.signIn('s1'), undefined)
    await store.deleteDirectoryObject({ id: alice })
    await assert.rejects(change('gone', await versionOf()), lost)
  })
}
