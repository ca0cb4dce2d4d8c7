import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, makeImage, pushBlob, pushImage, putManifest, someBytes, startUpload, locationOf, tokenFor } from '../../world/content.ts'
import { errorCode, header, json, type Principal, send } from '../../world/send.ts'
import { type Door, openDoor } from '../../world/door.ts'

let server: Door
before(async () => {
  server = await openDoor()
})
after(() => server.stop())

/** What an operator does while the server runs. */
const inside = <Result>(work: (open: Door['open']) => Promise<Result>): Promise<Result> => work(server.open)

type Locks = { writeEnabled?: boolean; deleteEnabled?: boolean }
type Target = { kind: 'repository' } | { kind: 'tag'; tag: string } | { kind: 'manifest'; digest: string }

const lock = (name: string, target: Target, locks: Locks) =>
  inside(({ deps, registry }) =>
    deps.store.changeAttributes({ registryId: registry.id, name: name as never, target: target as never, change: locks }),
  )

test('A7 zot CVE-2026-31801: each tag that is locked against writing refuses a push alike, whatever its name', async () => {
  const tags = ['latest', 'LATEST', 'v1']
  const image = await pushImage(server, 'a7', 'latest')
  for (const tag of tags) await putManifest(server, 'a7', tag, image.manifest)
  for (const tag of tags) await lock('a7', { kind: 'tag', tag }, { writeEnabled: false })
  const other = await pushImage(server, 'a7', 'free')
  for (const reference of [...tags, `${other.digest}?tag=latest`, `${other.digest}?tag=new&tag=v1`]) {
    const answer = await putManifest(server, 'a7', reference, other.manifest)
    assert.deepEqual([answer.status, errorCode(answer)], [405, 'REGISTRY_DISALLOWED_OPERATION'], reference)
  }
  for (const tag of tags) assert.equal(header(await send(server, 'HEAD', `/v2/a7/manifests/${tag}`), 'docker-content-digest'), image.digest)
  assert.equal((await send(server, 'HEAD', '/v2/a7/manifests/new')).status, 404, 'of a refused request nothing is done')
})

test('D12 OCI tag parameters: one locked tag among ten refuses all of them', async () => {
  const image = await pushImage(server, 'd12', 'tag-5')
  await lock('d12', { kind: 'tag', tag: 'tag-5' }, { writeEnabled: false })
  const other = makeImage()
  for (const blob of [other.config, ...other.layers]) await pushBlob(server, 'd12', blob)
  const query = Array.from({ length: 10 }, (_, index) => `tag=tag-${index}`).join('&')
  const answer = await putManifest(server, 'd12', `${other.digest}?${query}`, other.manifest)
  assert.equal(answer.status, 405)
  assert.deepEqual(json<{ tags: string[] }>(await send(server, 'GET', '/v2/d12/tags/list')).tags, ['tag-5'])
  assert.equal((await send(server, 'HEAD', `/v2/d12/manifests/${other.digest}`)).status, 404)
  assert.equal(header(await send(server, 'HEAD', '/v2/d12/manifests/tag-5'), 'docker-content-digest'), image.digest)
})

for (const [what, target, locks] of [
  ['repository', () => ({ kind: 'repository' }), { deleteEnabled: false }],
  ['tag', () => ({ kind: 'tag', tag: 'v1' }), { deleteEnabled: false }],
  ['manifest', (digest: string) => ({ kind: 'manifest', digest }), { deleteEnabled: false }],
  ['repository', () => ({ kind: 'repository' }), { writeEnabled: false }],
  ['manifest', (digest: string) => ({ kind: 'manifest', digest }), { writeEnabled: false }],
] as const)
  test(`A8 distribution CVE-2026-41888: ${what} with ${Object.keys(locks)[0]} false is deleted on no way`, async () => {
    const name = `a8-${what}-${Object.keys(locks)[0]?.toLowerCase()}`
    const image = await pushImage(server, name, 'v1')
    await lock(name, target(image.digest) as Target, locks)
    const references = what === 'manifest' ? [image.digest] : what === 'tag' ? ['v1', image.digest] : ['v1', image.digest]
    for (const reference of references) {
      const answer = await send(server, 'DELETE', `/v2/${name}/manifests/${reference}`)
      assert.deepEqual([answer.status, errorCode(answer)], [405, 'REGISTRY_DISALLOWED_OPERATION'], reference)
    }
    await assert.rejects(
      inside(({ deps, registry }) => deps.store.deleteRepository({ registryId: registry.id, name: name as never, now: Date.now() })),
      /./,
    )
    for (const reference of ['v1', image.digest])
      assert.equal((await send(server, 'GET', `/v2/${name}/manifests/${reference}`)).status, 200)
  })

test('A9 quay 318f2ecdd: a locked tag holds its manifest against a delete by digest and against collection', async () => {
  const image = await pushImage(server, 'a9', 'kept')
  await lock('a9', { kind: 'tag', tag: 'kept' }, { deleteEnabled: false })
  assert.equal((await send(server, 'DELETE', `/v2/a9/manifests/${image.digest}`)).status, 405)
  // Long after every lease has ended.
  await inside(({ deps, registry }) => {
    void registry
    return deps.store.condemn({ now: Date.now() + 400 * 24 * 60 * 60 * 1000, limit: 1000 })
  })
  assert.equal((await send(server, 'GET', '/v2/a9/manifests/kept')).status, 200)
  for (const blob of [image.config, ...image.layers])
    assert.equal((await send(server, 'GET', `/v2/a9/blobs/${digestOf(blob)}`)).status, 200)
})

test('A11 harbor c080060316: a name like that of an inner identity gives nothing', async () => {
  const { password } = server
  for (const user of ['system', 'scanner-1', 'anonymous', 'admin', 'root', '00000000-0000-0000-0000-000000000000', 'admin-1', '', '*']) {
    const answer = await send(server, 'GET', '/v2/', { as: { user, password } })
    assert.equal(answer.status, 401, user)
  }
  // A name of a principal inside a scope is a repository's name and no more.
  const { token } = await tokenFor(server, 'repository:admin-1:pull')
  assert.equal((await send(server, 'GET', '/v2/_catalog', { as: { token } })).status, 401)
})

const operations = (
  repository: string,
  digest: string,
): readonly (readonly [string, string, 'pull' | 'push' | 'delete' | 'metadata_read'])[] => [
  ['GET', `/v2/${repository}/manifests/v1`, 'pull'],
  ['HEAD', `/v2/${repository}/manifests/v1`, 'pull'],
  ['GET', `/v2/${repository}/blobs/${digest}`, 'pull'],
  ['HEAD', `/v2/${repository}/blobs/${digest}`, 'pull'],
  ['GET', `/v2/${repository}/tags/list`, 'metadata_read'],
  ['GET', `/v2/${repository}/referrers/${digest}`, 'pull'],
  ['POST', `/v2/${repository}/blobs/uploads/`, 'push'],
  ['PUT', `/v2/${repository}/manifests/v2`, 'push'],
  ['DELETE', `/v2/${repository}/manifests/none`, 'delete'],
  ['DELETE', `/v2/${repository}/blobs/${digestOf('none')}`, 'delete'],
]

test('A12 artifact-keeper#3261: a narrow token opens its repository and its actions only, as Bearer and as Basic', async () => {
  const image = await pushImage(server, 'a12', 'v1')
  await pushImage(server, 'a12-other', 'v1')
  const blob = await pushBlob(server, 'a12', image.config)
  await pushBlob(server, 'a12-other', image.config)
  for (const actions of [['pull'], ['push'], ['delete'], ['pull', 'push'], ['metadata_read']]) {
    const { token } = await tokenFor(server, `repository:a12:${actions.join(',')}`)
    const ways: Principal[] = [{ token }, { user: '00000000-0000-0000-0000-000000000000', password: token }]
    for (const as of ways)
      for (const repository of ['a12', 'a12-other', 'a12/below'])
        for (const [method, path, action] of operations(repository, blob)) {
          const answer = await send(server, method, path, { as, ...(method === 'PUT' ? { body: 'not a manifest' } : {}) })
          // Who pulls and may list gets both.
          const may = repository === 'a12' && (actions.includes(action) || (action === 'metadata_read' && actions.includes('pull')))
          assert.equal(answer.status === 401, !may, `${actions.join()} ${method} ${path} ${answer.status}`)
        }
  }
})

test('A13 zot 7bb211bc: a pull token writes nothing, a push token reads nothing; the challenge says insufficient_scope', async () => {
  await pushImage(server, 'a13', 'v1')
  const session = locationOf(await startUpload(server, 'a13'))
  const puller = await tokenFor(server, 'repository:a13:pull')
  const bytes = someBytes()
  for (const [method, path] of [
    ['POST', '/v2/a13/blobs/uploads/'],
    ['PATCH', session],
    ['PUT', `${session}?digest=${digestOf(bytes)}`],
    ['GET', session],
    ['DELETE', session],
    ['PUT', '/v2/a13/manifests/v1'],
    ['DELETE', '/v2/a13/manifests/v1'],
    ['DELETE', `/v2/a13/blobs/${digestOf(bytes)}`],
  ] as const) {
    const answer = await send(server, method, path, { as: puller, ...(method === 'GET' ? {} : { body: bytes }) })
    assert.equal(answer.status, 401, `${method} ${path}`)
    assert.match(header(answer, 'www-authenticate'), /,error="insufficient_scope"$/)
  }
  const pusher = await tokenFor(server, 'repository:a13:push')
  const answer = await send(server, 'GET', '/v2/a13/manifests/v1', { as: pusher })
  assert.equal(answer.status, 401)
  assert.match(header(answer, 'www-authenticate'), /scope="repository:a13:pull",error="insufficient_scope"$/)
})

test('A15 harbor 89e1c4baa7: a token from before a repository was deleted is not good for its successor', async () => {
  await pushImage(server, 'a15', 'v1')
  const before = await tokenFor(server, 'repository:a15:pull,push,delete', 'repository:a15-other:pull,push')
  await inside(({ deps, registry }) => deps.store.deleteRepository({ registryId: registry.id, name: 'a15' as never, now: Date.now() }))
  await pushImage(server, 'a15', 'v1')
  for (const [method, path] of [
    ['GET', '/v2/a15/manifests/v1'],
    ['GET', '/v2/a15/tags/list'],
    ['POST', '/v2/a15/blobs/uploads/'],
    ['DELETE', '/v2/a15/manifests/v1'],
  ] as const) {
    const answer = await send(server, method, path, { as: before })
    assert.equal(answer.status, 401, `${method} ${path}`)
    assert.match(header(answer, 'www-authenticate'), /error="invalid_token"$/)
  }
  assert.equal((await send(server, 'POST', '/v2/a15-other/blobs/uploads/', { as: before })).status, 202, 'other repositories are untouched')
  const fresh = await tokenFor(server, 'repository:a15:pull')
  assert.equal((await send(server, 'GET', '/v2/a15/manifests/v1', { as: fresh })).status, 200)
})
