import assert from 'node:assert/strict'
import type { Attributes } from '#core/attributes.ts'
import { type It, a, b, blobOf, hour, image, indexOf, name, type Scene, start, tag, putRegistry } from './metadata-scene.contract.ts'
import type { ListOrder, ListPosition } from './repository-attributes.ts'

const open: Attributes = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true }
const locked = { name: 'RegistryError', failure: 'locked' }
const repository = { kind: 'repository' } as const
const ofTag = (text: string) => ({ kind: 'tag', tag: tag(text) }) as const

const about = (scene: Scene) => scene.store.repositoryAttributes(scene.registryId, a)
const aboutTag = (scene: Scene, text: string) => scene.store.tagAttributes(scene.registryId, a, tag(text))
const aboutManifest = (scene: Scene, { digest }: { digest: Parameters<Scene['store']['manifestAttributes']>[2] }) =>
  scene.store.manifestAttributes(scene.registryId, a, digest)

async function listed(scene: Scene, order: ListOrder, limit: number, withTime = true): Promise<string[]> {
  const found: string[] = []
  for (let after: ListPosition | undefined; ; ) {
    const page = (await scene.store.listTagAttributes(scene.registryId, a, { order, after, limit })) ?? []
    found.push(...page.map((each) => each.name))
    const last = page.at(-1)
    if (!last) return found
    after = { key: last.name, ...(withTime ? { updatedAt: last.updatedAt } : {}) }
  }
}

/** What is told of repositories, tags and manifests, and what may be changed of it. */
export function attributesContract(it: It): void {
  it('a repository tells when it began, when it changed last, and how much is in it', async (scene) => {
    await scene.push(a, 'before anything is visible')
    scene.now = start + hour
    const pushed = await scene.pushImage(a, 'x', 'v1', 'v2')
    assert.deepEqual(await about(scene), {
      name: a,
      createdAt: start + hour,
      updatedAt: start + hour,
      manifests: 1,
      tags: 2,
      attributes: open,
    })
    scene.now += hour
    await scene.put(a, pushed)
    assert.deepEqual([(await about(scene))?.createdAt, (await about(scene))?.updatedAt], [start + hour, scene.now])
    scene.now += hour
    await scene.deleteTag(a, 'v2')
    assert.deepEqual([(await about(scene))?.updatedAt, (await about(scene))?.tags], [scene.now, 1])
    assert.equal(await scene.store.repositoryAttributes(scene.registryId, b), undefined)
  })

  it('a repository that was hidden begins again, without what was forbidden before', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    await scene.lock(a, repository, { readEnabled: false, listEnabled: false })
    await scene.deleteManifest(a, pushed)
    assert.equal(await about(scene), undefined)
    for (const read of [scene.store.listTagAttributes, scene.store.listManifestAttributes])
      assert.equal(await read(scene.registryId, a, { order: 'name', after: undefined, limit: 10 }), undefined)
    await assert.rejects(scene.lock(a, repository, { writeEnabled: false }), { failure: 'name-unknown' })
    await assert.rejects(scene.deleteRepository(a), { failure: 'name-unknown' })
    scene.now += hour
    await scene.put(a, pushed)
    assert.deepEqual([(await about(scene))?.createdAt, (await about(scene))?.attributes], [scene.now, open])
  })

  it('a tag tells what it means and since when', async (scene) => {
    const one = await scene.pushImage(a, 'one', 'v1')
    scene.now += hour
    const { digest } = await scene.pushImage(a, 'other', 'v1')
    assert.deepEqual(await aboutTag(scene, 'v1'), { name: 'v1', digest, createdAt: start, updatedAt: start + hour, attributes: open })
    assert.equal(await aboutTag(scene, 'v2'), undefined)
    assert.equal(await scene.store.tagAttributes(scene.registryId, b, tag('v1')), undefined)
    assert.deepEqual((await aboutManifest(scene, one))?.tags, [])
    assert.deepEqual((await aboutManifest(scene, { digest }))?.tags, ['v1'])
  })

  it('an image tells its size, its types, its platform and its tags', async (scene) => {
    scene.platform = { architecture: 'arm64', os: 'linux' }
    const pushed = await scene.pushImage(a, 'x', 'v2', 'v1')
    assert.deepEqual(await aboutManifest(scene, pushed), {
      digest: pushed.digest,
      mediaType: pushed.manifest.mediaType,
      imageSize: pushed.config.size + pushed.layer.size,
      configMediaType: 'application/vnd.oci.image.config.v1+json',
      architecture: 'arm64',
      os: 'linux',
      createdAt: start,
      updatedAt: start,
      tags: ['v1', 'v2'],
      attributes: { ...open, quarantineState: null, quarantineDetails: null },
    })
    // A push that could not read the config does not take away what was known.
    scene.platform = { architecture: null, os: null }
    await scene.put(a, pushed)
    assert.equal((await aboutManifest(scene, pushed))?.architecture, 'arm64')
  })

  it('an index has the size of its children that are here, also of those that came later, once it is put again', async (scene) => {
    const [here, late] = [await scene.pushImage(a, 'here'), image({ config: await scene.push(a, 'late') })]
    const index = indexOf([here, late])
    await scene.put(a, index)
    const size = async (of: typeof late) => (await aboutManifest(scene, of))?.imageSize ?? 0
    assert.equal(await size(index), await size(here))
    assert.equal((await aboutManifest(scene, index))?.configMediaType, null)
    await scene.put(a, late)
    await scene.put(a, index)
    assert.equal(await size(index), (await size(here)) + (await size(late)))
    const above = indexOf([index, here])
    await scene.put(a, above)
    assert.equal(await size(above), (await size(index)) + (await size(here)))
  })

  it('sizes beyond what a number can hold stay numbers', async (scene) => {
    const config = await scene.push(a, 'config')
    const size = Number.MAX_SAFE_INTEGER
    const huge = image({ config, layers: ['one', 'other'].map((text) => ({ ...blobOf(text), size })) })
    await scene.putSparse('all', a, huge)
    await scene.put(a, indexOf([huge]))
    assert.equal((await aboutManifest(scene, huge))?.imageSize, size)
  })

  it('what is changed is changed, and nothing else', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const manifest = { kind: 'manifest', digest: pushed.digest } as const
    await scene.lock(a, ofTag('v1'), { writeEnabled: false })
    await scene.lock(a, ofTag('v1'), { listEnabled: false })
    await scene.lock(a, manifest, { quarantineState: 'Passed' })
    await scene.lock(a, manifest, { quarantineDetails: '{}', deleteEnabled: false })
    await scene.lock(a, repository, { quarantineState: 'Failed' })
    await scene.lock(a, manifest, {})
    assert.deepEqual((await about(scene))?.attributes, open)
    assert.deepEqual((await aboutTag(scene, 'v1'))?.attributes, { ...open, writeEnabled: false, listEnabled: false })
    assert.deepEqual((await aboutManifest(scene, pushed))?.attributes, {
      ...open,
      deleteEnabled: false,
      quarantineState: 'Passed',
      quarantineDetails: '{}',
    })
    assert.deepEqual([(await aboutTag(scene, 'v1'))?.updatedAt, (await about(scene))?.updatedAt], [start, start])
    assert.equal(await scene.tagged(a, 'v1'), pushed.digest)
  })

  it('a tag that moves and a manifest that is put again keep their attributes', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    await scene.lock(a, ofTag('v1'), { deleteEnabled: false })
    await scene.lock(a, { kind: 'manifest', digest: pushed.digest }, { listEnabled: false, quarantineState: 'Passed' })
    await scene.put(a, pushed, 'v1')
    assert.equal((await aboutTag(scene, 'v1'))?.attributes.deleteEnabled, false)
    const { attributes } = (await aboutManifest(scene, pushed)) ?? {}
    assert.deepEqual([attributes?.listEnabled, attributes?.quarantineState], [false, 'Passed'])
    await scene.pushImage(a, 'other', 'v1')
    assert.equal((await aboutTag(scene, 'v1'))?.attributes.deleteEnabled, false)
  })

  it('whether something may be read is told at each level', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1', 'v2')
    const reads = async () => [
      (await scene.store.manifestByTag(scene.registryId, a, tag('v1')))?.readEnabled,
      (await scene.store.manifestByTag(scene.registryId, a, tag('v2')))?.readEnabled,
      (await scene.manifest(a, pushed))?.readEnabled,
      (await scene.blob(a, pushed.layer))?.readEnabled,
    ]
    for (const [target, expected] of [
      [ofTag('v1'), [false, true, true, true]],
      [{ kind: 'manifest', digest: pushed.digest } as const, [false, false, false, true]],
      [repository, [false, false, false, false]],
    ] as const) {
      assert.deepEqual(await reads(), [true, true, true, true])
      await scene.lock(a, target, { readEnabled: false })
      assert.deepEqual(await reads(), expected, target.kind)
      await scene.lock(a, target, { readEnabled: true })
    }
  })

  it('what may not be read is not mounted elsewhere', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    await scene.lock(a, repository, { readEnabled: false })
    assert.equal(await scene.mount(b, a, pushed.layer), false)
    assert.deepEqual(await scene.store.repositoriesWithBlob(scene.registryId, pushed.layer.digest, 10), [])
    assert.equal(await scene.blob(b, pushed.layer), undefined)
  })

  it('a repository that is locked takes nothing, and gives no blob away', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    const free = await scene.push(a, 'free')
    await scene.push(b, 'elsewhere')
    await scene.lock(a, repository, { writeEnabled: false })
    await assert.rejects(scene.startUpload(a), locked)
    await assert.rejects(scene.mount(a, b, blobOf('elsewhere')), locked)
    await assert.rejects(scene.deleteBlob(a, free), locked)
    await assert.rejects(scene.put(a, pushed, 'v1'), locked)
    await scene.lock(a, repository, { writeEnabled: true, deleteEnabled: false })
    await assert.rejects(scene.deleteBlob(a, free), locked)
    await scene.startUpload(a)
  })

  it('what lists hide is in none of them, and is found by its name', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1', 'v2')
    const signature = image({ config: pushed.config, subject: pushed })
    await scene.put(a, signature)
    await scene.pushImage(b, 'y')
    await scene.lock(a, ofTag('v1'), { listEnabled: false })
    await scene.lock(a, { kind: 'manifest', digest: signature.digest }, { listEnabled: false })
    await scene.lock(a, repository, { listEnabled: false })
    const page = { order: 'name', after: undefined, limit: 10 } as const
    const { store, registryId } = scene
    assert.deepEqual(await scene.repositories(), ['b'])
    assert.deepEqual(await scene.tags(a), ['v2'])
    assert.deepEqual(
      (await store.listTagAttributes(registryId, a, page))?.map((each) => each.name),
      ['v2'],
    )
    assert.deepEqual(
      (await store.listManifestAttributes(registryId, a, page))?.map((each) => [each.digest, each.tags]),
      [[pushed.digest, ['v1', 'v2']]],
    )
    const hidden = await store.referrers(registryId, a, pushed.digest, { after: '', limit: 10, bytes: 1000 })
    assert.deepEqual(hidden, { items: [], more: false })
    assert.equal(await scene.tagged(a, 'v1'), pushed.digest)
    assert.ok(await scene.manifest(a, signature))
    assert.deepEqual([(await about(scene))?.tags, (await aboutTag(scene, 'v1'))?.name], [2, 'v1'])
  })

  it('in an order of time each tag comes once, whatever the page and however many share a time', async (scene) => {
    const { digest } = await scene.pushImage(a, 'x')
    const pushed = { ...(await scene.pushImage(a, 'y')) }
    const groups = [['m', 'b', 'z'], ['c'], ['a', 'y', 'n', 'k'], ['d', 'e']]
    for (const group of groups) {
      scene.now += hour
      await scene.put(a, pushed, ...group)
    }
    const ascending = groups.flatMap((group) => group.sort())
    for (const limit of [1, 2, 3, 4, 100])
      for (const withTime of [true, false]) {
        assert.deepEqual(await listed(scene, 'timeasc', limit, withTime), ascending, `pages of ${limit}`)
        assert.deepEqual(await listed(scene, 'timedesc', limit, withTime), [...ascending].reverse(), `pages of ${limit}`)
        assert.deepEqual(await listed(scene, 'name', limit, withTime), [...ascending].sort(), `pages of ${limit}`)
      }
    const page = { order: 'name', after: undefined, limit: 2 } as const
    assert.deepEqual(await scene.store.listTagAttributes(scene.registryId, a, { ...page, digest }), [])
    assert.equal((await scene.store.listTagAttributes(scene.registryId, a, { ...page, digest: pushed.digest }))?.length, 2)
  })

  it('a page goes on where the one before ended, when its last tag is gone or has moved', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'a', 'b', 'c', 'd')
    const next = async (after: ListPosition) =>
      (await scene.store.listTagAttributes(scene.registryId, a, { order: 'timedesc', after, limit: 10 }))?.map((each) => each.name)
    await scene.deleteTag(a, 'c')
    assert.deepEqual(await next({ key: 'c', updatedAt: start }), ['b', 'a'])
    assert.deepEqual(await next({ key: 'c' }), ['d', 'b', 'a'], 'without its time the list begins again')
    scene.now += hour
    await scene.put(a, pushed, 'b')
    assert.deepEqual(await next({ key: 'b', updatedAt: start }), ['a'])
  })

  it('manifests come by digest and by time, page by page', async (scene) => {
    const config = await scene.push(a, 'config')
    const made: string[] = []
    for (let each = 0; each < 9; each++) {
      if (each % 4 === 0) scene.now += hour
      const pushed = image({ config, annotations: { each: String(each) } })
      await scene.put(a, pushed)
      made.push(pushed.digest)
    }
    const byTime = [made.slice(0, 4), made.slice(4, 8), made.slice(8)].flatMap((group) => group.sort())
    for (const [order, expected] of [
      ['timeasc', byTime],
      ['timedesc', [...byTime].reverse()],
      ['name', [...made].sort()],
    ] as const)
      for (const limit of [1, 2, 5, 100]) {
        const found: string[] = []
        for (let after: ListPosition | undefined; ; ) {
          const page = (await scene.store.listManifestAttributes(scene.registryId, a, { order, after, limit })) ?? []
          found.push(...page.map((each) => each.digest))
          const last = page.at(-1)
          if (!last) break
          after = { key: last.digest, updatedAt: last.updatedAt }
        }
        assert.deepEqual(found, expected, `${order}, pages of ${limit}`)
      }
  })

  it('a repository of another registry has attributes of its own', async (scene) => {
    const other = await putRegistry(scene.store, 'second')
    await scene.pushImage(a, 'x', 'v1')
    const elsewhere = { registryId: other.id, name: a, target: repository, change: { writeEnabled: false } }
    await assert.rejects(scene.store.changeAttributes(elsewhere), { failure: 'name-unknown' })
    assert.equal(await scene.store.repositoryAttributes(other.id, name('a')), undefined)
  })
}
