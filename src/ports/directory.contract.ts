import assert from 'node:assert/strict'
import { unknownObject } from '#core/failures.ts'
import { assignmentOf, guid, objectOf, roleId, secretOf, signInOf } from './control-scene.contract.ts'
import type { DirectoryFilter, DirectoryObject, StoredObject } from './directory.ts'
import type { RoleAssignment } from './roles.ts'
import { type It, start } from './metadata-scene.contract.ts'

const [alice, bob, carol, dave] = [guid(0x20), guid(0x21), guid(0x22), guid(0x23)]
const all = { after: '', limit: 1000 }
const idsOf = (objects: readonly DirectoryObject[]) => objects.map((each) => each.id)

export function directoryContract(it: It): void {
  objects(it)
  together(it)
  secrets(it)
  groups(it)
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

function secrets(it: It): void {
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

function groups(it: It): void {
  it('groups hold members and groups, never themselves, however far around', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice) })
    for (const id of [bob, carol, dave]) await store.putDirectoryObject({ object: objectOf(id, { kind: 'group' }) })
    const hold = (groupId: string, memberId: string) => store.putGroupMember({ groupId, memberId })
    await hold(bob, alice)
    await assert.rejects(hold(bob, alice), { failure: 'conflict' })
    await hold(carol, bob)
    await hold(dave, carol)
    await hold(dave, alice)
    assert.deepEqual(idsOf(await store.groupMembers(bob, all)), [alice])
    assert.deepEqual(idsOf(await store.groupMembers(dave, all)), [alice, carol], 'direct ones')
    assert.deepEqual(idsOf(await store.groupMembers(dave, { after: '', limit: 1 })), [alice])
    assert.deepEqual(idsOf(await store.groupMembers(dave, { after: alice, limit: 1 })), [carol])
    assert.deepEqual(idsOf(await store.groupsOf(alice)), [bob, carol, dave])
    assert.deepEqual(idsOf(await store.directGroupsOf(alice)), [bob, dave])
    assert.deepEqual(idsOf(await store.groupsOf(carol)), [dave])
    for (const [groupId, memberId] of [
      [bob, bob],
      [bob, carol],
      [bob, dave],
    ] as const)
      await assert.rejects(hold(groupId, memberId), { failure: 'request-invalid' })
    for (const [groupId, memberId] of [
      [guid(0x77), alice],
      [bob, guid(0x77)],
      [alice, bob],
    ] as const)
      await assert.rejects(hold(groupId, memberId), { failure: 'not-found' })
    await store.deleteGroupMember({ groupId: carol, memberId: bob })
    await assert.rejects(store.deleteGroupMember({ groupId: carol, memberId: bob }), { failure: 'not-found' })
    assert.deepEqual(idsOf(await store.groupsOf(alice)), [bob, dave])
    await hold(bob, dave)
    await assert.rejects(hold(dave, bob), { failure: 'request-invalid' }, 'the way back closed a ring')
    await store.deleteDirectoryObject({ id: bob })
    assert.deepEqual(idsOf(await store.groupsOf(alice)), [dave])
    await store.deleteDirectoryObject({ id: alice })
    assert.deepEqual(idsOf(await store.groupMembers(dave, all)), [carol])
  })

  it('no two memberships at once close a ring', async ({ store }) => {
    await store.putTenant({ id: guid(1), domain: 'longshore.example' })
    for (let round = 0; round < 8; round++) {
      const [one, two] = [guid(0x900 + round), guid(0xa00 + round)]
      for (const id of [one, two]) await store.putDirectoryObject({ object: objectOf(id, { kind: 'group' }) })
      const outcomes = await Promise.allSettled([
        store.putGroupMember({ groupId: one, memberId: two }),
        store.putGroupMember({ groupId: two, memberId: one }),
      ])
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    }
  })

  it('of many secrets at once an object gets up to a hundred', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice) })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 104 }, (_, each) => store.putSecret({ secret: secretOf(`k${each}`, alice) })),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 100)
    assert.equal((await store.secrets([alice])).length, 100)
  })
}
