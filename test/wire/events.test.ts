import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StoredEvent } from '#ports/event-log.ts'
import type { RepositoryName, Tag } from '#core/reference.ts'
import { allEvents } from '../world/all-events.ts'
import { pushImage, putManifest } from '../world/content.ts'
import { openPlane, type Plane, succeeded } from '../world/plane.ts'
import { send } from '../world/send.ts'

let plane: Plane
before(async () => {
  plane = await openPlane()
})
after(() => plane.stop())

const facts = () => plane.door.open.deps.store
const registryId = () => plane.door.open.registry.id

/** What the work left in the log, of one registry or of all. */
async function told(work: () => Promise<unknown>, of?: number): Promise<StoredEvent[]> {
  const all = () => allEvents(facts(), of)
  const before = new Set((await all()).map((each) => each.place))
  await work()
  return (await all()).filter((each) => !before.has(each.place))
}

test('what a client does with images is told with who did it, in the order in which it was done', async () => {
  const { door } = plane
  const image = await pushImage(door, 'team/app', 'v1')
  const events = await told(async () => {
    await pushImage(door, 'team/other', 'v1')
    assert.equal((await putManifest(door, 'team/app', 'v2', image.manifest)).status, 201)
    assert.equal((await send(door, 'DELETE', '/v2/team/app/manifests/v9')).status, 404, 'what fails is not told')
    assert.equal((await send(door, 'PATCH', '/acr/v1/team%2Fapp/_tags/v2', { body: '{"listEnabled":false}' })).status, 200)
    assert.equal((await send(door, 'DELETE', '/acr/v1/team/app/_tags/v2')).status, 202)
    assert.equal((await send(door, 'DELETE', `/v2/team/app/manifests/${image.digest}`)).status, 202)
    assert.equal((await send(door, 'DELETE', '/acr/v1/team/other')).status, 202)
  }, registryId())
  assert.deepEqual(
    events.map(({ kind, details }) => [kind, 'repository' in details ? details.repository : '', 'tags' in details ? details.tags : []]),
    [
      ['manifest.pushed', 'team/other', ['v1']],
      ['manifest.pushed', 'team/app', ['v2']],
      ['attributes.changed', 'team/app', []],
      ['tag.deleted', 'team/app', []],
      ['manifest.deleted', 'team/app', ['v1']],
      ['repository.deleted', 'team/other', []],
    ],
  )
  assert.deepEqual([...new Set(events.map((each) => each.by))], [`admin-${registryId()}`])
  const history = await facts().tagHistory(registryId(), 'team/app' as RepositoryName, { tag: 'v2' as Tag, limit: 10 })
  assert.deepEqual(
    history.map(({ digest, by, until }) => [digest, by, until !== null]),
    [[image.digest, `admin-${registryId()}`, true]],
  )
})

test('what is done at the control plane is told with the principal that did it', async () => {
  const user = await plane.user('events-reader')
  const events = await told(async () => {
    const registry = await plane.registry('events0')
    const given = await plane.give(user.id, 'Reader', registry.id)
    assert.equal((await plane.arm('DELETE', given)).status, 200)
    assert.equal((await plane.arm('DELETE', registry.id)).status, 200)
  })
  const of = events.filter(({ kind }) => /^(?:resource|role)\./.test(kind))
  assert.deepEqual(
    of.map(({ kind, by }) => [kind, by]),
    [
      ['resource.written', plane.owner.id],
      ['role.assigned', plane.owner.id],
      ['role.unassigned', plane.owner.id],
      ['resource.deleted', plane.owner.id],
    ],
  )
  assert.ok(
    events.some(({ kind }) => kind === 'credential.renewed'),
    'with its admin user came passwords',
  )
})

test('a password that is made anew is told with who asked for it', async () => {
  const registry = await plane.registry('events1', { adminUserEnabled: true })
  const token = `${registry.id}/tokens/events-ci`
  const scopeMapId = `${registry.id}/scopeMaps/_repositories_pull`
  const events = await told(async () => {
    succeeded(await plane.arm('PUT', token, { body: { properties: { scopeMapId } } }), 200, 201)
    assert.equal((await plane.arm('POST', `${registry.id}/regenerateCredential`, { body: { name: 'password2' } })).status, 200)
    assert.equal((await plane.arm('POST', `${registry.id}/generateCredentials`, { body: { tokenId: token } })).status, 200)
  })
  assert.deepEqual(
    events.map(({ kind, by }) => [kind, by === plane.owner.id]),
    ['resource.written', 'credential.renewed', 'credential.renewed', 'credential.renewed'].map((kind) => [kind, true]),
  )
})

test('a key that the operator makes anew is told with the operator, one that was due with nobody', async () => {
  const { signers } = plane.door.open.deps
  const id = registryId()
  const made = async (by: string | undefined) =>
    (await told(() => signers.of(id).rotate({ revoke: false, askedBy: by }))).map((each) => each.by)
  assert.deepEqual([await made('operator'), await made(undefined)], [['operator'], [null]])
})
