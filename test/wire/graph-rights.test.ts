import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { routes } from '#surfaces/graph/routes.ts'
import { allEvents } from '../world/all-events.ts'
import { codeOf, openPlane, type Plane, type Somebody, succeeded } from '../world/plane.ts'
import { json } from '../world/send.ts'

let plane: Plane
/** By the one action that each may do, and by the one that each may not. */
const only = new Map<string, Somebody>()
const allBut = new Map<string, Somebody>()

const collections = ['users', 'groups', 'applications', 'servicePrincipals'] as const
const actions = collections.flatMap((each) => [`${each}/write`, `${each}/delete`])
const full = (action: string) => `Microsoft.Authorization/directory/${action}`

before(async () => {
  plane = await openPlane()
  const holder = async (name: string, allowed: readonly string[]): Promise<Somebody> =>
    plane.program(name, { [await roleOf(name, allowed.map(full))]: '/' })
  for (const action of actions) {
    only.set(action, await holder(`only ${action}`, [action]))
    allBut.set(
      action,
      await holder(
        `all but ${action}`,
        actions.filter((each) => each !== action),
      ),
    )
  }
})
after(() => plane.stop())

/** A custom role of these actions; its id. */
async function roleOf(name: string, allowed: readonly string[]): Promise<string> {
  const id = randomUUID()
  await plane.door.open.deps.store.putCustomRole({
    role: {
      id,
      name,
      description: '',
      permissions: JSON.stringify([{ actions: allowed, notActions: [], dataActions: [], notDataActions: [] }]),
      assignableScopes: ['/'],
      createdAt: 1,
      createdBy: '',
      changedAt: 1,
    },
  })
  return id
}

interface Row {
  kind: keyof typeof routes
  method: 'POST' | 'PATCH' | 'DELETE'
  action: string
  /** What is asked for, made anew by the owner for each asking. */
  path: () => Promise<string>
  body?: () => object
}

const made = async (collection: (typeof collections)[number]): Promise<{ id: string; appId: string }> => {
  const name = randomUUID()
  const bodies = {
    users: {
      accountEnabled: true,
      displayName: name,
      mailNickname: name,
      userPrincipalName: `${name}@longshore.localhost`,
      passwordProfile: { password: `${name}Aa1!` },
    },
    groups: { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true },
    applications: { displayName: name },
    servicePrincipals: { appId: '' },
  }
  if (collection === 'servicePrincipals') bodies.servicePrincipals.appId = (await made('applications')).appId
  return json<{ id: string; appId: string }>(succeeded(await plane.graph('POST', `/${collection}`, { body: bodies[collection] }), 201))
}
const one =
  (collection: (typeof collections)[number], rest = '') =>
  async () =>
    `/${collection}/${(await made(collection)).id}${rest}`
const added = async (collection: 'applications' | 'servicePrincipals') => {
  const { id } = await made(collection)
  const { keyId } = json<{ keyId: string }>(succeeded(await plane.graph('POST', `/${collection}/${id}/addPassword`, { body: {} }), 200))
  lastKey = keyId
  return `/${collection}/${id}/removePassword`
}
let lastKey = ''
let lastAppId = ''
const memberOf = async () => {
  const [group, user] = [await made('groups'), await made('users')]
  const body = { '@odata.id': `${plane.control}/graph/v1.0/directoryObjects/${user.id}` }
  succeeded(await plane.graph('POST', `/groups/${group.id}/members/$ref`, { body }), 204)
  return `/groups/${group.id}/members/${user.id}/$ref`
}

const rows: readonly Row[] = [
  ...collections.map((each): Row => ({ kind: 'delete', method: 'DELETE', action: `${each}/delete`, path: one(each) })),
  {
    kind: 'user.create',
    method: 'POST',
    action: 'users/write',
    path: async () => '/users',
    body: () => {
      const name = randomUUID()
      return {
        accountEnabled: true,
        displayName: name,
        mailNickname: name,
        userPrincipalName: `${name}@longshore.localhost`,
        passwordProfile: { password: `${name}Aa1!` },
      }
    },
  },
  { kind: 'user.update', method: 'PATCH', action: 'users/write', path: one('users'), body: () => ({ displayName: 'x' }) },
  {
    kind: 'group.create',
    method: 'POST',
    action: 'groups/write',
    path: async () => '/groups',
    body: () => ({ displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true }),
  },
  { kind: 'group.update', method: 'PATCH', action: 'groups/write', path: one('groups'), body: () => ({ displayName: 'x' }) },
  {
    kind: 'member.add',
    method: 'POST',
    action: 'groups/write',
    path: one('groups', '/members/$ref'),
    body: () => ({ '@odata.id': `${plane.control}/graph/v1.0/directoryObjects/${plane.owner.id}` }),
  },
  { kind: 'member.remove', method: 'DELETE', action: 'groups/write', path: memberOf },
  {
    kind: 'application.create',
    method: 'POST',
    action: 'applications/write',
    path: async () => '/applications',
    body: () => ({ displayName: 'x' }),
  },
  {
    kind: 'application.update',
    method: 'PATCH',
    action: 'applications/write',
    path: one('applications'),
    body: () => ({ displayName: 'x' }),
  },
  { kind: 'password.add', method: 'POST', action: 'applications/write', path: one('applications', '/addPassword'), body: () => ({}) },
  {
    kind: 'password.remove',
    method: 'POST',
    action: 'applications/write',
    path: () => added('applications'),
    body: () => ({ keyId: lastKey }),
  },
  {
    kind: 'principal.create',
    method: 'POST',
    action: 'servicePrincipals/write',
    path: async () => {
      lastAppId = (await made('applications')).appId
      return '/servicePrincipals'
    },
    body: () => ({ appId: lastAppId }),
  },
  {
    kind: 'principal.update',
    method: 'PATCH',
    action: 'servicePrincipals/write',
    path: one('servicePrincipals'),
    body: () => ({ description: 'x' }),
  },
  {
    kind: 'password.add',
    method: 'POST',
    action: 'servicePrincipals/write',
    path: one('servicePrincipals', '/addPassword'),
    body: () => ({}),
  },
  {
    kind: 'password.remove',
    method: 'POST',
    action: 'servicePrincipals/write',
    path: () => added('servicePrincipals'),
    body: () => ({ keyId: lastKey }),
  },
]

const events = () => allEvents(plane.door.open.deps.store, undefined)

for (const { kind, method, action, path, body } of rows)
  test(`${kind} of ${action.split('/')[0]} needs ${action} and nothing else`, async () => {
    let begun = 0
    const ask = async (as: Somebody | undefined) => {
      const url = await path()
      begun = (await events()).length
      return plane.graph(method, url, { ...(as ? { as } : {}), ...(body ? { body: body() } : {}) })
    }
    const refused = await ask(allBut.get(action))
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'Authorization_RequestDenied'], refused.body.toString())
    const allowed = await ask(only.get(action))
    assert.ok(allowed.status < 300, `${allowed.status} ${allowed.body.toString()}`)
    const told = (await events()).slice(begun)
    assert.ok(told.length > 0 && told.every(({ by }) => by === only.get(action)?.id), 'it is told with who did it')
  })

test('an application is made whole by whoever holds the right to each part', async () => {
  const holder = async (name: string, rights: Record<string, readonly string[]>): Promise<Somebody> => {
    const roles: Record<string, string> = {}
    for (const [scope, actions] of Object.entries(rights)) roles[await roleOf(`${name} at ${scope}`, actions)] = scope
    return plane.program(name, roles)
  }
  const both = ['applications/write', 'servicePrincipals/write'].map(full)
  const giving = ['Microsoft.Authorization/roleAssignments/write']
  const { group } = plane
  const who = {
    one: await holder('one part', { '/': both.slice(0, 1), [group]: giving }),
    other: await holder('the other part', { '/': both.slice(1), [group]: giving }),
    both: await holder('both parts', { '/': both }),
    all: await holder('each part', { '/': both, [group]: giving }),
  }
  const ask = async (as: Somebody, scope?: string) => {
    const longshore = { passwordCredential: {}, ...(scope && { roleAssignment: { scope, roleDefinitionId: 'Owner' } }) }
    return (await plane.graph('POST', '/applications', { as, body: { displayName: 'whole', longshore } })).status
  }
  const count = async () =>
    json<{ value: unknown[] }>(await plane.graph('GET', `/applications?$filter=${encodeURIComponent("displayName eq 'whole'")}`)).value
      .length
  for (const as of [who.one, who.other]) assert.deepEqual([await ask(as), await ask(as, group)], [403, 403])
  assert.equal(await ask(who.both, group), 403)
  assert.equal(await ask(who.all, '/'), 403, 'a role at a scope where it may give none')
  assert.equal(await count(), 0)
  assert.deepEqual([await ask(who.both), await ask(who.all, group)], [201, 201])
  assert.equal(await count(), 2)
})

test('each route that changes something has its rights tried here', () => {
  const reading =
    /^(?:me|list|get|organization\.list|owners\.list|owned\.list|members\.list|groups\.of|groups\.check|object\.get|objects\.by-ids)$/
  const tried = new Set<string>(rows.map((row) => row.kind))
  assert.deepEqual(
    Object.keys(routes).filter((kind) => !reading.test(kind) && !tried.has(kind)),
    [],
  )
})
