import assert from 'node:assert/strict'
import { keyOf } from '#core/resource-id.ts'
import { assignmentOf, guid, projection, put, putAll, registryId, resourceOf, roleId } from './control-scene.contract.ts'
import { type It, a, b, hour, start, group, subscription } from './metadata-scene.contract.ts'

const key = (id: string) => keyOf(id)
const all = { after: '', limit: 1000 }

/** What a registry and its resource are to one another. */
export function registryResourcesContract(it: It): void {
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

  it('the passwords of an admin user come with what switches it on, and those that are there stay', async ({ store }) => {
    await putAll(store, subscription, group)
    const password = (id: string, slot: 'password' | 'password2') => ({ id, slot, secretHash: id, secretSealed: id, createdAt: start })
    const putRegistry = (adminEnabled: boolean, ...adminPasswords: ReturnType<typeof password>[]) =>
      store.putResource({
        resource: resourceOf(one),
        match: undefined,
        registry: { ...projection('aaaaa', { adminEnabled }), adminPasswords },
      })
    const { registry } = await putRegistry(false, password('p0', 'password'))
    const held = async () => (await store.credentials(registry?.id ?? 0)).map((each) => each.id)
    assert.deepEqual(await held(), [])
    await putRegistry(true, password('p1', 'password'))
    await Promise.all([2, 3, 4].map((each) => putRegistry(true, password(`p${each}`, 'password'), password(`q${each}`, 'password2'))))
    const [first, second, ...more] = await held()
    assert.equal(first, 'p1')
    assert.match(second ?? '', /^q[234]$/)
    assert.deepEqual(more, [])
    const [stored] = await store.credentials(registry?.id ?? 0)
    assert.deepEqual([stored?.principalId, stored?.principalName, stored?.kind], [`admin-${registry?.id}`, 'aaaaa', 'admin'])
    assert.deepEqual([stored?.secretHash, stored?.secretSealed], ['p1', 'p1'], 'with what it was')
  })

  it('a token that is put with a list of passwords keeps those alone, in the same command', async ({ store }) => {
    const token = `${one}/tokens/ci`
    await putAll(store, subscription, group, one, token)
    const registry = await store.registryByKey(key(one))
    const passwords = async () => (await store.credentialsOf(registry?.id ?? 0, key(token))).map((each) => each.slot)
    for (const slot of ['password1', 'password2'] as const)
      await store.putCredential({ ...credentialOf(slot, registry?.id ?? 0, key(token)), kind: 'token', slot })
    const again = (keepPasswords: string[], match: Parameters<typeof put>[2] = undefined) =>
      store.putResource({ resource: resourceOf(token), match, keepPasswords })
    await again(['password1', 'password2'])
    assert.deepEqual(await passwords(), ['password1', 'password2'])
    await assert.rejects(again([], { etag: 'other' }))
    assert.deepEqual(await passwords(), ['password1', 'password2'])
    await again(['password2'])
    assert.deepEqual(await passwords(), ['password2'])
    assert.notEqual(await store.credential('password2'), undefined)
    await again([])
    assert.deepEqual(await passwords(), [])
    assert.equal(await store.credential('password2'), undefined)
  })

  it('a token that is disabled raises the versions of its own passwords: what was given on their ground does not wake again', async ({
    store,
  }) => {
    const tokens = [`${one}/tokens/ci`, `${one}/tokens/other`] as const
    await putAll(store, subscription, group, one, ...tokens)
    const registry = await store.registryByKey(key(one))
    for (const token of tokens) await store.putCredential(credentialOf(token, registry?.id ?? 0, key(token)))
    const versions = () => Promise.all(tokens.map(async (token) => (await store.credential(token))?.version))
    const change = (status: string) => put(store, resourceOf(tokens[0], { body: { properties: { status } } }))
    await change('enabled')
    assert.deepEqual(await versions(), [1, 1])
    await change('disabled')
    assert.deepEqual(await versions(), [2, 1])
    await change('enabled')
    assert.deepEqual(await versions(), [2, 1])
  })

  it('a registry that is put again keeps its content', async (scene) => {
    const { store } = scene
    await scene.pushImage(a, 'x', 'v1')
    await putAll(store, subscription, group)
    const { registry } = await put(store, resourceOf(registryId('first')))
    assert.equal(registry?.id, scene.registryId)
    assert.deepEqual(await store.tags(registry?.id ?? 0, a, all), ['v1'])
  })

  it('a password that is made, or made anew, is so at the next read', async (scene) => {
    const { store } = scene
    await putAll(store, subscription, group)
    await put(store, resourceOf(registryId('first')))
    const made = credentialOf('c1', scene.registryId, `admin-${scene.registryId}`)
    const told = async () => {
      const [one, all] = [await store.credential('c1'), await store.credentials(scene.registryId)]
      return [one?.secretHash, one?.version, all.length]
    }
    assert.deepEqual(await told(), [undefined, undefined, 0])
    await store.putCredential(made)
    assert.deepEqual(await told(), [made.secretHash, 1, 1])
    await store.putCredential({ ...made, secretHash: 'f'.repeat(64) })
    assert.deepEqual(await told(), ['f'.repeat(64), 2, 1])
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
    // With as many of the upload's as it held a place for.
    assert.deepEqual({ ...(await scene.usage()) }, { used: 0, unreferenced: 0, pending: 0, reserved: 0, condemned: 31, limit: null })
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
