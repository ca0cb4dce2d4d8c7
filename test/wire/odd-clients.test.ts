// What clients do that other registries were told of: each names what it comes from.
import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { claimsOf, makeImage, pushImage } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { errorCode, header, json, type Principal, send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor()
  await pushImage(door, 'team/app', 'v1')
})
after(() => door.stop())

const ask = (scopes: readonly string[], as: Principal = 'admin') => {
  const query = new URLSearchParams([['service', door.loginServer], ...scopes.map((scope): [string, string] => ['scope', scope])])
  return send(door, 'GET', `/oauth2/token?${query}`, { as, headers: { host: door.loginServer } })
}
const tokenOf = async (scopes: readonly string[]) => json<{ access_token: string }>(await ask(scopes)).access_token
const withToken = (token: string) => ({ as: { token }, headers: { host: door.loginServer } })

test('docker plugin push asks for the scope of a class, which is a repository like the others', async () => {
  const token = await tokenOf(['repository(plugin):plugins/sshfs:push,pull'])
  assert.deepEqual(claimsOf(token).access, [{ type: 'repository', name: 'plugins/sshfs', actions: ['push', 'pull', 'metadata_read'] }])
  assert.equal((await send(door, 'POST', '/v2/plugins/sshfs/blobs/uploads/', withToken(token))).status, 202)
  assert.equal((await send(door, 'POST', '/v2/team/app/blobs/uploads/', withToken(token))).status, 401)
})

test('a token that is given is taken, however many scopes it is for; one that no request could bring is refused', async () => {
  const scopes = (count: number, length: number) =>
    Array.from({ length: count }, (_, at) => `repository:${`${at}-${'n'.repeat(length)}`.slice(0, length)}:pull,push`)
  for (const asked of [scopes(1, 200), scopes(50, 60), scopes(64, 60), scopes(64, 20)]) {
    const token = await tokenOf(asked)
    assert.equal((await send(door, 'GET', '/v2/', withToken(token))).status, 200, `${token.length} characters`)
  }
  const refused = await ask(scopes(60, 200).slice(0, 32).concat(scopes(32, 90)))
  assert.equal(refused.status, 400, refused.body.toString().slice(0, 200))
  assert.match(refused.body.toString(), /ask for fewer scopes at once/)
})

test('clients measure the life of a token by their own clock, since they are not told ours', async () => {
  const answer = json<Record<string, unknown>>(await ask(['repository:team/app:pull']))
  assert.deepEqual([answer.expires_in, answer.issued_at], [4500, undefined])
})

test('an empty name with an empty password is nobody, and no wrong password', async () => {
  const nobody = { user: '', password: '' }
  const path = '/v2/team/app/manifests/v1'
  for (let tries = 0; tries < 30; tries++) {
    const answer = await send(door, 'GET', path, { as: nobody })
    assert.equal(answer.status, 401)
    assert.doesNotMatch(header(answer, 'www-authenticate'), /error=/)
  }
  await putRegistry(door.open.deps.store, 'local', { anonymousPull: true })
  try {
    assert.equal((await send(door, 'GET', path, { as: nobody })).status, 200)
    const token = json<{ access_token: string }>(await ask(['repository:team/app:pull,push'], nobody)).access_token
    assert.deepEqual(
      (claimsOf(token).access as { actions: string[] }[]).map(({ actions }) => actions),
      [['pull', 'metadata_read']],
    )
    assert.equal((await ask(['repository:team/app:pull'], { user: '', password: 'x' })).status, 401)
  } finally {
    await putRegistry(door.open.deps.store, 'local', { anonymousPull: false })
  }
})

test('a chunk out of order is told where the upload goes on, as the Docker specification has it', async () => {
  const { layers } = makeImage()
  const bytes = layers[0] as Buffer
  const started = await send(door, 'POST', '/v2/team/app/blobs/uploads/')
  const chunk = (url: string, from: number, to: number) =>
    send(door, 'PATCH', url, { body: bytes.subarray(from, to), headers: { 'content-range': `${from}-${to - 1}` } })
  assert.equal((await chunk(header(started, 'location'), 0, 10)).status, 202)
  const refused = await chunk(header(started, 'location'), 20, 30)
  assert.deepEqual([refused.status, errorCode(refused), header(refused, 'range')], [416, 'BLOB_UPLOAD_INVALID', '0-9'])
  assert.equal(header(refused, 'docker-upload-uuid'), header(started, 'docker-upload-uuid'))
  assert.match(header(refused, 'location'), /\?offset=10$/)
  const rest = await send(door, 'PATCH', header(refused, 'location'), { body: bytes.subarray(10) })
  assert.deepEqual([rest.status, header(rest, 'range')], [202, `0-${bytes.length - 1}`])
})

test('what a list is asked with and left empty says nothing; more than a page is a page', async () => {
  for (const [path, key] of [
    ['/v2/_catalog', 'repositories'],
    ['/v2/team/app/tags/list', 'tags'],
    ['/acr/v1/_catalog', 'repositories'],
    ['/acr/v1/team/app/_tags', 'tags'],
  ] as const)
    for (const query of ['', '?n=', '?n=&last=', '?n=100000']) {
      const answer = await send(door, 'GET', path + query)
      assert.deepEqual([answer.status, json<Record<string, unknown[]>>(answer)[key]?.length], [200, 1], path + query)
    }
})
