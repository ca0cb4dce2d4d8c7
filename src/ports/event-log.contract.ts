import assert from 'node:assert/strict'
import type { EventKind } from '#core/event.ts'
import { keyOf } from '#core/resource-id.ts'
import { assignmentOf, guid, objectOf, putAll, registryId, resourceOf, roleId, roleOf, secretOf } from './control-scene.contract.ts'
import type { StoredEvent } from './event-log.ts'
import { a, blobOf, group, hour, image, type It, name, type Scene, subscription, tag } from './metadata-scene.contract.ts'

/** All of them: a reader that goes on behind the last one until there are no more. */
async function read(scene: Scene, of?: number, limit = 2): Promise<StoredEvent[]> {
  const found: StoredEvent[] = []
  for (let after = ''; ; ) {
    const page = await scene.store.events({ registryId: of, after, limit })
    assert.ok(page.length <= limit)
    found.push(...page)
    if (page.length < limit) return found
    after = page.at(-1)?.place ?? ''
  }
}

const kinds = (events: readonly StoredEvent[]) => events.map((each) => each.kind)

const credential = (scene: Scene) => ({
  id: guid(7),
  registryId: scene.registryId,
  principalId: `admin-${scene.registryId}`,
  principalName: 'first',
  kind: 'admin' as const,
  slot: 'password' as const,
  secretHash: 'hash',
  secretSealed: 'sealed',
  createdAt: scene.now,
  expiresAt: null,
})

const key = (scene: Scene) => ({
  kid: 'k1',
  registryId: scene.registryId,
  algorithm: 'ES256' as const,
  publicJwk: '{}',
  privateSealed: 'sealed',
  createdAt: scene.now,
  signUntil: scene.now + hour,
  verifyUntil: scene.now + 2 * hour,
})

/** What each command that writes events is asked, and what it tells of it. */
const deeds: { [Kind in EventKind]: (scene: Scene) => Promise<unknown> } = {
  'manifest.pushed': (scene) => scene.pushImage(a, 'x', 'v1'),
  'manifest.pulled': (scene) =>
    scene.store.noteEvents({
      events: [{ kind: 'manifest.pulled', registryId: scene.registryId, by: 'p', details: { repository: 'a', digest: 'sha256:x' } }],
    }),
  'manifest.deleted': async (scene) => scene.deleteManifest(a, await scene.pushImage(a, 'x', 'v1')),
  'tag.deleted': async (scene) => {
    await scene.pushImage(a, 'x', 'v1')
    await scene.deleteTag(a, 'v1')
  },
  'blob.deleted': async (scene) => scene.deleteBlob(a, await scene.push(a, 'x')),
  'repository.deleted': async (scene) => {
    await scene.pushImage(a, 'x', 'v1')
    await scene.deleteRepository(a)
  },
  'attributes.changed': async (scene) => {
    await scene.pushImage(a, 'x', 'v1')
    await scene.lock(a, { kind: 'tag', tag: tag('v1') }, { writeEnabled: false })
  },
  'resource.written': ({ store }) => putAll(store, subscription),
  'resource.deleted': async ({ store, now }) => {
    await putAll(store, subscription)
    await store.deleteResource({ key: resourceOf(subscription).key, match: undefined, now })
  },
  'credential.renewed': (scene) => scene.store.putCredential(credential(scene)),
  'credential.deleted': async (scene) => {
    const token = resourceOf(`${registryId('own')}/tokens/ci`)
    await putAll(scene.store, subscription, group, registryId('own'), token.id)
    await scene.store.putCredential({ ...credential(scene), principalId: token.key, kind: 'token' })
    await scene.store.putResource({ resource: token, match: undefined, keepPasswords: [] })
  },
  'key.added': (scene) => scene.store.putSigningKey({ key: key(scene), revokeOthers: true, now: scene.now }),
  'role.assigned': ({ store }) => store.putRoleAssignment({ assignment: assignmentOf('', guid(2), roleId('Reader')) }),
  'role.unassigned': async ({ store }) => {
    await store.putRoleAssignment({ assignment: assignmentOf('', guid(2), roleId('Reader')) })
    await store.deleteRoleAssignment({ scope: '', name: guid(0x100) })
  },
  'role-definition.written': ({ store }) => store.putCustomRole({ role: roleOf(guid(3), 'Own') }),
  'role-definition.deleted': async ({ store }) => {
    await store.putCustomRole({ role: roleOf(guid(3), 'Own') })
    await store.deleteCustomRole({ id: guid(3) })
  },
  'directory.created': ({ store }) => store.putTenant({ id: guid(4), domain: 'longshore.example' }),
  'directory-object.written': ({ store }) => store.putDirectoryObject({ object: objectOf(guid(5)) }),
  'directory-object.deleted': async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(guid(5)) })
    await store.deleteDirectoryObject({ id: guid(5) })
  },
  'secret.added': async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(guid(5)) })
    await store.putSecret({ secret: secretOf(guid(6), guid(5)) })
  },
  'secret.deleted': async ({ store }) => {
    await store.createDirectoryObjects({ objects: [objectOf(guid(5))], secrets: [secretOf(guid(6), guid(5))] })
    await store.deleteSecret({ objectId: guid(5), keyId: guid(6) })
  },
  'member.added': async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(guid(5)) })
    await store.putDirectoryObject({ object: objectOf(guid(8), { kind: 'group' }) })
    await store.putGroupMember({ groupId: guid(8), memberId: guid(5) })
  },
  'member.removed': async ({ store }) => {
    await store.putDirectoryObject({ object: objectOf(guid(5)) })
    await store.putDirectoryObject({ object: objectOf(guid(8), { kind: 'group' }) })
    await store.putGroupMember({ groupId: guid(8), memberId: guid(5) })
    await store.deleteGroupMember({ groupId: guid(8), memberId: guid(5) })
  },
}

export function eventLogContract(it: It): void {
  for (const [kind, work] of Object.entries(deeds))
    it(`an event tells of ${kind}, once`, async (scene) => {
      const before = kinds(await read(scene)).filter((each) => each === kind).length
      await work(scene)
      const found = await read(scene)
      assert.equal(kinds(found).filter((each) => each === kind).length, before + 1)
      assert.equal(found.at(-1)?.kind, kind)
      assert.ok((found.at(-1)?.at ?? 0) > Date.parse('2026-01-01'))
    })

  it('an event tells what, where and by whom', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const [event] = (await read(scene, scene.registryId)).filter((each) => each.kind === 'manifest.pushed')
    assert.deepEqual(event?.details, {
      repository: 'a',
      digest: pushed.digest,
      mediaType: pushed.manifest.mediaType,
      size: pushed.bytes.length,
      tags: ['v1'],
    })
    await putAll(scene.store, subscription, group, registryId('own'))
    const token = resourceOf(`${registryId('own')}/tokens/ci`)
    await scene.store.putResource({ resource: token, match: undefined, askedBy: 'somebody' })
    const written = (await read(scene)).at(-1)
    assert.deepEqual(
      [written?.by, written?.details],
      ['somebody', { id: token.id, type: 'Microsoft.ContainerRegistry/registries/tokens', created: true }],
    )
    const own = await scene.store.registry('own')
    assert.deepEqual(kinds(await read(scene, own?.id)), ['resource.written', 'resource.written'])
  })

  it('a command that fails tells nothing', async (scene) => {
    const before = (await read(scene)).length
    const config = blobOf('never pushed')
    await assert.rejects(scene.put(a, image({ config }), 'v1'))
    await assert.rejects(scene.deleteRepository(a))
    assert.equal((await read(scene)).length, before)
  })

  it('a reader that goes on behind the last event misses none of many writers at once, and gets none twice', async (scene) => {
    let writing = true
    const found: StoredEvent[] = []
    const follow = async () => {
      for (let after = ''; ; ) {
        const done = !writing
        const page = await scene.store.events({ registryId: scene.registryId, after, limit: 7 })
        found.push(...page)
        after = page.at(-1)?.place ?? after
        if (done && page.length < 7) return
      }
    }
    const pushes = Promise.all(
      Array.from({ length: 30 }, (_, each) => scene.pushImage(name(`r${each % 5}`), `x${each}`, `v${each}`)),
    ).finally(() => {
      writing = false
    })
    await Promise.all([follow(), pushes])
    const tags = found.flatMap((each) => (each.kind === 'manifest.pushed' ? each.details.tags : []))
    assert.equal(tags.length, 30)
    assert.equal(new Set(tags).size, 30)
    assert.equal(new Set(found.map((each) => each.place)).size, found.length)
  })

  it('a tag has a history: what it stood for, from when until when', async (scene) => {
    const begun = scene.now
    const one = await scene.pushImage(a, 'one', 'v1')
    await scene.put(a, one, 'v1')
    scene.now += 10
    const two = await scene.pushImage(a, 'two', 'v1')
    scene.now += 10
    await scene.deleteTag(a, 'v1')
    scene.now += 10
    await scene.put(a, one, 'v1')
    scene.now += 10
    await scene.put(a, one, 'v1')
    await scene.put(a, one, 'other')
    const history = await scene.store.tagHistory(scene.registryId, a, { tag: tag('v1'), limit: 10 })
    assert.deepEqual(
      history.map(({ digest, from, until }) => [digest, from - begun, until === null ? null : until - begun]),
      [
        [one.digest, 30, null],
        [two.digest, 10, 20],
        [one.digest, 0, 10],
      ],
    )
    const [latest] = await scene.store.tagHistory(scene.registryId, a, { limit: 1 })
    assert.equal(latest?.tag, 'other')
  })

  it('whatever takes a tag away ends its period', async (scene) => {
    const one = await scene.pushImage(a, 'one', 'v1')
    scene.now += 5
    await scene.deleteManifest(a, one)
    const ended = async () => (await scene.store.tagHistory(scene.registryId, a, { limit: 10 })).map((each) => each.until)
    assert.deepEqual(await ended(), [scene.now])
    await scene.pushImage(a, 'two', 'v2')
    scene.now += 5
    await scene.deleteRepository(a)
    while ((await scene.drain()) > 0);
    assert.deepEqual(await ended(), [scene.now, scene.now - 5])
  })

  it('a tag that is deleted or moved while its repository is deleted has each of its periods once', async (scene) => {
    for (let round = 0; round < 10; round++) {
      const repository = name(`r${round}`)
      const one = await scene.pushImage(repository, 'one', 'v1', 'v2', 'v3')
      const two = await scene.pushImage(repository, 'two', 'other')
      scene.now += 5
      await Promise.allSettled([
        scene.deleteTag(repository, 'v1'),
        scene.put(repository, two, 'v2'),
        scene.deleteRepository(repository),
        scene.deleteManifest(repository, one),
      ])
      const periods = (await scene.store.tagHistory(scene.registryId, repository, { limit: 100 })).filter(
        (each) => each.digest === one.digest,
      )
      assert.deepEqual(periods.map((each) => each.tag).sort(), ['v1', 'v2', 'v3'], `round ${round}`)
      assert.deepEqual(
        periods.map((each) => each.until),
        [scene.now, scene.now, scene.now],
      )
    }
  })

  it('what is older than it is kept goes in pieces, and a tag that still stands keeps its period', async (scene) => {
    await scene.pushImage(a, 'one', 'v1')
    scene.now += 10
    const two = await scene.pushImage(a, 'two', 'v1')
    const events = await read(scene)
    assert.equal(await scene.store.reapHistory({ before: Math.min(...events.map((each) => each.at), scene.now - 10), limit: 100 }), 0)
    const later = Math.max(...events.map((each) => each.at), scene.now) + hour
    assert.equal(await scene.store.reapHistory({ before: later, limit: 2 }), 2)
    assert.deepEqual(
      (await read(scene)).map((each) => each.place),
      events.slice(2).map((each) => each.place),
    )
    while ((await scene.store.reapHistory({ before: later, limit: 2 })) > 0);
    assert.deepEqual(await read(scene), [])
    const left = await scene.store.tagHistory(scene.registryId, a, { limit: 10 })
    assert.deepEqual(
      left.map((each) => [each.digest, each.until]),
      [[two.digest, null]],
    )
  })

  it('what tags stood for before goes with their registry whatever its age, and is counted', async (scene) => {
    const { store, now, registryId: id } = scene
    await putAll(store, subscription, group, registryId('first'))
    await scene.pushImage(a, 'one', 'v1', 'v2', 'v3')
    await scene.pushImage(a, 'two', 'v1', 'v2', 'v3')
    const reap = (limit: number) => store.reapHistory({ before: 0, limit })
    assert.equal(await reap(10), 0)
    await store.deleteResource({ key: keyOf(registryId('first')), match: undefined, now })
    assert.equal(await reap(2), 2)
    assert.equal(await reap(2), 1)
    assert.deepEqual(await store.tagHistory(id, a, { limit: 10 }), [])
  })

  it('of each registry so many events and former periods of tags stay, the newest, whatever the others have', async (scene) => {
    for (const text of ['one', 'two', 'three', 'four']) {
      scene.now += 10
      await scene.pushImage(a, text, 'v1')
    }
    const all = await read(scene)
    const own = all.filter((each) => each.registryId === scene.registryId)
    const periods = () => scene.store.tagHistory(scene.registryId, a, { limit: 10 })
    const [standing, third] = await periods()
    const bound = (most: number) => scene.store.boundHistory({ registryId: scene.registryId, most, limit: 1 })
    assert.equal(await bound(own.length), 0)
    while ((await bound(1)) > 0);
    const places = (events: readonly StoredEvent[]) => events.map((each) => each.place)
    assert.deepEqual(places(await read(scene, scene.registryId)), places(own.slice(-1)))
    assert.deepEqual(await periods(), [standing, third], 'what the tag stands for stays, and one that it stood for')
    assert.equal((await read(scene)).length, all.length - own.length + 1)
    while ((await bound(0)) > 0);
    assert.deepEqual(await periods(), [standing])
  })

  it('an event of attributes tells what was changed there, and of long texts the beginning', async (scene) => {
    const one = await scene.pushImage(a, 'one', 'v1')
    const change = { deleteEnabled: false, quarantineState: 'Passed', quarantineDetails: 'x'.repeat(60_000) }
    const { registryId, store } = scene
    await store.changeAttributes({ registryId, name: a, target: { kind: 'manifest', digest: one.digest }, change })
    await store.changeAttributes({ registryId, name: a, target: { kind: 'tag', tag: tag('v1') }, change })
    const told = (await read(scene)).flatMap((each) => (each.kind === 'attributes.changed' ? [each.details.change] : []))
    assert.deepEqual(told, [{ ...change, quarantineDetails: 'x'.repeat(256) }, { deleteEnabled: false }])
  })
}
