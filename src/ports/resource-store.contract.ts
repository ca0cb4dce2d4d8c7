import assert from 'node:assert/strict'
import { builtInRoles } from '#core/built-in-roles.ts'
import { keyOf } from '#core/resource-id.ts'
import {
  assignmentOf,
  group,
  guid,
  objectOf,
  projection,
  put,
  putAll,
  registryId,
  resourceOf,
  roleOf,
  subscription,
} from './control-scene.contract.ts'
import { a, b, hour, start } from './metadata-scene.contract.ts'
import type { It } from './metadata-store.contract.ts'
import type { MetadataStore } from './metadata-store.ts'
import type { StoredResource } from './resource-store.ts'

const key = (id: string) => keyOf(id)
const keysOf = (resources: readonly StoredResource[]) => resources.map((each) => each.key)
const all = { after: '', limit: 1000 }
const roleId = (name: string): string => builtInRoles.find((each) => each.name === name)?.id ?? ''

/** Every page of a list, one after another. */
async function paged<Row>(
  limit: number,
  read: (page: { after: string; limit: number }) => Promise<Row[]>,
  placeOf: (row: Row) => string,
): Promise<Row[]> {
  const found: Row[] = []
  for (let after = ''; ; ) {
    const rows = await read({ after, limit })
    assert.ok(rows.length <= limit)
    found.push(...rows)
    const last = rows.at(-1)
    if (!last || rows.length < limit) return found
    after = placeOf(last)
  }
}

export function resourceContract(it: It): void {
  resources(it)
  registries(it)
  roles(it)
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
    const made = resourceOf(group)
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

  it('lists have what is below, at any depth, and no neighbour whose name begins alike', async ({ store }) => {
    const near = [`${group}-2`, `${group}0`, `${group}.x`]
    await putAll(store, subscription, group, ...near)
    const [one, two] = [registryId('aaaaa'), registryId('aaaaa2')]
    const below = [one, two, `${one}/tokens/t`, `${one}/tokens/t0`, `${one}/scopeMaps/m`]
    await putAll(store, ...below, registryId('bbbbb', `${group}-2`))
    const sorted = below.map(key).sort((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)))
    for (const limit of [1, 2, 3, 1000])
      assert.deepEqual(
        keysOf(
          await paged(
            limit,
            (page) => store.resources({ within: key(group) }, page),
            (each) => each.key,
          ),
        ),
        sorted,
      )
    assert.deepEqual(
      keysOf(await store.resources({ within: key(one) }, all)),
      [`${one}/scopeMaps/m`, `${one}/tokens/t`, `${one}/tokens/t0`].map(key),
    )
    assert.equal((await store.resources({ within: '' }, all)).length, 11)
    assert.deepEqual(await store.resources({ within: key(one), types: [] }, all), [])
    const types = ['microsoft.containerregistry/registries', 'microsoft.resources/subscriptions/resourcegroups']
    assert.equal((await store.resources({ within: key(subscription), types }, all)).length, 7)
    assert.deepEqual(await store.resources({ within: key(group) }, { after: '', limit: 0 }), [])
    assert.deepEqual(await store.resources({ within: key(group) }, { after: '~', limit: 5 }), [])
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

function registries(it: It): void {
  const one = registryId('aaaaa')

  it('a registry follows its resource at once, and its name is taken while it lives', async ({ store }) => {
    await putAll(store, subscription, group, `${subscription}/resourceGroups/other`)
    const putRegistry = (id: string, change: Parameters<typeof projection>[1]) =>
      store.putResource({ resource: resourceOf(id), match: undefined, registry: projection('aaaaa', change) })
    const { registry } = await putRegistry(one, { adminEnabled: true, limit: 5000 })
    assert.deepEqual(await store.registry('aaaaa'), registry)
    assert.deepEqual(await store.registryByKey(key(one)), registry)
    assert.deepEqual([registry?.adminEnabled, registry?.resourceKey], [true, key(one)])
    const network = { publicAccess: false, defaultAction: 'Deny', allowed: ['10.0.0.0/8'] } as const
    const changed = (await putRegistry(one, { anonymousPull: true, sku: 'Basic', network, armAudience: false, dataLocation: 'west' }))
      .registry
    assert.deepEqual(await store.registry('aaaaa'), changed)
    assert.deepEqual(changed, {
      ...registry,
      adminEnabled: false,
      anonymousPull: true,
      sku: 'Basic',
      network,
      armAudience: false,
      dataLocation: 'west',
    })
    assert.equal((await store.usage(registry?.id ?? 0)).limit, null)
    const elsewhere = registryId('aaaaa', `${subscription}/resourceGroups/other`)
    await assert.rejects(putRegistry(elsewhere, {}), { failure: 'conflict' })
    assert.equal(await store.resource(key(elsewhere)), undefined)
  })

  it('a registry from before gets its resource and keeps its content', async (scene) => {
    const { store } = scene
    await scene.pushImage(a, 'x', 'v1')
    await putAll(store, subscription, group)
    const { registry } = await put(store, resourceOf(registryId('first')))
    assert.equal(registry?.id, scene.registryId)
    assert.deepEqual(await store.tags(registry?.id ?? 0, a, all), ['v1'])
  })

  it('with a group go its registries, their tokens, passwords, keys, roles and content; the name is free at once', async (scene) => {
    const { store } = scene
    await putAll(store, subscription, group, `${group}2`, registryId('first'), registryId('other', `${group}2`))
    const first = registryId('first')
    await putAll(store, `${first}/scopeMaps/map`, `${first}/tokens/tok`)
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const { uploadId } = await scene.startUpload(a, 10)
    const other = (await store.registry('other'))?.id ?? 0
    for (const [id, registry, principalId] of [
      ['c1', scene.registryId, `admin-${scene.registryId}`],
      ['c2', scene.registryId, key(`${first}/tokens/tok`)],
      ['c3', other, `admin-${other}`],
    ] as const)
      await store.putCredential(credentialOf(id, registry, principalId))
    await store.putSigningKey({ key: signingKey('k1', scene.registryId), revokeOthers: false, now: start })
    for (const [each, scope] of ['/', subscription, group, first, `${first}/tokens/tok`, `${group}2`].entries())
      await store.putRoleAssignment({ assignment: assignmentOf(scope, guid(7), roleId('Reader'), { name: guid(0x200 + each) }) })
    const before = await store.registry('first')

    const gone = await store.deleteResource({ key: key(group), match: undefined, now: start })
    const late = { ...credentialOf('c4', scene.registryId, key(`${first}/tokens/tok`)), kind: 'token' as const }
    await assert.rejects(store.putCredential(late), { failure: 'not-found' }, 'the next token of its name has no password of this one')

    assert.equal(await store.registry(`#${scene.registryId}`), undefined, 'it cannot be named')
    assert.deepEqual(gone.keys, [group, first, `${first}/scopeMaps/map`, `${first}/tokens/tok`].map(key))
    assert.equal(await store.registry('first'), undefined)
    assert.equal(await store.registryByKey(key(first)), undefined)
    assert.deepEqual(
      (await store.registries()).map((each) => each.name),
      ['other'],
    )
    assert.deepEqual([await store.credential('c1'), await store.credential('c2')], [undefined, undefined])
    assert.ok(await store.credential('c3'))
    assert.deepEqual(await store.signingKeys(scene.registryId), [])
    assert.deepEqual(
      (await store.roleAssignments({}, all)).map((each) => each.scopeId),
      ['/', subscription, `${group}2`],
    )
    assert.deepEqual(
      (await store.rights(guid(7))).map((each) => each.scope),
      ['', key(subscription), key(`${group}2`)],
    )
    assert.deepEqual(await scene.repositories(), [])
    assert.equal(await scene.manifest(a, pushed), undefined)
    assert.equal(await store.upload(scene.registryId, a, uploadId), undefined)

    await putAll(store, group)
    const again = (await put(store, resourceOf(first))).registry
    assert.notEqual(again?.id, before?.id)
    assert.deepEqual(await store.repositories(again?.id ?? 0, all), [])
    assert.deepEqual(await store.credentials(again?.id ?? 0), [])
    for (let round = 0; round < 5; round++) {
      await scene.drain()
      await store.reapUploads({ now: start + hour, limit: 100 })
    }
    scene.now += 1000 * hour
    await scene.condemn()
    assert.deepEqual({ ...(await scene.usage()) }, { used: 0, unreferenced: 0, reserved: 0, limit: null })
  })

  it('a push that was under way when its registry went ends; nothing is left behind', async (scene) => {
    const { store } = scene
    await putAll(store, subscription, group, registryId('first'))
    const config = await scene.push(a, 'config')
    await store.deleteResource({ key: key(registryId('first')), match: undefined, now: start })
    assert.equal(await scene.mount(b, a, config), false)
    for (const attempt of [() => scene.startUpload(a, 10), () => scene.push(a, 'more'), () => scene.pushImage(a, 'x')])
      await assert.rejects(attempt, { failure: 'name-unknown' })
    assert.deepEqual(await scene.repositories(), [])
  })

  it('a token of a registry is what its resource and its map say now', async ({ store }) => {
    await putAll(store, subscription, group, one)
    const id = (await store.registry('aaaaa'))?.id ?? 0
    const map = resourceOf(`${one}/scopeMaps/Map`, { body: { properties: { actions: ['repositories/a/content/read'] } } })
    const token = resourceOf(`${one}/tokens/Tok`, {
      body: { properties: { scopeMapId: `${one.toUpperCase()}/scopeMaps/MAP`, status: 'enabled' } },
    })
    assert.equal(await store.tokenOfRegistry(id, 'tok'), undefined)
    await put(store, map)
    await put(store, token)
    const expected = { key: token.key, name: 'Tok', createdAt: start, enabled: true, actions: ['repositories/a/content/read'] }
    for (const name of ['tok', 'TOK', 'Tok']) assert.deepEqual(await store.tokenOfRegistry(id, name), expected)
    await put(store, { ...map, body: { properties: { actions: [] } } })
    assert.deepEqual((await store.tokenOfRegistry(id, 'tok'))?.actions, [])
    await put(store, { ...token, body: { properties: { ...token.body.properties, status: 'disabled' } } })
    assert.equal((await store.tokenOfRegistry(id, 'tok'))?.enabled, false)
    await store.deleteResource({ key: map.key, match: undefined, now: start })
    assert.deepEqual((await store.tokenOfRegistry(id, 'tok'))?.actions, [])
    for (const name of ['', 'to', 'tok/x', '../tokens/tok', 'map']) assert.equal(await store.tokenOfRegistry(id, name), undefined, name)
    assert.equal(await store.tokenOfRegistry(id + 99, 'tok'), undefined)
  })
}

const credentialOf = (id: string, registry: number, principalId: string) => ({
  id,
  registryId: registry,
  principalId,
  principalName: 'p',
  kind: principalId.startsWith('admin') ? ('admin' as const) : ('token' as const),
  slot: 'password' as const,
  secretHash: 'h',
  secretSealed: null,
  createdAt: start,
  expiresAt: null,
})

const signingKey = (kid: string, registry: number) => ({
  kid,
  registryId: registry,
  algorithm: 'ES256' as const,
  publicJwk: '{}',
  privateSealed: '',
  createdAt: start,
  signUntil: start + hour,
  verifyUntil: start + 2 * hour,
})

function roles(it: It): void {
  const [reader, owner] = [roleId('Reader'), roleId('Owner')]
  const [alice, bob, carol] = [guid(0x20), guid(0x21), guid(0x22)]

  it('a role is given once at a scope to a principal; under its own name it may be described anew', async ({ store }) => {
    await putAll(store, subscription)
    const given = assignmentOf(subscription, alice, reader, { details: { description: 'first' } })
    assert.deepEqual(await store.putRoleAssignment({ assignment: given }), { created: true })
    assert.deepEqual(await store.roleAssignment(given.scope, given.name), given)
    const again = { ...given, details: { description: 'second' }, createdBy: 'other' }
    assert.deepEqual(await store.putRoleAssignment({ assignment: again }), { created: false })
    assert.deepEqual(await store.roleAssignment(given.scope, given.name), { ...given, details: { description: 'second' } })
    await assert.rejects(store.putRoleAssignment({ assignment: { ...given, name: guid(0x101) } }), {
      failure: 'conflict',
      detail: { name: given.name },
    })
    for (const change of [{ principalId: bob }, { roleId: owner }])
      await assert.rejects(store.putRoleAssignment({ assignment: { ...given, ...change } }), { failure: 'conflict' })
    assert.deepEqual(await store.deleteRoleAssignment({ scope: given.scope, name: given.name }), {
      ...given,
      details: { description: 'second' },
    })
    assert.equal(await store.deleteRoleAssignment({ scope: given.scope, name: given.name }), undefined)
  })

  it('no role is given at a scope or of a definition that is not there, whatever was there before', async ({ store }) => {
    const refused = { failure: 'not-found' }
    await assert.rejects(store.putRoleAssignment({ assignment: assignmentOf(subscription, alice, reader) }), refused)
    await assert.rejects(store.putRoleAssignment({ assignment: assignmentOf('/', alice, guid(0x12)) }), refused)
    await putAll(store, subscription, group)
    await store.deleteResource({ key: key(group), match: undefined, now: start })
    await assert.rejects(store.putRoleAssignment({ assignment: assignmentOf(group, alice, reader) }), refused)
    await store.putCustomRole({ role: roleOf(guid(0x12), 'Passing') })
    await store.deleteCustomRole({ id: guid(0x12) })
    await assert.rejects(store.putRoleAssignment({ assignment: assignmentOf('/', alice, guid(0x12)) }), refused)
    assert.deepEqual(await store.roleAssignments({}, all), [])
  })

  it('of many that give the same role at once one does', async ({ store }) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, each) =>
        store.putRoleAssignment({ assignment: assignmentOf('/', alice, reader, { name: guid(0x100 + each) }) }),
      ),
    )
    assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1)
    assert.equal((await store.roleAssignments({}, all)).length, 1)
  })

  it('assignments come in the order of scope and name, at, within and of whom they are asked, whatever the page', async ({ store }) => {
    const spaced = `${group}/providers/X.Y/things/with a space`
    const scopes = ['/', subscription, group, `${group}-2`, spaced, `${spaced}/sub/b`, registryId('aaaaa'), registryId('aaaaa2')]
    await putAll(store, ...scopes.slice(1))
    const made = scopes.flatMap((scope, each) =>
      [alice, bob].map((principal, who) => assignmentOf(scope, principal, reader, { name: guid(0x900 - each * 2 - who) })),
    )
    for (const assignment of made) await store.putRoleAssignment({ assignment })
    const place = (each: { scope: string; name: string }) => `${each.scope} ${each.name}`
    const bytes = (text: string) => Buffer.from(text)
    const sorted = [...made].sort((x, y) => Buffer.compare(bytes(x.scope), bytes(y.scope)) || Buffer.compare(bytes(x.name), bytes(y.name)))
    const find = (query: Parameters<MetadataStore['roleAssignments']>[0], limit: number) =>
      paged(limit, (page) => store.roleAssignments(query, page), place)
    for (const limit of [1, 2, 3, 5, 100]) {
      assert.deepEqual(await find({}, limit), sorted)
      assert.deepEqual(
        await find({ principalIds: [bob] }, limit),
        sorted.filter((each) => each.principalId === bob),
      )
      const within = sorted.filter((each) => each.scope === key(group) || each.scope.startsWith(`${key(group)}/`))
      assert.deepEqual(await find({ within: key(group) }, limit), within)
      const at = ['', key(subscription), key(spaced)]
      assert.deepEqual(
        await find({ at }, limit),
        sorted.filter((each) => at.includes(each.scope)),
      )
    }
    for (const nothing of [{ at: [] }, { principalIds: [] }, { principalIds: [carol] }]) assert.deepEqual(await find(nothing, 10), [])
  })

  it('rights are those of the principal and of every group around it, at the next read', async ({ store }) => {
    for (const [id, kind] of [
      [alice, 'user'],
      [bob, 'group'],
      [carol, 'group'],
    ] as const)
      await store.putDirectoryObject({ object: objectOf(id, { kind }) })
    await putAll(store, subscription, group)
    const scopesOf = async () => (await store.rights(alice)).map((each) => `${each.scope} ${each.roleId}`)
    const assignments = [
      assignmentOf(group, alice, reader),
      assignmentOf(subscription, bob, reader),
      assignmentOf('/', carol, owner),
    ] as const
    const [own, outer, outermost] = assignments.map((each) => `${each.scope} ${each.roleId}`)
    assert.deepEqual(await scopesOf(), [])
    for (const assignment of assignments) await store.putRoleAssignment({ assignment })
    assert.deepEqual(await scopesOf(), [own])
    await store.putGroupMember({ groupId: bob, memberId: alice })
    assert.deepEqual(await scopesOf(), [outer, own])
    await store.putGroupMember({ groupId: carol, memberId: bob })
    assert.deepEqual(await scopesOf(), [outermost, outer, own])
    await store.deleteRoleAssignment(assignments[0])
    assert.deepEqual(await scopesOf(), [outermost, outer])
    await store.deleteGroupMember({ groupId: bob, memberId: alice })
    assert.deepEqual(await scopesOf(), [])
    await store.putGroupMember({ groupId: bob, memberId: alice })
    await store.deleteDirectoryObject({ id: carol })
    assert.deepEqual(await scopesOf(), [outer])
  })

  it('the last who holds a role at a scope keeps it, also when two go at once; a principal that cannot sign in does not count', async ({
    store,
  }) => {
    const people = [alice, bob, carol]
    for (const id of [alice, bob]) await store.putDirectoryObject({ object: objectOf(id) })
    await store.putDirectoryObject({ object: objectOf(carol, { kind: 'group' }) })
    const assignments = people.map((id, each) => assignmentOf('/', id, owner, { name: guid(0x300 + each) }))
    for (const assignment of assignments) await store.putRoleAssignment({ assignment })
    const [ofAlice, ofBob, ofGroup] = assignments.map(({ scope, name }) => ({ scope, name, unlessLastOf: owner }))
    assert.ok(ofAlice && ofBob && ofGroup)
    const outcomes = await Promise.allSettled([store.deleteRoleAssignment(ofAlice), store.deleteRoleAssignment(ofBob)])
    assert.equal(outcomes.filter((each) => each.status === 'fulfilled').length, 1, 'the empty group does not count')
    for (const assignment of assignments) await store.putRoleAssignment({ assignment })
    await store.putDirectoryObject({ object: objectOf(bob, { enabled: false }) })
    await assert.rejects(store.deleteRoleAssignment(ofAlice), { failure: 'in-use' })
    await store.putDirectoryObject({ object: objectOf(bob) })
    await store.deleteRoleAssignment(ofAlice)
    await assert.rejects(store.deleteRoleAssignment(ofBob), { failure: 'in-use' })
    await store.putGroupMember({ groupId: carol, memberId: alice })
    assert.ok(await store.deleteRoleAssignment(ofBob))
    await assert.rejects(store.deleteRoleAssignment(ofGroup), { failure: 'in-use' })
    await store.putRoleAssignment({ assignment: assignmentOf('/', bob, reader, { name: guid(0x310) }) })
    assert.ok(await store.deleteRoleAssignment({ scope: '', name: guid(0x310), unlessLastOf: owner }), 'another role is no matter')
    assert.ok(await store.deleteRoleAssignment({ scope: '', name: ofGroup.name }), 'without the condition it goes')
  })

  it('a role of one’s own has a name of its own, changes for who has it, and goes when nobody does', async ({ store }) => {
    const role = roleOf(guid(0x40), 'Image Janitor', { assignableScopes: ['/', subscription] })
    assert.deepEqual(await store.putCustomRole({ role }), { created: true })
    assert.deepEqual(await store.customRoles(), [role])
    await assert.rejects(store.putCustomRole({ role: roleOf(guid(0x41), 'IMAGE janitor') }), { failure: 'conflict' })
    const assignment = assignmentOf('/', alice, role.id)
    await store.putRoleAssignment({ assignment })
    const [right] = await store.rights(alice)
    assert.equal(right?.permissions, role.permissions)
    const changed = { ...role, name: 'Janitor', permissions: '[]', changedAt: start + 1, createdBy: 'other' }
    assert.deepEqual(await store.putCustomRole({ role: changed }), { created: false })
    assert.deepEqual(await store.customRoles(), [{ ...changed, createdBy: role.createdBy }])
    assert.equal((await store.rights(alice))[0]?.permissions, '[]')
    await assert.rejects(store.deleteCustomRole({ id: role.id }), { failure: 'in-use' })
    await store.deleteRoleAssignment(assignment)
    assert.equal((await store.deleteCustomRole({ id: role.id }))?.name, 'Janitor')
    assert.equal(await store.deleteCustomRole({ id: role.id }), undefined)
    for (const [each, name] of ['b', 'A', 'c'].entries()) await store.putCustomRole({ role: roleOf(guid(0x50 + each), name) })
    assert.deepEqual(
      (await store.customRoles()).map((each) => each.name),
      ['A', 'b', 'c'],
    )
  })
}

function operations(it: It): void {
  it('an operation is read until some time after its end', async ({ store }) => {
    const running = {
      id: 'o1',
      resourceKey: key(group),
      subscriptionId: guid(1),
      principalId: 'p',
      status: 'InProgress' as const,
      result: null,
      startedAt: start,
      endedAt: null,
    }
    await store.putOperation({ operation: running })
    assert.deepEqual({ ...(await store.operation('o1')) }, running)
    const ended = { ...running, status: 'Failed' as const, result: '{"code":"x"}', endedAt: start + 5 }
    await store.putOperation({ operation: ended })
    await store.putOperation({ operation: { ...running, id: 'o2' } })
    assert.deepEqual({ ...(await store.operation('o1')) }, ended)
    assert.equal(await store.reapOperations({ before: start + 5, limit: 10 }), 0)
    assert.equal(await store.reapOperations({ before: start + 6, limit: 10 }), 1)
    assert.equal(await store.operation('o1'), undefined)
    assert.ok(await store.operation('o2'), 'what runs is never reaped')
  })
}
