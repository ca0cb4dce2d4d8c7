import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { operator } from '#core/access.ts'
import { assignRole } from '#app/authorization/assign-role.ts'
import { changeUser, createUser } from '#app/identity/users.ts'
import { subscriptionType } from '#core/resource-id.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import { type Caller, control, type GraphDoor, nothingTold, openGraph, tenant } from '../world/graph.ts'
import { header, json } from '../world/send.ts'

type Body = Record<string, unknown>

let door: GraphDoor
let owner: Caller
before(async () => {
  door = await openGraph()
  owner = door.as(door.owner)
})
after(() => door.stop())

const nobody = 'ffffffff-0000-4000-8000-000000000000'
const give = (principal: DirectoryObject, role: string, scopeId: string) =>
  assignRole(door.deps, { scopeId, principalId: principal.id, role, by: operator })
const status = async (as: Caller, method: string, path: string, body?: unknown) => (await as.ask(method, path, body)).status
const newUser = (name: string) => ({
  accountEnabled: true,
  displayName: name,
  mailNickname: name,
  userPrincipalName: `${name}@${tenant.domain}`,
  passwordProfile: { password: `Pass word-${name}-1`, forceChangePasswordNextSignIn: false },
})

describe('users', () => {
  test('are made, shown by id and by name, changed and deleted', async () => {
    const made = await owner.post('users', newUser('Dora'))
    assert.equal(made['@odata.context'], `${control}/graph/v1.0/$metadata#users/$entity`)
    assert.equal(made.userPrincipalName, 'dora@contoso.localhost')
    for (const path of [`users/${made.id}`, 'users/DORA@contoso.localhost', "users('dora%40contoso.localhost')", `users(${made.id})`])
      assert.equal((await owner.get(path)).id, made.id, path)
    const { id, accountEnabled, mailNickname } = await owner.get(`users/${made.id}?$select=id,accountEnabled,mailNickname`)
    assert.deepEqual([id, accountEnabled, mailNickname], [made.id, true, 'Dora'])
    assert.equal(
      await status(owner, 'PATCH', `users/${made.id}`, { displayName: 'Dora B.', accountEnabled: false, jobTitle: 'pilot' }),
      204,
    )
    const after = await owner.get(`users/${made.id}?$select=displayName,accountEnabled,jobTitle`)
    assert.deepEqual([after.displayName, after.accountEnabled, after.jobTitle], ['Dora B.', false, 'pilot'])
    assert.equal(await status(owner, 'DELETE', "users('dora%40contoso.localhost')"), 204)
    assert.equal(await status(owner, 'GET', `users/${made.id}`), 404)
  })

  test('names with $ and #, as az writes them', async () => {
    const { id } = await owner.post('users', { ...newUser('x'), userPrincipalName: '$odd#1@contoso.localhost' })
    assert.equal((await owner.get("users('%24odd%231%40contoso.localhost')")).id, id)
    assert.deepEqual(
      (await owner.post("users('%24odd%231%40contoso.localhost')/getMemberGroups", { securityEnabledOnly: false }, 200)).value,
      [],
    )
  })

  test('a new password replaces the old one, and ends refresh tokens; so does disabling', async () => {
    const { user } = await createUser(door.deps, { login: 'erin', password: 'Erin first 1' })
    const refresh = async (id: string) => {
      const now = door.deps.clock.now()
      const details = {}
      const common = { kind: 'refresh', userCode: null, state: 'granted', clientId: 'az', family: null, details } as const
      await door.deps.store.putSignIn({ signIn: { ...common, id, principalId: user.id, createdAt: now, expiresAt: now + 1e6 } })
    }
    const has = async (password: string) => {
      const [only, ...more] = await door.deps.store.secrets([user.id])
      assert.equal(more.length, 0)
      return door.deps.hasher.verify(password, only?.hash ?? '')
    }
    assert.ok(await has('Erin first 1'))
    await refresh('one')
    assert.equal(await status(owner, 'PATCH', 'users/erin@contoso.localhost', { passwordProfile: { password: 'Erin second 2' } }), 204)
    assert.deepEqual([await has('Erin first 1'), await has('Erin second 2')], [false, true])
    assert.equal(await door.deps.store.signIn('one'), undefined)
    await refresh('two')
    await changeUser(door.deps, user.id, { enabled: false })
    assert.equal(await door.deps.store.signIn('two'), undefined)
  })

  for (const [what, body, said] of [
    ['without a password', { ...newUser('p'), passwordProfile: {} }, /'password'/],
    ['without a name', { ...newUser('p'), displayName: undefined }, /'displayName'/],
    ['with a weak password', { ...newUser('p'), passwordProfile: { password: 'short' } }, /password complexity/],
    ['of another domain', { ...newUser('p'), userPrincipalName: 'p@example.org' }, /@contoso\.localhost/],
    ['with a name that may not be', { ...newUser('p'), userPrincipalName: 'a b@contoso.localhost' }, /not the name of a user/],
    [
      'who must change the password',
      { ...newUser('p'), passwordProfile: { password: 'Good one 1', forceChangePasswordNextSignIn: true } },
      /forceChange/,
    ],
    ['with a property that is not kept', { ...newUser('p'), shoeSize: 42 }, /shoeSize/],
    ['with an id of its own', { ...newUser('p'), id: nobody }, /'id'/],
    ['with a control character', { ...newUser('p'), displayName: 'a\nb' }, /control character/],
    ['of another type', { ...newUser('p'), accountEnabled: 'yes' }, /accountEnabled/],
    ['that is no object', [], /JSON object/],
    ['that is no JSON', '{', /JSON/],
  ] as const)
    test(`a user ${what} is refused`, async () => {
      const answer = await owner.ask('POST', 'users', body)
      const { error } = json<{ error: { code: string; message: string } }>(answer)
      assert.deepEqual([answer.status, error.code], [400, 'Request_BadRequest'])
      assert.match(error.message, said)
    })

  test('a name that another has is a conflict', async () => {
    await owner.post('users', newUser('frank'))
    assert.equal(await status(owner, 'POST', 'users', newUser('FRANK')), 409)
  })
})

describe('groups', () => {
  test('have members of several kinds, also through one another', async () => {
    const outer = await owner.post('groups', { displayName: 'outer', mailNickname: 'outer', mailEnabled: false, securityEnabled: true })
    const inner = await owner.post('groups', { displayName: 'inner', mailNickname: 'inner', mailEnabled: false, securityEnabled: true })
    const { user } = await createUser(door.deps, { login: 'gus' })
    const program = await door.program('member')
    const reference = (id: unknown) => ({ '@odata.id': `${control}/graph/v1.0/directoryObjects/${id}` })
    const add = (group: Body, id: unknown) => status(owner, 'POST', `groups/${group.id}/members/$ref`, reference(id))
    for (const [group, member] of [
      [outer, inner.id],
      [inner, user.id],
      [inner, program.id],
    ] as const)
      assert.equal(await add(group, member), 204)
    assert.equal(await add(inner, user.id), 409)
    assert.equal(await add(inner, outer.id), 400)
    assert.equal(await add(inner, nobody), 404)
    const members = await owner.list(`groups/${inner.id}/members`)
    assert.deepEqual(
      members.map((each) => [each.id, each['@odata.type']]).toSorted(),
      [
        [user.id, '#microsoft.graph.user'],
        [program.id, '#microsoft.graph.servicePrincipal'],
      ].toSorted(),
    )
    const ids = (list: Body[]) => list.map((each) => each.id).toSorted()
    assert.deepEqual(ids(await owner.list(`users/${user.id}/memberOf`)), [inner.id])
    assert.deepEqual(ids(await owner.list(`users/${user.id}/transitiveMemberOf`)), [inner.id, outer.id].toSorted())
    const all = (await owner.post(`users/${user.id}/getMemberGroups`, { securityEnabledOnly: false }, 200)).value as string[]
    assert.deepEqual(all.toSorted(), [inner.id, outer.id].toSorted())
    const check = { groupIds: [outer.id, nobody] }
    assert.deepEqual((await owner.post(`users/${user.id}/checkMemberGroups`, check, 200)).value, [outer.id])
    assert.deepEqual((await owner.post(`directoryObjects/${program.id}/checkMemberGroups`, check, 200)).value, [outer.id])
    assert.deepEqual((await owner.post(`groups/${inner.id}/getMemberGroups`, {}, 200)).value, [outer.id])
    assert.deepEqual(ids(await door.as(user).list('me/memberOf')), [inner.id])
    assert.equal(await status(owner, 'DELETE', `groups/${inner.id}/members/${user.id}/$ref`), 204)
    assert.equal(await status(owner, 'DELETE', `groups/${inner.id}/members/${user.id}/$ref`), 404)
    assert.equal(await status(owner, 'PATCH', `groups/${inner.id}`, { description: 'the inner one' }), 204)
    assert.equal((await owner.get(`groups/${inner.id}`)).description, 'the inner one')
    assert.equal(await status(owner, 'DELETE', `groups/${outer.id}`), 204)
    assert.deepEqual(await owner.list(`groups/${inner.id}/memberOf`), [])
  })
})

describe('objects of any kind', () => {
  test('getByIds gives those that there are, of the types that are wanted', async () => {
    const program = await door.program('by-id')
    const body = {
      ids: [door.owner.id, program.id.toUpperCase(), nobody],
      types: ['user', 'group', 'servicePrincipal', 'directoryObjectPartnerReference'],
    }
    const { value } = (await owner.post('directoryObjects/getByIds', body, 200)) as { value: Body[] }
    assert.deepEqual(
      value.map((each) => [each['@odata.type'], each.id]),
      [
        ['#microsoft.graph.user', door.owner.id],
        ['#microsoft.graph.servicePrincipal', program.id],
      ],
    )
    const users = (await owner.post('directoryObjects/getByIds', { ...body, types: ['user'] }, 200)) as { value: Body[] }
    assert.equal(users.value.length, 1)
    assert.equal((await owner.get(`directoryObjects/${program.id}`))['@odata.type'], '#microsoft.graph.servicePrincipal')
    assert.equal(await status(owner, 'GET', `directoryObjects/${nobody}`), 404)
    assert.equal(await status(owner, 'POST', 'directoryObjects/getByIds', { ids: 'x' }), 400)
    assert.equal(await status(owner, 'POST', 'directoryObjects/getByIds', { ids: Array(1001).fill(nobody) }), 400)
  })

  test('me, the organization, and beta too', async () => {
    assert.equal((await owner.get('me')).userPrincipalName, 'owner@contoso.localhost')
    assert.equal((await owner.get('/graph/beta/me'))['@odata.context'], `${control}/graph/beta/$metadata#users/$entity`)
    assert.deepEqual(await owner.list('me/ownedObjects'), [])
    const [organization] = await owner.list('organization')
    assert.equal(organization?.id, tenant.id)
    const program = await door.program('no-me')
    assert.equal(await status(door.as(program), 'GET', 'me'), 400)
  })
})

describe('who may', () => {
  const reads = ['users', 'groups', 'applications', 'servicePrincipals', 'organization'] as const

  test('without a token, or with one that is none: InvalidAuthenticationToken', async () => {
    for (const token of [
      '',
      'abc',
      await door.token(door.owner, 'https://containerregistry.azure.net'),
      await door.token(door.owner, 'https://example.org'),
    ]) {
      const answer = await door.as(token).ask('GET', 'users')
      assert.equal(answer.status, 401)
      assert.equal(json<{ error: { code: string } }>(answer).error.code, 'InvalidAuthenticationToken')
      assert.match(header(answer, 'www-authenticate'), /^Bearer /)
    }
  })

  test("Graph's and ARM's audience are both taken", async () => {
    for (const resource of [`${control}/graph`, control, 'https://graph.microsoft.com', 'https://management.azure.com/'])
      assert.equal(await status(door.as(await door.token(door.owner, resource)), 'GET', 'me'), 200, resource)
  })

  test('who was disabled or deleted is out at the next request', async () => {
    const { user } = await createUser(door.deps, { login: 'leaver' })
    const as = door.as(await door.token(user))
    assert.equal(await status(as, 'GET', 'me'), 200)
    await changeUser(door.deps, user.id, { enabled: false })
    assert.equal(await status(as, 'GET', 'me'), 401)
  })

  test('everybody who signs in reads; only who may give access to everything writes', async () => {
    const subscription = '/subscriptions/22222222-2222-4222-8222-222222222222'
    const by = { createdAt: 0, createdBy: '', createdByType: '', changedAt: 0, changedBy: '', changedByType: '' }
    const resource = {
      key: subscription,
      id: subscription,
      type: subscriptionType,
      name: 's',
      parentKey: '',
      location: null,
      etag: '1',
      ...by,
    }
    await door.deps.store.putResource({ resource: { ...resource, body: { properties: {} } }, match: undefined })
    const rows: [string | undefined, string, number][] = [
      [undefined, '/', 403],
      ['Owner', '/', 0],
      ['User Access Administrator', '/', 0],
      ['Contributor', '/', 403],
      ['Reader', '/', 403],
      ['Owner', subscription, 403],
    ]
    for (const [at, [role, scope, refused]] of rows.entries()) {
      const program = await door.program(`role ${at}`)
      if (role) await give(program, role, scope)
      const as = door.as(program)
      for (const collection of reads) assert.equal(await status(as, 'GET', collection), 200)
      assert.equal(await status(as, 'POST', 'directoryObjects/getByIds', { ids: [program.id] }), 200)
      const application = await owner.get(`applications(appId='${program.appId}')`)
      const writes: [string, string, unknown, number][] = [
        ['POST', 'users', newUser(`made${at}`), 201],
        [
          'PATCH',
          `users/${(await createUser(door.deps, { login: `victim${at}` })).user.id}`,
          { passwordProfile: { password: 'Taken over 1' } },
          204,
        ],
        ['DELETE', `users/victim${at}@contoso.localhost`, undefined, 204],
        ['POST', 'groups', { displayName: `made ${at}` }, 201],
        ['POST', 'applications', { displayName: `made ${at}` }, 201],
        ['PATCH', `applications/${application.id}`, { notes: 'x' }, 204],
        ['POST', `applications/${application.id}/addPassword`, {}, 200],
        ['POST', `servicePrincipals/${program.id}/addPassword`, {}, 200],
        ['POST', `applications/${application.id}/removePassword`, { keyId: nobody }, 404],
        ['DELETE', `applications/${application.id}`, undefined, 204],
      ]
      for (const [method, path, body, allowed] of writes) {
        const answer = await as.ask(method, path, body)
        assert.equal(answer.status, refused || allowed, `${role} at ${scope}: ${method} ${path}`)
        if (refused) assert.equal(json<{ error: { code: string } }>(answer).error.code, 'Authorization_RequestDenied')
      }
    }
  })
})

describe('what is wrong', () => {
  for (const [method, path, expected] of [
    ['GET', 'users/nobody@contoso.localhost', 404],
    ['GET', 'users/nobody', 404],
    ['GET', `users/${nobody}`, 404],
    ['GET', `groups/${nobody}`, 404],
    ['GET', "servicePrincipals(appId='x')", 404],
    ['GET', "users(appId='x')", 404],
    ['GET', 'devices', 404],
    ['GET', '/graph/v2.0/users', 404],
    ['GET', '/graph', 404],
    ['GET', 'users/%zz', 400],
    ['PUT', 'users', 405],
    ['DELETE', 'me', 405],
    ['GET', 'users?$select=nothing', 400],
    ['GET', 'me?$select=password', 400],
    ['GET', 'users?$expand=memberOf', 400],
    ['POST', `applications/${nobody}/addPassword`, 404],
    ['POST', `users/${nobody}/addPassword`, 404],
    ['POST', 'constructor', 404],
    ['GET', '__proto__/x', 404],
  ] as const)
    test(`${method} ${path}: ${expected} in Graph's shape`, async () => {
      const mine = 'cccccccc-0000-4000-8000-000000000000'
      const answer = await owner.ask(method, path, method === 'POST' ? {} : undefined, { 'client-request-id': mine })
      const { error } = json<{ error: { code: string; message: string; innerError: Record<string, string> } }>(answer)
      assert.equal(answer.status, expected)
      assert.ok(error.code !== '' && error.message !== '')
      assert.deepEqual(Object.keys(error.innerError), ['date', 'request-id', 'client-request-id'])
      assert.equal(error.innerError['client-request-id'], mine)
      assert.equal(header(answer, 'request-id'), error.innerError['request-id'])
    })

  test('a body that is too large is refused', async () => {
    assert.equal(await status(owner, 'POST', 'groups', { displayName: 'x'.repeat(300_000) }), 400)
  })
})

test('no answer told a secret, a hash or a private key, and none was unexpected', () => nothingTold(door, { answers: 80, hidden: 10 }))
