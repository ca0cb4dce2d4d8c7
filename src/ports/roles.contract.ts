import assert from 'node:assert/strict'
import { keyOf } from '#core/resource-id.ts'
import { paged, assignmentOf, guid, objectOf, putAll, registryId, roleOf, roleId } from './control-scene.contract.ts'
import { type It, start, group, subscription } from './metadata-scene.contract.ts'
import type { MetadataStore } from './metadata-store.ts'

const key = (id: string) => keyOf(id)
const all = { after: '', limit: 1000 }

/** Who was given which role where. */
export function roleAssignmentsContract(it: It): void {
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
      assignmentOf('/', carol, reader),
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

  it('the last who owns everything keeps it, also when two go at once; a principal that cannot sign in does not count', async ({
    store,
  }) => {
    await store.putTenant({ id: guid(1), domain: 'longshore.example' })
    const people = [alice, bob, carol]
    for (const id of [alice, bob]) await store.putDirectoryObject({ object: objectOf(id) })
    await store.putDirectoryObject({ object: objectOf(carol, { kind: 'group' }) })
    const assignments = people.map((id, each) => assignmentOf('/', id, owner, { name: guid(0x300 + each) }))
    for (const assignment of assignments) await store.putRoleAssignment({ assignment })
    const [ofAlice, ofBob, ofGroup] = assignments.map(({ scope, name }) => ({ scope, name }))
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
    assert.ok(await store.deleteRoleAssignment({ scope: '', name: guid(0x310) }), 'another role is no matter')
  })

  it('a role of one’s own has a name of its own, changes for who has it, and goes when nobody does', async ({ store }) => {
    const role = roleOf(guid(0x40), 'Image Janitor', { assignableScopes: ['/', subscription] })
    assert.deepEqual(await store.putCustomRole({ role }), { created: true })
    assert.deepEqual(await store.customRoles(), [role])
    assert.deepEqual(await store.customRole(role.id), role)
    assert.equal(await store.customRole('nobody'), undefined)
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

  it('a role that is given while it is deleted is there still, or was not given', async ({ store }) => {
    for (let round = 0; round < 8; round++) {
      const role = roleOf(guid(0x60 + round), `Passing ${round}`)
      await store.putCustomRole({ role })
      const given = [alice, bob, carol].map((id, each) =>
        store.putRoleAssignment({ assignment: assignmentOf('/', id, role.id, { name: guid(0x400 + round * 3 + each) }) }),
      )
      await Promise.allSettled([...given, store.deleteCustomRole({ id: role.id })])
      const held = (await store.roleAssignments({}, all)).some((each) => each.roleId === role.id)
      assert.equal((await store.customRole(role.id)) !== undefined, held)
    }
  })
}
