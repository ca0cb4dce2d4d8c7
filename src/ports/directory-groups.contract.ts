import assert from 'node:assert/strict'
import { guid, objectOf, secretOf } from './control-scene.contract.ts'
import type { DirectoryObject } from './directory.ts'
import type { It } from './metadata-scene.contract.ts'

const [alice, bob, carol, dave] = [guid(0x20), guid(0x21), guid(0x22), guid(0x23)]
const all = { after: '', limit: 1000 }
const idsOf = (objects: readonly DirectoryObject[]) => objects.map((each) => each.id)

/** Who is in which group. */
export function directoryGroupsContract(it: It): void {
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
