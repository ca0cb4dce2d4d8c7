import assert from 'node:assert/strict'
import type { Digest } from '#core/digest.ts'
import type { Precondition } from '#core/precondition.ts'
import type { Reference } from '#core/reference.ts'
import { a, image, type It, type Put, type Scene, tag } from './metadata-scene.contract.ts'

const is = (digest: Digest): Precondition => ({ match: [{ value: digest, weak: false }] })
const absent: Precondition = { noneMatch: '*' }
const v1: Reference = { kind: 'tag', tag: tag('v1') }

async function imageOf(scene: Scene, text: string): Promise<Put> {
  return image({ config: await scene.push(a, 'config'), annotations: { text } })
}

const put = ({ store, registryId, now, platform }: Scene, what: Put, precondition: Precondition, reference: Reference = v1) =>
  store.putManifest({
    registryId,
    name: a,
    ...what,
    tags: reference.kind === 'tag' ? [reference.tag] : [],
    platform,
    sparse: 'index',
    condition: { reference, precondition },
    now,
    leaseUntil: now,
  })

const succeeded = (outcomes: readonly PromiseSettledResult<void>[]) => outcomes.filter(({ status }) => status === 'fulfilled').length
const refused = { failure: 'precondition-failed' }

/** What a push wants of the state that it finds. */
export function conditionsContract(it: It): void {
  it('a tag is made only where there is none, and moved only from what it was', async (scene) => {
    const [one, other] = [await imageOf(scene, 'one'), await imageOf(scene, 'other')]
    await assert.rejects(put(scene, one, is(one.digest)), refused)
    await put(scene, one, absent)
    await assert.rejects(put(scene, other, absent), refused)
    await assert.rejects(put(scene, other, is(other.digest)), refused)
    assert.equal(await scene.tagged(a, 'v1'), one.digest)
    assert.equal(await scene.manifest(a, other), undefined)
    await put(scene, other, is(one.digest))
    assert.equal(await scene.tagged(a, 'v1'), other.digest)
  })

  it('a digest is put only where it is, or is not, there', async (scene) => {
    const one = await imageOf(scene, 'one')
    const reference: Reference = { kind: 'digest', digest: one.digest }
    await assert.rejects(put(scene, one, is(one.digest), reference), refused)
    await put(scene, one, absent, reference)
    await assert.rejects(put(scene, one, absent, reference), refused)
    await put(scene, one, is(one.digest), reference)
  })

  it('what a lock refuses is told before what the condition wants', async (scene) => {
    const [one, other] = [await imageOf(scene, 'one'), await imageOf(scene, 'other')]
    await put(scene, one, absent)
    await scene.lock(a, { kind: 'tag', tag: tag('v1') }, { writeEnabled: false })
    await assert.rejects(put(scene, other, is(other.digest)), { failure: 'locked' })
  })

  it('of many that make a tag at once one does', async (scene) => {
    const images = await Promise.all(Array.from({ length: 10 }, (_, each) => imageOf(scene, `${each}`)))
    const outcomes = await Promise.allSettled(images.map((each) => put(scene, each, absent)))
    assert.equal(succeeded(outcomes), 1)
    const made = images[outcomes.findIndex(({ status }) => status === 'fulfilled')]
    assert.equal(await scene.tagged(a, 'v1'), made?.digest)
  })

  it('of many that move a tag from the same at once one does', async (scene) => {
    const first = await imageOf(scene, 'first')
    await put(scene, first, absent)
    const images = await Promise.all(Array.from({ length: 10 }, (_, each) => imageOf(scene, `${each}`)))
    const outcomes = await Promise.allSettled(images.map((each) => put(scene, each, is(first.digest))))
    assert.equal(succeeded(outcomes), 1)
    const moved = images[outcomes.findIndex(({ status }) => status === 'fulfilled')]
    assert.equal(await scene.tagged(a, 'v1'), moved?.digest)
  })

  it('a tag and a manifest are deleted only as what they are expected to be', async (scene) => {
    const { store, registryId, now } = scene
    const [one, other] = [await imageOf(scene, 'one'), await imageOf(scene, 'other')]
    await put(scene, one, absent)
    const deleteTag = (precondition: Precondition) => store.deleteTag({ registryId, name: a, tag: tag('v1'), precondition, now })
    await assert.rejects(deleteTag(is(other.digest)), refused)
    assert.equal(await scene.tagged(a, 'v1'), one.digest)
    await deleteTag(is(one.digest))
    const deleteManifest = (precondition: Precondition) =>
      store.deleteManifest({ registryId, name: a, digest: one.digest, precondition, now, reliedBefore: now })
    await assert.rejects(deleteManifest(is(other.digest)), refused)
    assert.ok(await scene.manifest(a, one))
    await deleteManifest(is(one.digest))
    assert.equal(await scene.manifest(a, one), undefined)
  })
}
