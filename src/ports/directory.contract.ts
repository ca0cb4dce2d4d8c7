import assert from 'node:assert/strict'
import { guid, objectOf, secretOf, signInOf } from './control-scene.contract.ts'
import type { DirectoryFilter, DirectoryObject } from './directory.ts'
import { type It, start } from './metadata-scene.contract.ts'

const [alice, bob, carol, dave] = [guid(0x20), guid(0x21), guid(0x22), guid(0x23)]
const all = { after: '', limit: 1000 }
const idsOf = (objects: readonly DirectoryObject[]) => objects.map((each) => each.id)

export function directoryContract(it: It): void {
  objects(it)
  secrets(it)
  groups(it)
  signIns(it)
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
    assert.deepEqual(await store.directoryObject(alice), user)
    for (const login of ['alice@longshore.example', 'ALICE@Longshore.Example']) assert.deepEqual(await store.userByLogin(login), user)
    const changed = { ...user, name: 'A.', login: 'a@longshore.example', enabled: false, details: {} }
    await store.putDirectoryObject({ object: changed })
    assert.deepEqual(await store.directoryObject(alice), changed)
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

function secrets(it: It): void {
  it('what a principal may still prove itself with is told at the next read after each change', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice) })
    const told = async () => (await store.standing(alice))?.secrets
    assert.deepEqual(await told(), [])
    await store.putSecret({ secret: secretOf('k1', alice), replacesOthers: false })
    const one = await told()
    assert.equal(one?.length, 1)
    await store.putSecret({ secret: secretOf('k2', alice), replacesOthers: false })
    assert.equal((await told())?.length, 2)
    await store.deleteSecret({ objectId: alice, keyId: 'k2' })
    assert.deepEqual(await told(), one)
    await store.deleteDirectoryObject({ id: alice })
    assert.equal(await store.standing(alice), undefined)
  })

  it('an object has many secrets, which go with it', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice), secrets: [secretOf('k1', alice, { startsAt: start + 2 })] })
    await store.putDirectoryObject({ object: objectOf(bob), secrets: [secretOf('k9', bob)] })
    const certificate = secretOf('k2', alice, {
      kind: 'certificate',
      name: 'n',
      hint: 'abc',
      certificate: 'PEM',
      endsAt: start + 9,
      startsAt: start + 1,
    })
    await store.putSecret({ secret: certificate, replacesOthers: false })
    const keys = async (...ids: string[]) => (await store.secrets(ids)).map((each) => each.keyId)
    assert.deepEqual(await keys(alice), ['k2', 'k1'], 'the newest first, whenever they start')
    assert.deepEqual((await store.secrets([alice]))[0], certificate)
    assert.deepEqual(
      (await keys(alice, bob)).filter((each) => each !== 'k9'),
      ['k2', 'k1'],
    )
    assert.deepEqual(await keys(), [])
    await store.putSecret({ secret: secretOf('k3', alice), replacesOthers: true })
    assert.deepEqual(await keys(alice), ['k3', 'k2'], 'others of its kind')
    await store.deleteSecret({ objectId: alice, keyId: 'k3' })
    for (const [objectId, keyId] of [
      [alice, 'k3'],
      [alice, 'k9'],
    ] as const)
      await assert.rejects(store.deleteSecret({ objectId, keyId }), { failure: 'not-found' })
    await assert.rejects(store.putSecret({ secret: secretOf('k4', carol), replacesOthers: false }), { failure: 'not-found' })
    for (const objectId of [alice, bob])
      await assert.rejects(store.putSecret({ secret: secretOf('k9', objectId), replacesOthers: false }), { failure: 'conflict' })
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
    await hold(bob, alice)
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
}

function signIns(it: It): void {
  it('a code or a refresh token is given out once, and not when it has ended', async ({ store }) => {
    const made = signInOf('s1', { kind: 'code', principalId: alice, state: 'granted', details: { nonce: "it's" } })
    await store.putSignIn({ signIn: made })
    assert.deepEqual(await store.signIn('s1'), made)
    const taken = await Promise.all(Array.from({ length: 5 }, () => store.takeSignIn({ id: 's1', now: start })))
    assert.deepEqual(
      taken.filter((each) => each !== undefined),
      [made],
    )
    await store.putSignIn({ signIn: made })
    assert.equal(await store.takeSignIn({ id: 's1', now: made.expiresAt }), undefined)
    assert.equal(await store.signIn('s1'), undefined)
    await store.putSignIn({ signIn: made })
    await assert.rejects(store.putSignIn({ signIn: made }), { failure: 'conflict' })
  })

  it('a device’s question is answered once, while it lasts', async ({ store }) => {
    const asked = signInOf('d1', { kind: 'device', userCode: 'ABCD-EFGH', details: { scope: 'x' } })
    await store.putSignIn({ signIn: asked })
    assert.deepEqual(await store.signInByUserCode('ABCD-EFGH'), asked)
    assert.equal(await store.signInByUserCode('ABCD-EFGX'), undefined)
    await assert.rejects(store.putSignIn({ signIn: signInOf('d2', { kind: 'device', userCode: 'ABCD-EFGH' }) }), { failure: 'conflict' })
    const answer = (id: string, now: number, state: 'granted' | 'refused' = 'granted') =>
      store.answerSignIn({ id, principalId: alice, state, details: { scope: 'y' }, now })
    await assert.rejects(answer('d1', asked.expiresAt), { failure: 'not-found' })
    await answer('d1', start)
    assert.deepEqual(await store.signIn('d1'), { ...asked, principalId: alice, state: 'granted', details: { scope: 'y' } })
    await assert.rejects(answer('d1', start, 'refused'), { failure: 'not-found' })
    await assert.rejects(answer('d3', start), { failure: 'not-found' })
  })

  it('the sign-ins of a principal end together, those that ended are reaped, and all go with the principal', async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(alice) })
    const put = (id: string, principalId: string, expiresAt = start + 1000) =>
      store.putSignIn({ signIn: signInOf(id, { principalId, expiresAt }) })
    await put('a1', alice)
    await put('a2', alice)
    await put('b1', bob)
    await store.endSignIns({ principalId: alice })
    const there = async (...ids: string[]) => (await Promise.all(ids.map((id) => store.signIn(id)))).map((each) => each !== undefined)
    assert.deepEqual(await there('a1', 'a2', 'b1'), [false, false, true])
    await put('a3', alice)
    await store.deleteDirectoryObject({ id: alice })
    assert.deepEqual(await there('a3', 'b1'), [false, true])
    for (let each = 0; each < 5; each++) await put(`r${each}`, bob, start + each)
    assert.equal(await store.reapSignIns({ now: start + 3, limit: 2 }), 2)
    assert.equal(await store.reapSignIns({ now: start + 3, limit: 10 }), 2)
    assert.deepEqual(await there('r3', 'r4', 'b1'), [false, true, true])
  })
}
