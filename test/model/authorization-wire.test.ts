import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Agent, createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { issueDirectoryToken } from '#app/identity/directory-tokens.ts'
import { tokenUser } from '#app/tokens/authenticate.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { Exchange } from '#http/exchange.ts'
import { serve } from '#http/surface.ts'
import type { ArmDeps } from '#surfaces/arm/context.ts'
import { arm as armSurface } from '#surfaces/arm/surface.ts'
import { digestOf, makeImage } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { type Answer, json, type Principal as As, send, type Target } from '../world/send.ts'
import {
  adminMay,
  adminStates,
  type Deed,
  holdsRole,
  isThere,
  nobodyMay,
  principalMay,
  principalMayArm,
  type Repository,
  roleNames,
  roles,
  tokenMay,
  tokenStates,
} from './authorization-model.ts'
import { armRequests, type ContentRequest, contentRequests, everyArmDeed, image } from './authorization-requests.ts'
import { AuthorizationWorld } from './authorization-world.ts'
import { Tally } from './tally.ts'
import { credentialOf } from '../world/people.ts'

const name = 'contoso'
const control = 'https://control.example'
const version = 'api-version=2025-11-01'

let door: Door
let world: AuthorizationWorld
let deps: ArmDeps
let arm: Target
let armServer: Server
let requests: readonly ContentRequest[]
/** Holds everything. */
let owner: string

before(async () => {
  door = await openDoor({ proxies: ['127.0.0.1'] })
  deps = { ...door.open.deps, origins: { control, domain: 'longshore.localhost', firstRegistry: 'local', own: [control] } }
  world = await AuthorizationWorld.open(deps.store, name, deps.clock.now())
  armServer = createServer((request, response) => {
    const origin = { correlationId: randomUUID(), host: 'control.example', scheme: 'https', address: '127.0.0.1' } as const
    void serve(armSurface, deps, new Exchange(request, response, origin))
  })
  await new Promise<void>((resolve) => armServer.listen(0, '127.0.0.1', resolve))
  arm = {
    address: { host: '127.0.0.1', port: (armServer.address() as AddressInfo).port },
    user: '',
    password: '',
    agent: new Agent({ keepAlive: true }),
  }

  owner = await directoryToken((await world.principal('user', 'Owner', 'tenant', 'itself')).object)
  const properties = { adminUserEnabled: true }
  assert.equal((await askArm('PUT', world.registryId, owner, { location: 'local', sku: { name: 'Premium' }, properties })).status, 200)
  await world.put(`${world.registryId}/scopeMaps/guests`, { actions: ['repositories/sample/*/content/read'], type: 'UserDefined' })
  await world.put(`${world.registryId}/tokens/guest`, { scopeMapId: `${world.registryId}/scopeMaps/guests`, status: 'enabled' })
  const { manifest, digest, config, layers } = makeImage()
  const admin = await adminPassword()
  for (const bytes of [config, ...layers])
    assert.equal((await ask('POST', `/v2/${image}/blobs/uploads/?digest=${digestOf(bytes)}`, admin, bytes)).status, 201)
  assert.equal((await ask('PUT', `/v2/${image}/manifests/v1`, admin, manifest, 'application/vnd.oci.image.manifest.v1+json')).status, 201)
  requests = contentRequests({ manifest: manifest.toString(), digest, config: digestOf(config) })
})
after(async () => {
  arm.agent.destroy()
  await new Promise((resolve) => armServer.close(resolve))
  await door.stop()
})

const host = () => `${name}.longshore.localhost:${door.address.port}`

// ARM's own name is good under whatever origin the server is reached.
const directoryToken = async (
  principal: Parameters<typeof issueDirectoryToken>[1]['principal'],
  resource = 'https://management.azure.com',
) => issueDirectoryToken(deps, { principal, credential: await credentialOf(deps.store, principal), clientId: randomUUID(), resource })

async function adminPassword(): Promise<{ user: string; password: string }> {
  const registry = await world.registry()
  for (const slot of ['password', 'password2'] as const) await renewCredential(door.open.deps, registry, slot)
  const { username, passwords } = await showCredentials(deps, await world.registry())
  return { user: username, password: passwords[0]?.value ?? '' }
}

let asked = 0

/** The registry is spoken to by its own name, each time from another address: guessing is slowed down by address. */
function ask(method: string, path: string, as: As, body?: string | Uint8Array, type = 'application/octet-stream'): Promise<Answer> {
  asked++
  const from = {
    host: host(),
    'x-forwarded-host': host(),
    'x-forwarded-for': `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`,
  }
  return send(door, method, path, {
    as,
    ...(body === undefined ? { headers: from } : { body, headers: { ...from, 'content-type': type } }),
  })
}

const askArm = (method: string, path: string, token: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  send(arm, method, `${path}?${version}`, {
    as: token === '' ? 'nobody' : { token },
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const scopes = [`repository:${image}:*`, 'repository:absent:*', 'registry:catalog:*']
  .map((each) => `scope=${encodeURIComponent(each)}`)
  .join('&')

async function form(path: string, fields: string): Promise<Record<string, string>> {
  const answer = await ask('POST', path, 'nobody', fields, 'application/x-www-form-urlencoded')
  return answer.status === 200 ? json(answer) : {}
}

/** A token of the registry, in the way of a Docker client: with the credential itself. */
async function accessToken(as: As): Promise<string> {
  const answer = await ask('GET', `/oauth2/token?service=${encodeURIComponent(host())}&${scopes}`, as)
  assert.equal(answer.status, 200, answer.body.toString())
  return json<{ access_token: string }>(answer).access_token
}

/** As az gets its own: a directory token for a refresh token, that for an access token. */
async function exchanged(token: string): Promise<{ refresh: string | undefined; access: string | undefined }> {
  const refresh = (await form('/oauth2/exchange', `grant_type=access_token&service=${encodeURIComponent(host())}&access_token=${token}`))
    .refresh_token
  if (refresh === undefined) return { refresh, access: undefined }
  const access = (
    await form('/oauth2/token', `grant_type=refresh_token&service=${encodeURIComponent(host())}&${scopes}&refresh_token=${refresh}`)
  ).access_token
  return { refresh, access }
}

async function askEverything(tally: Tally, as: As, may: (deed: Deed | 'knock') => boolean, ...what: unknown[]): Promise<void> {
  for (const { name: request, method, path, needs, status, body, type } of requests) {
    const isAllowed = needs.some(may)
    const answer = await ask(method, path, as, body, type)
    tally.compare(answer.status, isAllowed ? status : 401, isAllowed, ...what, request)
    if (answer.status === 401)
      assert.match(String(answer.headers['www-authenticate']), /^Bearer realm="/, 'a refusal says where a token is had')
  }
}

const words = {
  pull: `${image} pull`,
  push: `${image} push`,
  delete: `${image} delete`,
  'read metadata': `${image} metadata_read`,
  'write metadata': `${image} metadata_write`,
  'list catalog': 'catalog *',
} as const satisfies Record<Deed, string>

/** What a token says of itself: az reads it there. */
function toldBy(token: string): string[] {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    access: { name: string; actions: string[] }[]
  }
  return claims.access.flatMap((each) => each.actions.map((action) => `${each.name} ${action}`))
}

const wirePlaces = ['group', 'registry', 'other registry'] as const
const wireStates = ['nothing', 'role taken', 'disabled'] as const

test('content: role × place × state × credential form × request', async (t) => {
  const tally = new Tally()
  for (const role of roleNames)
    for (const place of wirePlaces) {
      const who = await world.principal('servicePrincipal', role, place, place === 'registry' ? 'a group' : 'itself')
      const secret: As = { user: who.object.appId ?? '', password: who.secret }
      const { refresh, access } = await exchanged(await directoryToken(who.object))
      tally.see(refresh !== undefined, holdsRole('nothing', place) && roles[role].content.length > 0, role, place, 'exchange')
      const token = await accessToken(secret)
      const told = toldBy(token)
      for (const [deed, word] of Object.entries(words))
        tally.see(told.includes(word), principalMay({ role, place, state: 'nothing' }, deed as Deed), role, place, 'the token says', word)
      const forms: Readonly<Record<string, As | undefined>> = {
        'client secret': secret,
        'access token': { token },
        'exchanged access token': access === undefined ? undefined : { token: access },
        'refresh token as password': refresh === undefined ? undefined : { user: tokenUser, password: refresh },
      }
      for (const state of wireStates) {
        await who.happen(state)
        for (const [kind, as] of Object.entries(forms))
          if (as) await askEverything(tally, as, (deed) => principalMay({ role, place, state }, deed), role, place, state, kind)
        const again = await exchanged(await directoryToken(who.object))
        const opens = isThere(state) && holdsRole(state, place) && roles[role].content.length > 0
        tally.see(again.refresh !== undefined, opens, role, place, state, 'exchange again')
        await who.undo(state)
      }
    }
  tally.end(t)
})

test('content: a token of the registry × state × credential form × request', async (t) => {
  const tally = new Tally()
  const id = `${world.registryId}/tokens/robot`
  const map = `${world.registryId}/scopeMaps/robots`
  const maps = [
    { name: 'sample/*', right: 'content/read' },
    { name: 'sample/a', right: 'metadata/write' },
    { name: 'sample', right: 'content/delete' },
  ] as const
  for (const state of tokenStates) {
    await world.put(map, { actions: maps.map((each) => `repositories/${each.name}/${each.right}`) })
    await world.put(id, { scopeMapId: map, status: 'enabled' })
    const password: As = { user: 'robot', password: await world.tokenPassword('robot', deps.clock.now() + 60_000) }
    const token: As = { token: await accessToken(password) }
    if (state === 'disabled') await world.put(id, { scopeMapId: map, status: 'disabled' })
    // The server's clock is the machine's: the same password, over since a moment.
    if (state === 'password expired') await world.endTokenPassword('robot', password.password, deps.clock.now())
    if (state === 'password renewed') await world.tokenPassword('robot')
    if (state === 'map emptied') await world.put(map, { actions: [] })
    if (state === 'map deleted') await world.remove(map)
    if (state === 'token deleted') await world.remove(id)
    for (const [kind, as] of Object.entries({ password, token }))
      await askEverything(tally, as, (deed) => tokenMay({ maps, state }, image as Repository, deed), state, kind)
    await world.remove(id)
  }
  tally.end(t)
})

test('a mount needs the right to push here and to pull there; without the second it is an upload like any other', async (t) => {
  const tally = new Tally()
  const source = 'sample/source'
  const admin = await adminPassword()
  const blob = Buffer.from(randomUUID())
  assert.equal((await ask('POST', `/v2/${source}/blobs/uploads/?digest=${digestOf(blob)}`, admin, blob)).status, 201)
  let each = 0
  for (const here of ['content/write', 'content/read', 'metadata/write', undefined] as const)
    for (const there of ['content/read', 'content/write', 'metadata/read', undefined] as const) {
      const target = `target/t${++each}`
      const [id, map] = [`${world.registryId}/tokens/mover${each}`, `${world.registryId}/scopeMaps/movers${each}`]
      const actions = [...(here ? [`repositories/${target}/${here}`] : []), ...(there ? [`repositories/${source}/${there}`] : [])]
      await world.put(map, { actions })
      await world.put(id, { scopeMapId: map, status: 'enabled' })
      const password: As = { user: `mover${each}`, password: await world.tokenPassword(`mover${each}`) }
      for (const from of [`&from=${source}`, '']) {
        const answer = await ask('POST', `/v2/${target}/blobs/uploads/?mount=${digestOf(blob)}${from}`, password)
        const isAllowed = here === 'content/write'
        tally.compare(answer.status, isAllowed ? (there === 'content/read' ? 201 : 202) : 401, isAllowed, here, there, from)
      }
    }
  tally.end(t)
})

test('content: the admin user, and nobody in particular × state × credential form × request', async (t) => {
  const tally = new Tally()
  for (const state of adminStates) {
    await world.putRegistry(world.registryId, { adminEnabled: true })
    const password: As = await adminPassword()
    const token: As = { token: await accessToken(password) }
    if (state === 'switched off') await world.putRegistry(world.registryId, { adminEnabled: false })
    if (state === 'password renewed') await adminPassword()
    for (const [kind, as] of Object.entries({ password, token }))
      await askEverything(tally, as, () => adminMay(state), 'admin', state, kind)
  }
  for (const anonymousPull of [true, false]) {
    await world.putRegistry(world.registryId, { anonymousPull: true })
    const token: As = { token: await accessToken('nobody') }
    await world.putRegistry(world.registryId, { anonymousPull })
    for (const [kind, as] of [
      ['nothing', 'nobody'],
      ['access token', token],
    ] as const)
      await askEverything(tally, as, (deed) => nobodyMay(anonymousPull, kind, deed), 'nobody', anonymousPull, kind)
  }
  tally.end(t)
})

test('the registry as a resource: role × place × state × request, and what the lists show', async (t) => {
  const tally = new Tally()
  const subscription = world.scopeOf('subscription')
  /** Undefined: to who has no role anywhere in the subscription, it is not there. */
  const shownIn = async (path: string, token: string): Promise<boolean | undefined> => {
    const answer = await askArm('GET', path, token)
    if (answer.status === 404) return undefined
    assert.equal(answer.status, 200, path)
    return json<{ value: { id: string }[] }>(answer).value.some((each) => each.id.toLowerCase() === world.registryId.toLowerCase())
  }
  assert.deepEqual([...new Set(armRequests.map((each) => each.deed))].sort(), [...everyArmDeed].sort(), 'each is asked')
  for (const kind of ['user', 'servicePrincipal'] as const)
    for (const role of roleNames)
      for (const place of ['tenant', ...wirePlaces] as const) {
        const who = await world.principal(kind, role, place, place === 'registry' ? 'a group of a group' : 'itself')
        const token = await directoryToken(who.object)
        for (const state of wireStates) {
          await who.happen(state)
          for (const { deed, method, path, status, body, headers } of armRequests) {
            const isAllowed = principalMayArm({ role, place, state }, deed)
            const refusal = isThere(state) ? 403 : 401
            const answer = await askArm(method, `${world.registryId}${path}`, token, body, headers)
            tally.compare(answer.status, isAllowed ? status : refusal, isAllowed, kind, role, place, state, deed)
          }
          const isSeen = principalMayArm({ role, place, state }, 'show registry')
          const shown = role === 'none' || state === 'role taken' ? undefined : isSeen
          if (isThere(state))
            for (const path of [`${subscription}/resources`, `${subscription}/providers/Microsoft.ContainerRegistry/registries`])
              tally.compare(await shownIn(path, token), shown, isSeen, kind, role, place, state, path)
          await who.undo(state)
        }
      }
  const registryToken = await directoryToken(
    (await world.principal('user', 'Owner', 'tenant', 'itself')).object,
    'https://containerregistry.azure.net',
  )
  for (const wrong of ['', 'x', registryToken, `${owner}x`]) assert.equal((await askArm('GET', world.registryId, wrong)).status, 401)
  tally.end(t)
})
