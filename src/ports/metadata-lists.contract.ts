import assert from 'node:assert/strict'
import { type It, a, b, image, name, putRegistry } from './metadata-scene.contract.ts'

const byBytes = (texts: readonly string[]): string[] =>
  [...texts].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))

async function pages<Row>(
  limit: number,
  read: (page: { after: string; limit: number }) => Promise<Row[]>,
  keyOf: (row: Row) => string,
): Promise<Row[]> {
  const all: Row[] = []
  for (let after = ''; ; ) {
    const page = await read({ after, limit })
    assert.ok(page.length <= limit)
    all.push(...page)
    const last = page.at(-1)
    if (last === undefined) return all
    after = keyOf(last)
  }
}

/** Lists, registries, credentials and keys. */
export function listsContract(it: It): void {
  it('tags come in the order of their bytes, whatever the page, each once', async (scene) => {
    const tags = ['v1', 'V1', 'a', 'B', '_x', '0', '10', '9', 'v1.0', 'v1-0', 'v10', 'latest', 'LATEST', 'z'.repeat(128)]
    await scene.pushImage(a, 'x', ...tags)
    for (const limit of [1, 2, 3, 5, 100]) {
      const found = await pages(limit, async (page) => (await scene.store.tags(scene.registryId, a, page)) ?? [], String)
      assert.deepEqual(found, byBytes(tags), `pages of ${limit}`)
    }
    assert.deepEqual(
      await scene.store.tags(scene.registryId, a, { after: 'between', limit: 2 }),
      byBytes(tags)
        .filter((each) => each > 'between')
        .slice(0, 2),
    )
    assert.deepEqual(await scene.store.tags(scene.registryId, a, { after: '', limit: 0 }), [])
  })

  it('the catalog has the repositories that have a manifest, in the order of their bytes', async (scene) => {
    const names = ['b', 'a', 'a/b', 'a-b', 'a.b', 'a0', 'ab', 'a__b', 'z/y/x'].map(name)
    for (const each of names) await scene.pushImage(each, 'x')
    await scene.push(name('hidden'), 'x')
    for (const limit of [1, 2, 4, 100])
      assert.deepEqual(await pages(limit, (page) => scene.store.repositories(scene.registryId, page), String), byBytes(names))
  })

  it('a repository is hidden again when its last manifest goes, and its pushes go on', async (scene) => {
    const pushed = await scene.pushImage(a, 'x', 'v1')
    const { uploadId } = await scene.startUpload(a)
    await scene.deleteManifest(a, pushed)
    assert.deepEqual(await scene.repositories(), [])
    assert.equal(await scene.tags(a), undefined)
    assert.ok(await scene.store.upload(scene.registryId, a, uploadId))
    await scene.put(a, pushed)
    assert.deepEqual(await scene.tags(a), [])
    assert.deepEqual(await scene.repositories(), ['a'])
  })

  it('a repository keeps its manifests without a tag, and lists none', async (scene) => {
    await scene.pushImage(a, 'x', 'v1')
    await scene.deleteTag(a, 'v1')
    assert.deepEqual(await scene.tags(a), [])
    assert.equal(await scene.tags(b), undefined)
  })

  it('A19 referrers come in the order of their digests, by type, of one repository, whether the subject is there or not', async (scene) => {
    const pushed = await scene.pushImage(a, 'x')
    await scene.push(b, '{}')
    const config = await scene.push(a, '{}')
    const made = Array.from({ length: 7 }, (_, each) =>
      image({ config, subject: pushed, artifactType: each % 2 ? 'a/odd' : 'a/even', annotations: { each: String(each) } }),
    )
    for (const each of made) await scene.put(a, each)
    await scene.put(b, image({ config, subject: pushed, annotations: { in: 'b' } }))
    const all = byBytes(made.map((each) => each.digest))
    const list = (limit: number, artifactType?: string) =>
      pages(
        limit,
        async (page) => (await scene.store.referrers(scene.registryId, a, pushed.digest, { ...page, artifactType, bytes: 1000 })).items,
        (row) => row.digest,
      )
    for (const limit of [1, 3, 100]) {
      assert.deepEqual(
        (await list(limit)).map((row) => row.digest),
        all,
      )
      assert.deepEqual(
        (await list(limit, 'a/odd')).map((row) => row.digest),
        byBytes(made.filter((_, each) => each % 2).map((each) => each.digest)),
      )
    }
    assert.deepEqual(await list(10, 'a/none'), [])
    const [row] = await list(1)
    const source = made.find((each) => each.digest === row?.digest)
    assert.deepEqual(
      [row?.mediaType, row?.size, row?.artifactType],
      [source?.manifest.mediaType, source?.bytes.length, source?.manifest.artifactType],
    )
    assert.deepEqual(JSON.parse(row?.annotations ?? ''), source?.manifest.annotations)
    await scene.deleteManifest(a, made[0] ?? pushed)
    assert.equal((await list(10)).length, 6)
    const inB = await scene.store.referrers(scene.registryId, b, pushed.digest, { after: '', limit: 10, bytes: 1000 })
    assert.deepEqual([inB.items.length, inB.more], [1, false])
  })

  it('counts tell what is visible', async (scene) => {
    await scene.pushImage(a, 'x', 'v1', 'v2')
    await scene.pushImage(b, 'x', 'v1')
    await scene.startUpload(name('hidden'))
    assert.deepEqual({ ...(await scene.store.counts(scene.registryId)) }, { repositories: 2, manifests: 2, tags: 3, blobs: 2, uploads: 1 })
    await scene.deleteRepository(a)
    const { repositories, manifests, tags } = await scene.store.counts(scene.registryId)
    assert.deepEqual([repositories, manifests, tags], [1, 1, 1])
  })

  it('registries do not see each other', async (scene) => {
    const other = await putRegistry(scene.store, 'second', { limit: 7, adminEnabled: true, rateLimits: 'tier' })
    const pushed = await scene.pushImage(a, 'x', 'v1')
    assert.deepEqual((await scene.store.registries()).map((each) => each.name).sort(), ['first', 'second'])
    assert.deepEqual([other.adminEnabled, other.anonymousPull, other.rateLimits, other.seq], [true, false, 'tier', 0])
    assert.equal(await scene.store.manifestByDigest(other.id, a, pushed.digest), undefined)
    assert.equal(await scene.store.blob(other.id, a, pushed.layer.digest), undefined)
    assert.deepEqual(await scene.store.repositories(other.id, { after: '', limit: 10 }), [])
    assert.deepEqual(await scene.store.repositoriesWithBlob(other.id, pushed.layer.digest, 10), [])
    assert.deepEqual(
      { ...(await scene.store.usage(other.id)) },
      { used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 0, limit: 7 },
    )
    const mount = { registryId: other.id, name: b, from: a, digest: pushed.layer.digest, now: scene.now, leaseUntil: scene.now }
    assert.equal(await scene.store.mountBlob(mount), false)
  })

  it('a registry changes in what it is told to, and in nothing else', async (scene) => {
    const read = async () => await scene.store.registry('first')
    await scene.change({ anonymousPull: true })
    assert.deepEqual([(await read())?.anonymousPull, (await read())?.adminEnabled], [true, false])
    await scene.change({ adminEnabled: true, rateLimits: 'tier', limit: 5 })
    assert.deepEqual([(await read())?.anonymousPull, (await read())?.adminEnabled, (await read())?.rateLimits], [true, true, 'tier'])
    assert.equal((await scene.usage()).limit, 5)
    await scene.change({ anonymousPull: false, limit: null })
    assert.deepEqual([(await read())?.anonymousPull, (await read())?.adminEnabled, (await scene.usage()).limit], [false, true, null])
    assert.equal(await scene.store.registry('absent'), undefined)
  })

  it('a credential is put in its slot; a new one there raises its version and replaces its secret', async (scene) => {
    const { registryId } = scene
    const credential = (slot: 'password' | 'password2', secretHash: string) => ({
      id: `${slot}-id`,
      registryId,
      principalId: 'admin',
      principalName: 'first',
      kind: 'admin' as const,
      slot,
      secretHash,
      secretSealed: `sealed ${secretHash}`,
      createdAt: 1,
      expiresAt: null,
    })
    assert.deepEqual(await scene.store.putCredential(credential('password', '1')), { version: 1 })
    assert.deepEqual(await scene.store.putCredential(credential('password2', '2')), { version: 1 })
    assert.deepEqual(await scene.store.putCredential(credential('password', '3')), { version: 2 })
    const found = await scene.store.credentials(registryId)
    assert.deepEqual(
      found.map(({ slot, secretHash, secretSealed, version }) => [slot, secretHash, secretSealed, version]),
      [
        ['password', '3', 'sealed 3', 2],
        ['password2', '2', 'sealed 2', 1],
      ],
    )
    assert.deepEqual(await scene.store.credentials(registryId + 1000), [])
  })

  it('a new signing key ends the signing of the others; what verifies no more is dropped; a revocation drops all', async (scene) => {
    const { registryId } = scene
    const key = (kid: string, createdAt: number) => ({
      kid,
      registryId,
      algorithm: 'ES256' as const,
      publicJwk: '{}',
      privateSealed: 'x',
      createdAt,
      signUntil: createdAt + 100,
      verifyUntil: createdAt + 200,
    })
    const read = async () =>
      (await scene.store.signingKeys(registryId)).map(({ kid, signUntil, verifyUntil }) => [kid, signUntil, verifyUntil])
    await scene.store.putSigningKey({ key: key('k1', 0), revokeOthers: false, now: 0 })
    await scene.store.putSigningKey({ key: key('k2', 50), revokeOthers: false, now: 50 })
    assert.deepEqual(await read(), [
      ['k1', 50, 200],
      ['k2', 150, 250],
    ])
    await scene.store.putSigningKey({ key: key('k3', 220), revokeOthers: false, now: 220 })
    assert.deepEqual(await read(), [
      ['k2', 150, 250],
      ['k3', 320, 420],
    ])
    await scene.store.putSigningKey({ key: key('k4', 230), revokeOthers: true, now: 230 })
    assert.deepEqual(await read(), [['k4', 330, 430]])
  })

  it('bodies are read once for each registry, whoever names them, in pages that follow one another', async (scene) => {
    const { store } = scene
    const put = [await scene.pushImage(a, 'one'), await scene.pushImage(a, 'two'), await scene.pushImage(a, 'three')]
    await scene.pushImage(b, 'one')
    const first = await store.manifestBodies({ after: { registryId: 0, digest: '' }, limit: 2 })
    const last = first.at(-1)
    assert.ok(last)
    const rest = await store.manifestBodies({ after: { registryId: last.registryId, digest: last.digest }, limit: 10 })
    const bodies = [...first, ...rest].map((each) => [each.registryId, each.digest, Buffer.from(each.bytes ?? []).toString()])
    const wanted = put.map((each) => [scene.registryId, each.digest, Buffer.from(each.bytes).toString()])
    assert.deepEqual(
      bodies,
      wanted.toSorted(([, one = ''], [, other = '']) => (one < other ? -1 : 1)),
    )
  })
}
