import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { AuthorizationWorld } from '../model/authorization-world.ts'
import { digestOf, makeImage, mediaTypes } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { header, json, type Principal, send } from '../world/send.ts'
import { type Dance, dances } from './token-dances.ts'

const name = 'contoso'
const repository = 'team/app'
const list = `/v2/${repository}/tags/list`
const manifest = `/v2/${repository}/manifests/v1`
const mapActions = ['content/read', 'content/write', 'content/delete', 'metadata/read', 'metadata/write'] as const

let door: Door
let world: AuthorizationWorld
let host: string
const who: Record<string, Principal> = {}

before(async () => {
  door = await openDoor()
  const { deps } = door.open
  world = await AuthorizationWorld.open(deps.store, name, deps.clock.now())
  host = `${name}.longshore.localhost:${door.address.port}`
  who.admin = await adminUser()
  await push(who.admin)
  for (const role of ['AcrPull', 'Reader', 'AcrDelete'] as const) {
    const { object, secret } = await world.principal('servicePrincipal', role, 'registry', 'itself')
    who[role] = { user: object.appId ?? '', password: secret }
  }
  for (const [index, rights] of [...mapActions.map((each) => [each]), ['content/read', 'metadata/read']].entries()) {
    const [token, map] = [`robot${index}`, `${world.registryId}/scopeMaps/robots${index}`]
    await world.put(map, { actions: rights.map((right) => `repositories/${repository}/${right}`) })
    await world.put(`${world.registryId}/tokens/${token}`, { scopeMapId: map, status: 'enabled' })
    who[rights.join(' and ')] = { user: token, password: await world.tokenPassword(token) }
  }
})
after(() => door.stop())

async function adminUser(): Promise<Principal> {
  const { deps } = door.open
  for (const slot of ['password', 'password2'] as const) await renewCredential(deps, await world.registry(), slot)
  const { username, passwords } = await showCredentials(deps, await world.registry())
  return { user: username, password: passwords[0]?.value ?? '' }
}

async function push(as: Principal): Promise<void> {
  const image = makeImage()
  const ask = (method: string, path: string, body: Uint8Array, type: string) =>
    send(door, method, `/v2/${repository}/${path}`, { as, body, headers: { host, 'content-type': type } })
  for (const bytes of [image.config, ...image.layers])
    assert.equal((await ask('POST', `blobs/uploads/?digest=${digestOf(bytes)}`, bytes, 'application/octet-stream')).status, 201)
  assert.equal((await ask('PUT', 'manifests/v1', image.manifest, mediaTypes.image)).status, 201)
}

/** Whether each client lists tags, and whether it reads a manifest. */
const yes = { docker: 200, skopeo: 200, crane: 200, regctl: 200 }
const no = { docker: 401, skopeo: 401, crane: 401, regctl: 401 }
const expected: Readonly<Record<string, { lists: Readonly<Record<Dance, number>>; reads: Readonly<Record<Dance, number>> }>> = {
  admin: { lists: yes, reads: yes },
  AcrPull: { lists: yes, reads: yes },
  Reader: { lists: yes, reads: yes },
  AcrDelete: { lists: no, reads: no },
  'content/read': { lists: no, reads: yes },
  'content/write': { lists: no, reads: no },
  'content/delete': { lists: no, reads: no },
  // Of docker's pull only the list is left.
  'metadata/read': { lists: yes, reads: no },
  'metadata/write': { lists: no, reads: no },
  'content/read and metadata/read': { lists: yes, reads: yes },
}

for (const [principal, { lists, reads }] of Object.entries(expected))
  test(`${principal}: which client lists tags, which reads a manifest`, async () => {
    const dancer = { target: door, host, as: who[principal] ?? 'nobody' }
    for (const [client, dance] of Object.entries(dances) as [Dance, (typeof dances)[Dance]][]) {
      assert.equal((await dance(dancer, repository, list)).status, lists[client], `${client} lists`)
      assert.equal((await dance(dancer, repository, manifest)).status, reads[client], `${client} reads`)
    }
  })

test('anonymous pull lists and reads, whichever way its client comes', async () => {
  await world.putRegistry(world.registryId, { anonymousPull: true })
  const dancer = { target: door, host, as: 'nobody' as const }
  for (const [client, dance] of Object.entries(dances)) {
    assert.equal((await dance(dancer, repository, list)).status, 200, client)
    assert.equal((await dance(dancer, repository, manifest)).status, 200, client)
  }
  await world.putRegistry(world.registryId, { anonymousPull: false })
})

test('both dialects of a list ask for the same right, by the password itself as by a token', async () => {
  for (const [principal, { lists }] of Object.entries(expected))
    for (const path of [list, `/acr/v1/${repository}/_tags`, `/acr/v1/${repository}/_manifests`])
      assert.equal(
        (await send(door, 'GET', path, { as: who[principal] ?? 'nobody', headers: { host } })).status,
        lists.regctl,
        `${principal} ${path}`,
      )
})

test('a good token that does not suffice is told so, with the scope that would', async () => {
  const ask = (path: string, as: Principal) => send(door, 'GET', path, { as, headers: { host } })
  const query = `service=${host}&scope=repository:${repository}:delete`
  const { access_token: token } = json<{ access_token: string }>(await ask(`/oauth2/token?${query}`, who.admin as Principal))
  const realm = `Bearer realm="http://${host}/oauth2/token",service="${host}"`
  for (const [path, action] of [
    [list, 'metadata_read'],
    [manifest, 'pull'],
    [`/acr/v1/${repository}/_tags`, 'metadata_read'],
  ] as const)
    assert.equal(
      header(await ask(path, { token }), 'www-authenticate'),
      `${realm},scope="repository:${repository}:${action}",error="insufficient_scope"`,
    )
  assert.match(header(await ask(list, { token: `${token}x` }), 'www-authenticate'), /,error="invalid_token"$/)
  assert.equal(
    header(await ask(list, 'nobody'), 'www-authenticate'),
    `${realm},scope="repository:${repository}:metadata_read"`,
    'nothing was presented',
  )
})
