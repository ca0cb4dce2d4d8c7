import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { RepositoryName } from '#core/reference.ts'
import { digestOf, locationOf, makeImage, pushBlob, pushImage, putManifest, someBytes, startUpload, tokenFor } from '../../world/content.ts'
import { type Answer, errorCode, header, type Principal, send } from '../../world/send.ts'
import { type Door, openDoor } from '../../world/door.ts'

// `a` and `b` are two repositories; alice holds a, bob holds b, D lies in b only.
let server: Door
let alice: Principal
let bob: Principal
let secret: Buffer
let digest: string

before(async () => {
  server = await openDoor()
  alice = await tokenFor(server, 'repository:a:pull,push,delete')
  bob = await tokenFor(server, 'repository:b:pull,push,delete')
  secret = someBytes(500)
  digest = await pushBlob(server, 'b', secret, bob)
  await pushImage(server, 'b', 'latest', makeImage(), bob)
  await pushImage(server, 'a', 'latest', makeImage(), alice)
})
after(() => server.stop())

/** What an operator does while the server runs. */
const inside = <Result>(work: (open: Door['open']) => Promise<Result>): Promise<Result> => work(server.open)

/** What a client can tell two answers apart by; the id of a request and of a session are of no repository. */
function visible(answer: Answer, ...names: string[]): unknown {
  const { 'x-ms-correlation-request-id': _, date: __, ...headers } = answer.headers
  const hide = (text: string) =>
    names.reduce((rest, name) => rest.replaceAll(name, '…'), text).replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '<id>')
  return { status: answer.status, headers: JSON.parse(hide(JSON.stringify(headers))) as object, body: hide(answer.body.toString()) }
}

test('A1 zot CVE-2024-39897: a blob that only another repository links is not there', async () => {
  for (const method of ['HEAD', 'GET']) {
    const answer = await send(server, method, `/v2/a/blobs/${digest}`, { as: alice })
    assert.equal(answer.status, 404)
    if (method === 'GET') assert.equal(errorCode(answer), 'BLOB_UNKNOWN')
  }
  const mount = await send(server, 'POST', `/v2/a/blobs/uploads/?mount=${digest}`, { as: alice })
  assert.notEqual(mount.status, 201)
  assert.equal((await send(server, 'HEAD', `/v2/a/blobs/${digest}`, { as: alice })).status, 404)
})

test('A2 distribution CVE-2026-35172: a deleted link stays dead although another repository still serves the bytes', async () => {
  const bytes = someBytes()
  const shared = await pushBlob(server, 'a', bytes, alice)
  await pushBlob(server, 'b', bytes, bob)
  assert.equal((await send(server, 'DELETE', `/v2/a/blobs/${shared}`, { as: alice })).status, 202)
  for (let i = 0; i < 100; i++) {
    if (i % 10 === 0) assert.equal((await send(server, 'GET', `/v2/b/blobs/${shared}`, { as: bob })).status, 200)
    assert.equal((await send(server, 'GET', `/v2/a/blobs/${shared}`, { as: alice })).status, 404)
  }
})

test('A3 pulp_container#1286: a mount from a repository without pull links nothing and tells nothing', async () => {
  const absent = digestOf(someBytes())
  // A token that was got with another one can never have more: no use to ask it to.
  const answerOf = async (as: Principal, wanted: string, query: string) => {
    const answer = await send(server, 'POST', `/v2/a/blobs/uploads/?mount=${wanted}${query}`, { as })
    return visible(answer, wanted)
  }
  const final = (await narrowed('repository:a:pull,push')) as Principal
  for (const as of [alice, final])
    for (const query of ['&from=b', '']) {
      const there = await answerOf(as, digest, query)
      assert.deepEqual(there, await answerOf(as, absent, query), 'present and absent look the same')
      if (as === final) assert.equal((there as { status: number }).status, 202)
    }
  assert.equal((await send(server, 'HEAD', `/v2/a/blobs/${digest}`, { as: alice })).status, 404)
})

/** A token got with alice's own token: it cannot be asked to be more. */
async function narrowed(scope: string): Promise<Principal> {
  const { token } = alice as { token: string }
  const query = new URLSearchParams({ service: server.loginServer, scope })
  const answer = await send(server, 'GET', `/oauth2/token?${query}`, {
    as: { user: '00000000-0000-0000-0000-000000000000', password: token },
  })
  assert.equal(answer.status, 200)
  return { token: (JSON.parse(answer.body.toString()) as { access_token: string }).access_token }
}

test('A4 harbor 8b8223313b: a token from before the source was deleted and made again mounts nothing from it', async () => {
  const both = await tokenFor(server, 'repository:a4:pull,push', 'repository:a4-source:pull')
  const bytes = someBytes()
  await pushImage(server, 'a4-source', 'one')
  await inside(({ deps, registry }) =>
    deps.store.deleteRepository({ registryId: registry.id, name: 'a4-source' as never, now: Date.now() }),
  )
  const again = await pushBlob(server, 'a4-source', bytes)
  await pushImage(server, 'a4-source', 'two')
  const mount = await send(server, 'POST', `/v2/a4/blobs/uploads/?mount=${again}&from=a4-source`, { as: both })
  assert.ok([202, 401].includes(mount.status), String(mount.status))
  assert.equal((await send(server, 'HEAD', `/v2/a4/blobs/${again}`)).status, 404)
})

test('A5 Quay CVE-2026-32589: an upload session answers only in its repository and to its principal', async () => {
  const bytes = someBytes(300)
  const wanted = digestOf(bytes)
  const session = await startUpload(server, 'a', { as: alice })
  const own = locationOf(session)
  assert.equal((await send(server, 'PATCH', own, { body: bytes.subarray(0, 100), as: alice })).status, 202)
  const elsewhere = own.replace('/v2/a/', '/v2/b/')
  for (const [as, path] of [
    [bob, elsewhere],
    [alice, elsewhere],
    [bob, own],
    [{ token: (await tokenFor(server, 'repository:b:pull,push,delete', 'repository:c:*')).token }, elsewhere],
  ] as const)
    for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
      const answer = await send(server, method, method === 'PUT' ? `${path}?digest=${wanted}` : path, {
        as,
        ...(method === 'PATCH' ? { body: 'intruder' } : {}),
      })
      assert.ok([401, 404].includes(answer.status), `${method} ${path}: ${answer.status}`)
      assert.ok(['UNAUTHORIZED', 'BLOB_UPLOAD_UNKNOWN'].includes(errorCode(answer)))
    }
  const finished = await send(server, 'PUT', `${own}?digest=${wanted}`, { body: bytes.subarray(100), as: alice })
  assert.equal(finished.status, 201, 'alice ends her upload as if nobody had been there')
})

test('A5 a second principal who may push the repository does not get at the session', async () => {
  // Only the admin user is somebody yet, so the other principal's session is laid down in the store.
  const uploadId = randomUUID()
  const objectId = randomUUID()
  const now = Date.now()
  await inside(({ deps, registry }) =>
    deps.store.startUpload({
      registryId: registry.id,
      name: 'a' as RepositoryName,
      uploadId,
      objectId,
      storageKey: `${objectId.slice(0, 2)}/${objectId}`,
      backend: 'files',
      principalId: 'somebody-else',
      algorithm: 'sha256',
      reserve: 0,
      now,
      expiresAt: now + 60_000,
    }),
  )
  for (const [method, query, body] of [
    ['GET', '', undefined],
    ['PATCH', '', 'intruder'],
    ['PUT', `?digest=${digestOf('intruder')}`, 'intruder'],
    ['DELETE', '', undefined],
  ] as const) {
    const answer = await send(server, method, `/v2/a/blobs/uploads/${uploadId}${query}`, { as: alice, ...(body ? { body } : {}) })
    assert.deepEqual([answer.status, errorCode(answer)], [404, 'BLOB_UPLOAD_UNKNOWN'], method)
  }
  const session = await inside(({ deps, registry }) => deps.store.upload(registry.id, 'a' as RepositoryName, uploadId))
  assert.deepEqual([session?.state, session?.size], ['open', 0], 'untouched')
})

test('A6 Quay CVE-2026-32590: nothing of an upload is read from the client: state in the URL is ignored', async () => {
  const bytes = someBytes()
  const session = await startUpload(server, 'a', { as: alice })
  for (const state of ['gASVJAAAAAAAAACMBXBvc2l4', '{"offset":999}', '%00%ff', 'x'.repeat(4000)]) {
    const query = `_state=${encodeURIComponent(state)}&_nouploadcache=false&offset=7`
    const status = await send(server, 'GET', locationOf(session, query), { as: alice })
    assert.equal(status.status, 204)
    assert.equal(header(status, 'range'), '0-0')
  }
  const put = await send(server, 'PUT', locationOf(session, `digest=${digestOf(bytes)}&_state=999`), { as: alice, body: bytes })
  assert.equal(put.status, 201)
})

test('A18 Gitea CVE-2026-28740: a manifest does not link a blob by naming its digest', async () => {
  server.open.deps.settings.sparse = 'off'
  const image = makeImage()
  await pushBlob(server, 'a', image.config, alice)
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: secret.length }
  const body = { ...(JSON.parse(image.manifest.toString()) as object), layers: [layer] }
  const answer = await putManifest(server, 'a', 'stolen', body, { as: alice })
  assert.deepEqual([answer.status, errorCode(answer)], [400, 'MANIFEST_BLOB_UNKNOWN'])
  assert.equal((await send(server, 'GET', `/v2/a/blobs/${digest}`, { as: alice })).status, 404)
  server.open.deps.settings.sparse = 'all'
  const sparse = await putManifest(server, 'a', 'stolen', body, { as: alice })
  assert.equal(sparse.status, 201, 'with sparse on the manifest is stored')
  assert.equal((await send(server, 'GET', `/v2/a/blobs/${digest}`, { as: alice })).status, 404, '… and still links nothing')
})

test('A19 artifact-keeper#3321: referrers of a foreign repository look like those of none, and HEAD is guarded as GET', async () => {
  const subject = await pushImage(server, 'b', 'subject', makeImage(), bob)
  await pushImage(server, 'b', 'signature', makeImage({ subject: subject.descriptor }), bob)
  const path = (repository: string) => `/v2/${repository}/referrers/${subject.digest}`
  const foreign = await send(server, 'GET', path('b'), { as: alice })
  // Of the same length, so that nothing but the name differs.
  const missing = await send(server, 'GET', path('q'), { as: alice })
  assert.equal(foreign.status, 401)
  assert.deepEqual(visible(foreign, 'repository:b:', '"b"'), visible(missing, 'repository:q:', '"q"'))
  const own = await send(server, 'GET', path('a'), { as: alice })
  assert.deepEqual((JSON.parse(own.body.toString()) as { manifests: unknown[] }).manifests, [], 'only subjects of the same repository')
  for (const each of [`/v2/b/blobs/${digest}`, '/v2/b/manifests/latest', `/v2/b/manifests/${subject.digest}`]) {
    const [got, head] = [await send(server, 'GET', each, { as: alice }), await send(server, 'HEAD', each, { as: alice })]
    assert.deepEqual([got.status, head.status], [401, 401])
    assert.equal(header(head, 'www-authenticate'), header(got, 'www-authenticate'))
  }
})
