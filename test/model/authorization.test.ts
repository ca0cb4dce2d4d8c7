import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, afterEach, test } from 'node:test'
import { openSigners } from '#adapters/jose/signer.ts'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { openSecretBox } from '#adapters/system/secret-box.ts'
import { authenticateBearer } from '#app/identity/bearer.ts'
import { issueDirectoryToken } from '#app/identity/directory-tokens.ts'
import { type Authenticated, authenticate, type Presented, tokenUser } from '#app/tokens/authenticate.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { exchangeToken } from '#app/tokens/exchange.ts'
import { issueAccessToken, issueRefreshToken } from '#app/tokens/issue.ts'
import { type Access, decide } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import { keyOf } from '#core/resource-id.ts'
import { parseScopes } from '#core/scope.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import {
  adminMay,
  adminStates,
  armActions,
  type ArmDeed,
  type Deed,
  deeds,
  happens,
  holders,
  holdsRole,
  isThere,
  type MapName,
  type MapRight,
  mapRights,
  nobodyMay,
  places,
  principalMay,
  principalMayArm,
  repositories,
  roleNames,
  roles,
  states,
  takenIn,
  tokenMay,
  tokenStates,
} from './authorization-model.ts'
import { AuthorizationWorld, type Principal } from './authorization-world.ts'
import { Tally } from './tally.ts'
import { FakeClock } from './world.ts'
import { credentialOf } from '../world/people.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-authorization-'))
after(() => rmSync(folder, { recursive: true }))
const secrets = openSecretBox(join(folder, 'secret.key'))
const audience = 'contoso.registry.example'
const control = 'https://control.example'

let store: MetadataStore
let clock: FakeClock
let deps: ReturnType<typeof makeDeps>
let world: AuthorizationWorld

function makeDeps() {
  return {
    store,
    clock,
    secrets,
    signers: openSigners({ store, secrets, clock }),
    ids: { next: randomUUID },
    random: (bytes: number) => randomBytes(bytes),
    origins: { control, domain: 'registry.example', firstRegistry: 'local', own: [control] },
  }
}

beforeEach(async () => {
  store = openMemoryMetadataStore()
  clock = new FakeClock()
  deps = makeDeps()
  world = await AuthorizationWorld.open(store, 'contoso', clock.now())
})
afterEach(() => store.close())

const present = async (presented: Presented): Promise<Authenticated> =>
  authenticate(deps, await world.registry(), (given) => given === audience, presented)

const askedFor = ['repository:*:*', ...repositories.map((each) => `repository:${each}:*`), 'registry:catalog:*']
const directoryToken = async (principal: Principal['object'], resource: string) =>
  issueDirectoryToken(deps, { principal, credential: await credentialOf(store, principal), clientId: randomUUID(), resource })
const accessToken = async (by: Authenticated) =>
  issueAccessToken(deps, { registry: await world.registry(), audience, by, scopes: parseScopes(askedFor) })
const refreshToken = async (by: Authenticated) => issueRefreshToken(deps, { registry: await world.registry(), audience, by })

const words = {
  pull: 'pull',
  push: 'push',
  delete: 'delete',
  'read metadata': 'metadata_read',
  'write metadata': 'metadata_write',
} as const
const accessOf = (deed: Deed | 'knock', repository = 'sample/a'): Access =>
  deed === 'knock'
    ? { kind: 'signed-in' }
    : deed === 'list catalog'
      ? { kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] }
      : { kind: 'scope', type: 'repository', name: repository, actions: [words[deed]] }

/** What becomes of each deed: all are refused when the credential itself is. */
async function tried(presented: Presented): Promise<(deed: Deed | 'knock', repository?: string) => boolean> {
  try {
    const { caller } = await present(presented)
    return (deed, repository) => decide(caller, accessOf(deed, repository)).allowed
  } catch (error) {
    assert.ok(error instanceof RegistryError && error.failure === 'unauthorized', String(error))
    return () => false
  }
}

const fronts = [...deeds, 'knock'] as const

test('principals of the directory: role × place × holder × state × credential form × deed', async (t) => {
  const tally = new Tally()
  for (const role of roleNames)
    for (const place of places)
      for (const holder of holders) {
        const who = await world.principal('servicePrincipal', role, place, holder)
        const basic: Presented = { kind: 'basic', username: who.object.appId ?? '', password: who.secret }
        for (const state of states) {
          if (!happens(state, holder)) continue
          const by = await present(basic)
          const [access, refresh] = [await accessToken(by), await refreshToken(by)]
          const tokens: Readonly<Record<string, Presented>> = {
            'access token': { kind: 'bearer', token: access },
            'access token as password': { kind: 'basic', username: tokenUser, password: access },
            'refresh token': { kind: 'refresh', token: refresh },
            'refresh token as password': { kind: 'basic', username: tokenUser, password: refresh },
          }
          const forms = { 'client secret': basic, ...tokens }
          await who.happen(state)
          for (const [form, presented] of Object.entries(forms)) {
            const may = await tried(presented)
            for (const deed of fronts)
              tally.see(may(deed), principalMay({ role, place, state }, deed), role, place, holder, state, form, deed)
          }
          await who.undo(state)
          // What a principal had when it was switched off or deleted does not wake with it.
          for (const [form, presented] of Object.entries(tokens))
            tally.see((await tried(presented))('knock'), isThere(state), role, place, holder, state, form, 'undone')
        }
      }
  tally.end(t)
})

test('an access token from before its holder had the role has no more than it was given; one from after has the role', async () => {
  const who = await world.principal('servicePrincipal', 'none', 'registry', 'itself')
  const basic: Presented = { kind: 'basic', username: who.object.appId ?? '', password: who.secret }
  const early = await accessToken(await present(basic))
  await world.assign(who.object.id, 'AcrPush', 'registry')
  assert.equal((await tried({ kind: 'bearer', token: early }))('pull'), false)
  assert.equal((await tried({ kind: 'bearer', token: await accessToken(await present(basic)) }))('pull'), true)
})

test('the control plane: role × place × holder × state × kind of principal × action', async (t) => {
  const tally = new Tally()
  const scope = keyOf(world.registryId)
  for (const kind of ['user', 'servicePrincipal'] as const)
    for (const role of roleNames)
      for (const place of places)
        for (const holder of holders) {
          const who = await world.principal(kind, role, place, holder)
          for (const state of states) {
            if (!happens(state, holder)) continue
            const token = await directoryToken(who.object, control)
            const forRegistry = await directoryToken(who.object, 'https://containerregistry.azure.net')
            await who.happen(state)
            const caller = await authenticateBearer(deps, token, ['arm']).catch(() => undefined)
            for (const [deed, action] of Object.entries(armActions)) {
              const actual = caller !== undefined && decide(caller, { kind: 'action', action, scope }).allowed
              tally.see(actual, principalMayArm({ role, place, state }, deed as ArmDeed), kind, role, place, holder, state, deed)
            }
            await assert.rejects(authenticateBearer(deps, forRegistry, ['arm']), { failure: 'unauthorized' })
            await who.undo(state)
            const wakes = await authenticateBearer(deps, token, ['arm']).catch(() => undefined)
            tally.see(wakes !== undefined, isThere(state), kind, role, place, holder, state, 'undone')
          }
        }
  tally.end(t)
})

test('the exchange: a directory token becomes a refresh token for who holds something here and is there', async (t) => {
  const tally = new Tally()
  for (const armAudience of [true, false])
    for (const role of roleNames)
      for (const place of ['group', 'registry', 'other registry'] as const) {
        const who = await world.principal('user', role, place, 'itself')
        for (const [resource, isTaken] of [
          [control, armAudience],
          ['https://containerregistry.azure.net', true],
          [`${control}/graph`, false],
          ['https://elsewhere.example', false],
        ] as const) {
          for (const state of ['nothing', 'role taken', 'disabled', 'deleted'] as const) {
            const token = await directoryToken(who.object, resource)
            await who.happen(state)
            const registry = { ...(await world.registry()), armAudience }
            const refresh = await exchangeToken(deps, { registry, audience, token }).catch(() => undefined)
            const opens = isThere(state) && holdsRole(state, place) && roles[role].content.length > 0
            tally.see(refresh !== undefined, isTaken && opens, armAudience, role, place, resource, state)
            if (refresh) {
              const may = await tried({ kind: 'refresh', token: refresh.token })
              for (const deed of fronts) tally.see(may(deed), principalMay({ role, place, state }, deed), 'exchanged', role, place, deed)
            }
            await who.undo(state)
          }
        }
      }
  tally.end(t)
})

test('tokens with scope maps: map × state × credential form × repository × deed', async (t) => {
  const tally = new Tally()
  const single = Object.keys(takenIn).flatMap((name) =>
    Object.keys(mapRights).map((right) => [{ name: name as MapName, right: right as MapRight }]),
  )
  const several: { name: MapName; right: MapRight }[][] = [
    [],
    [
      { name: 'sample', right: 'content/read' },
      { name: 'sample/*', right: 'content/write' },
      { name: '*', right: 'metadata/read' },
    ],
    (Object.keys(mapRights) as MapRight[]).map((right) => ({ name: '*', right })),
  ]
  for (const [each, maps] of [...single, ...several].entries())
    for (const state of tokenStates) {
      const token = `Token${each}`
      const map = `${world.registryId}/scopeMaps/Map${each}`
      const id = `${world.registryId}/tokens/${token}`
      const actions = maps.map(({ name, right }) => `repositories/${name}/${right}`)
      await world.put(map, { actions })
      await world.put(id, { scopeMapId: map.toLowerCase(), status: 'enabled' })
      const password = await world.tokenPassword(token, clock.now() + 60_000)
      const basic: Presented = { kind: 'basic', username: token.toUpperCase(), password }
      const by = await present(basic)
      const access = await accessToken(by)
      const forms: Readonly<Record<string, Presented>> = {
        password: basic,
        'access token': { kind: 'bearer', token: access },
        'refresh token as password': { kind: 'basic', username: tokenUser, password: await refreshToken(by) },
      }
      if (state === 'disabled') await world.put(id, { scopeMapId: map, status: 'disabled' })
      if (state === 'password expired') clock.wall += 60_000
      if (state === 'password renewed') await world.tokenPassword(token)
      if (state === 'map emptied') await world.put(map, { actions: [] })
      if (state === 'map deleted') await world.remove(map)
      if (state === 'token deleted') await world.remove(id)
      for (const [form, presented] of Object.entries(forms)) {
        const may = await tried(presented)
        for (const repository of repositories)
          for (const deed of fronts)
            tally.see(may(deed, repository), tokenMay({ maps, state }, repository, deed), maps, state, form, repository, deed)
      }
      await world.remove(id)
    }
  tally.end(t)
})

test('a token that is made again under its name is another: neither the password nor a token of the one before is good', async () => {
  const id = `${world.registryId}/tokens/again`
  const map = `${world.registryId}/scopeMaps/everything`
  await world.put(map, { actions: ['repositories/*/content/read'] })
  const make = () => world.put(id, { scopeMapId: map, status: 'enabled' })
  await make()
  const before: Presented = { kind: 'basic', username: 'again', password: await world.tokenPassword('again') }
  const token = await accessToken(await present(before))
  await world.remove(id)
  await make()
  for (const presented of [before, { kind: 'bearer', token } as const]) assert.equal((await tried(presented))('pull'), false)
  await world.tokenPassword('again')
  for (const presented of [before, { kind: 'bearer', token } as const])
    assert.equal((await tried(presented))('pull'), false, 'nor once it has a password')
})

test('the admin user: state × credential form × deed', async (t) => {
  const tally = new Tally()
  for (const state of adminStates) {
    await world.putRegistry(world.registryId, { adminEnabled: true })
    const registry = await world.registry()
    await renewCredential(deps, registry, 'password')
    const { username, passwords } = await showCredentials(deps, registry)
    const basic: Presented = { kind: 'basic', username, password: passwords[0]?.value ?? '' }
    const by = await present(basic)
    const forms: Readonly<Record<string, Presented>> = {
      password: basic,
      'access token': { kind: 'bearer', token: await accessToken(by) },
      'refresh token as password': { kind: 'basic', username: tokenUser, password: await refreshToken(by) },
    }
    if (state === 'switched off') await world.putRegistry(world.registryId, { adminEnabled: false })
    if (state === 'password renewed') await renewCredential(deps, registry, 'password')
    for (const [form, presented] of Object.entries(forms)) {
      const may = await tried(presented)
      for (const deed of fronts) tally.see(may(deed), adminMay(state), state, form, deed)
    }
  }
  tally.end(t)
})

test('nobody in particular: anonymous pull × credential form × deed', async (t) => {
  const tally = new Tally()
  for (const [before, now] of [
    [false, false],
    [true, true],
    [true, false],
    [false, true],
  ] as const) {
    await world.putRegistry(world.registryId, { anonymousPull: before })
    const token = await accessToken(await present({ kind: 'none' }))
    await world.putRegistry(world.registryId, { anonymousPull: now })
    const [withNothing, withToken] = [await tried({ kind: 'none' }), await tried({ kind: 'bearer', token })]
    for (const deed of fronts) {
      tally.see(withNothing(deed), nobodyMay(now, 'nothing', deed), before, now, 'nothing', deed)
      // A token of nobody that was issued while nothing was open holds nothing; the front door it still passes.
      const narrowed = before || deed === 'knock'
      tally.see(withToken(deed), narrowed && nobodyMay(now, 'access token', deed), before, now, 'access token', deed)
    }
  }
  tally.end(t)
})

test('whatever is good at one registry is not good at another', async (t) => {
  const tally = new Tally()
  const other = (await store.registry('elsewhere')) as Awaited<ReturnType<AuthorizationWorld['registry']>>
  const who = await world.principal('servicePrincipal', 'AcrPush', 'registry', 'itself')
  await world.put(`${world.registryId}/tokens/guest`, { status: 'enabled', scopeMapId: `${world.registryId}/scopeMaps/all` })
  await renewCredential(deps, await world.registry(), 'password')
  const { username, passwords } = await showCredentials(deps, await world.registry())
  for (const basic of [
    { kind: 'basic', username: who.object.appId ?? '', password: who.secret },
    { kind: 'basic', username: 'guest', password: await world.tokenPassword('guest') },
    { kind: 'basic', username, password: passwords[0]?.value ?? '' },
  ] as const) {
    const by = await present(basic)
    const tokens = [await accessToken(by), await refreshToken(by)]
    const presented: Presented[] = [
      basic,
      ...tokens.flatMap((token): Presented[] => [
        { kind: 'bearer', token },
        { kind: 'refresh', token },
        { kind: 'basic', username: tokenUser, password: token },
      ]),
    ]
    for (const [each, form] of presented.entries()) {
      const there = await authenticate(deps, other, () => true, form).catch(() => undefined)
      for (const deed of deeds)
        tally.see(there !== undefined && decide(there.caller, accessOf(deed)).allowed, false, basic.username, each, deed)
      const here = await tried(form)
      const isBearerOfRefresh = each === 4 || each === 2
      tally.see(here('knock'), !isBearerOfRefresh, 'at home', each)
    }
  }
  tally.end(t)
})
