import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { type ArmAnswer, type ArmScene, errorOf, openArm, registryId } from '../world/arm.ts'

/** Lets nobody write before as many as `meet` says have read and decided: each of them has seen the same state. */
class Crossing {
  #wanted = 0
  readonly #waiting: (() => void)[] = []

  meet(count: number): void {
    this.#wanted = count
  }

  async arrive(): Promise<void> {
    if (this.#wanted === 0) return
    const met = new Promise<void>((resolve) => this.#waiting.push(resolve))
    if (this.#waiting.length === this.#wanted) {
      this.#wanted = 0
      for (const go of this.#waiting.splice(0)) go()
    }
    await met
  }
}

const crossing = new Crossing()
let scene: ArmScene
before(async () => {
  const store = openMemoryMetadataStore()
  const crossed: MetadataStore = {
    ...store,
    putResource: async (input) => {
      await crossing.arrive()
      return store.putResource(input)
    },
    deleteResource: async (input) => {
      await crossing.arrive()
      return store.deleteResource(input)
    },
  }
  scene = await openArm(crossed)
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

const made = async (path: string, body: object): Promise<ArmAnswer> => {
  const answer = await scene.ask('PUT', path, { body })
  assert.ok(answer.status < 300, JSON.stringify(answer.body))
  return answer
}
const premium = { location: 'local', sku: { name: 'Premium' } }
const propertiesOf = (answer: ArmAnswer) => (answer.body as { properties: Record<string, unknown> }).properties

test('two who read the same and change different things both have their change', async () => {
  const id = registryId(scene, 'crossed')
  await made(id, premium)
  crossing.meet(2)
  const both = await Promise.all([
    scene.ask('PATCH', id, { body: { properties: { adminUserEnabled: true } } }),
    scene.ask('PATCH', id, { body: { properties: { anonymousPullEnabled: true } } }),
  ])
  assert.deepEqual(
    both.map((each) => each.status),
    [200, 200],
  )
  const { adminUserEnabled, anonymousPullEnabled } = propertiesOf(await scene.ask('GET', id))
  assert.deepEqual([adminUserEnabled, anonymousPullEnabled], [true, true])
})

test('of two who ask for the etag that both have read one is refused, and nothing of it is kept', async () => {
  const id = registryId(scene, 'matched')
  await made(id, premium)
  const etag = String((await scene.ask('GET', id)).headers.etag)
  crossing.meet(2)
  const change = (tag: string) => scene.ask('PATCH', id, { body: { tags: { by: tag } }, headers: { 'if-match': etag } })
  const both = await Promise.all([change('one'), change('two')])
  assert.deepEqual(both.map((each) => each.status).sort(), [200, 412])
  const winner = both[0]?.status === 200 ? 'one' : 'two'
  assert.deepEqual(((await scene.ask('GET', id)).body as { tags: object }).tags, { by: winner })
})

test('of two who make what was not there, one makes it and the other changes it', async () => {
  const id = registryId(scene, 'twice')
  crossing.meet(2)
  const both = await Promise.all([made(id, { ...premium, tags: { a: '1' } }), made(id, { ...premium, tags: { b: '2' } })])
  assert.deepEqual(both.map((each) => each.status).sort(), [200, 201])
})

test('a change and a delete at once leave the whole of one of them', async () => {
  const id = registryId(scene, 'leaving')
  await made(id, premium)
  crossing.meet(2)
  const [changed, deleted] = await Promise.all([
    scene.ask('PATCH', id, { body: { properties: { adminUserEnabled: true } } }),
    scene.ask('DELETE', id),
  ])
  assert.ok([200, 202].includes(deleted.status), String(deleted.status))
  assert.ok([200, 404].includes(changed.status), JSON.stringify(changed.body))
  assert.equal((await scene.ask('GET', id)).status, 404)
  assert.equal(await scene.deps.store.registry('leaving'), undefined)
})

test('a token takes a scope map of its own registry, and no list of passwords ends them all', async () => {
  // Names of one length: what is cut off one id fits the other.
  const [mine, other] = [registryId(scene, 'ownmaps'), registryId(scene, 'hermaps')]
  for (const id of [mine, other]) {
    await made(id, premium)
    await made(`${id}/scopeMaps/readall`, { properties: { actions: ['repositories/a/content/read'] } })
  }
  for (const scopeMapId of [`${other}/scopeMaps/readall`, `${mine}/scopeMaps/absent`, `${mine}/tokens/readall`, mine]) {
    const refused = await scene.ask('PUT', `${mine}/tokens/pipeline`, { body: { properties: { scopeMapId } } })
    assert.deepEqual([refused.status, errorOf(refused).code], [400, 'InvalidResourceProperties'], scopeMapId)
  }
  const token = `${mine}/tokens/pipeline`
  await made(token, { properties: { scopeMapId: `${mine}/scopeMaps/readall` } })
  const passwords = async () => (await scene.deps.store.credentialsOf(registry, token.toLowerCase())).length
  const registry = (await scene.deps.store.registry('ownmaps'))?.id ?? 0
  const generate = () => scene.ask('POST', `${mine}/generateCredentials`, { body: { tokenId: token } })
  assert.equal((await generate()).status, 200)
  assert.equal(await passwords(), 2)
  const keep = (kept: readonly object[]) => scene.ask('PATCH', token, { body: { properties: { credentials: { passwords: kept } } } })
  await keep([{ name: 'password2' }])
  assert.equal(await passwords(), 1)
  await keep([])
  assert.equal(await passwords(), 0)
})
