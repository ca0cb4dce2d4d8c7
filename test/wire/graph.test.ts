import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { operator } from '#core/access.ts'
import { makeClientCertificate } from '#adapters/x509/client-certificate.ts'
import { assignRole } from '#app/authorization/assign-role.ts'
import { servicePrincipalBySecret } from '#app/identity/credentials.ts'
import { changeUser, createUser } from '#app/identity/users.ts'
import { subscriptionType } from '#core/resource-id.ts'
import type { DirectoryObject } from '#ports/directory.ts'
import { type Caller, control, type GraphDoor, openGraph, tenant } from '../world/graph.ts'
import { header, json } from '../world/send.ts'

type Body = Record<string, unknown>
interface Credential {
  keyId: string
  hint: string | null
  secretText: string | null
  key: string | null
  displayName: string | null
  customKeyIdentifier: string | null
}

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
const base64Of = (pem: string) => pem.replace(/-----[A-Z ]+-----/g, '').trim()

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

describe('what az ad sp create-for-rbac does', () => {
  test('with a secret', async () => {
    assert.deepEqual(await owner.list(`servicePrincipals?$filter=${encodeURIComponent("displayName eq 'rbac'")}`), [])
    const application = await owner.post('applications', { displayName: 'rbac', keyCredentials: [] })
    assert.deepEqual([application.passwordCredentials, application.keyCredentials], [[], []])
    const asked = { displayName: 'rbac', startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2099-01-01T00:00:00Z' }
    const secret = (await owner.post(
      `applications/${application.id}/addPassword`,
      { passwordCredential: asked },
      200,
    )) as unknown as Credential & Body
    assert.match(secret.secretText ?? '', /^[\w.]{3}8Q~[\w.]{43}$/)
    assert.equal(secret.hint, secret.secretText?.slice(0, 3))
    assert.deepEqual([secret.startDateTime, secret.endDateTime], [asked.startDateTime, asked.endDateTime])
    const principal = await owner.post('servicePrincipals', { appId: application.appId, accountEnabled: true })
    assert.deepEqual(principal.servicePrincipalNames, [application.appId])
    const good = (text: string) => servicePrincipalBySecret(door.deps, String(application.appId), text)
    assert.equal((await good(secret.secretText ?? ''))?.principal.id, principal.id)
    const [shown] = (await owner.get(`applications/${application.id}`)).passwordCredentials as Credential[]
    assert.deepEqual([shown?.keyId, shown?.secretText, shown?.hint], [secret.keyId, null, secret.hint])
    assert.equal(await status(owner, 'POST', `applications/${application.id}/removePassword`, { keyId: secret.keyId }), 204)
    assert.equal(await good(secret.secretText ?? ''), undefined)
    assert.equal(await status(owner, 'POST', `applications/${application.id}/removePassword`, { keyId: secret.keyId }), 404)
  })

  test('passwords are told the newest first, those of one second too, whenever they begin', async () => {
    const application = await owner.post('applications', { displayName: 'many' })
    const added: string[] = []
    for (const startDateTime of [
      '2026-03-01T00:00:00Z',
      '2026-01-01T00:00:00Z',
      ...Array.from({ length: 6 }, () => '2026-02-01T00:00:00Z'),
    ]) {
      const asked = { passwordCredential: { displayName: `${added.length}`, startDateTime } }
      const { keyId } = (await owner.post(`applications/${application.id}/addPassword`, asked, 200)) as unknown as Credential
      added.unshift(keyId)
    }
    const told = async (path: string) => ((await owner.get(path)).passwordCredentials as Credential[]).map(({ keyId }) => keyId)
    assert.deepEqual(await told(`applications/${application.id}`), added)
    const [newest, ...rest] = added
    await owner.ask('POST', `applications/${application.id}/removePassword`, { keyId: newest })
    assert.deepEqual(await told(`applications/${application.id}?$select=passwordCredentials`), rest)
    assert.deepEqual(await told(`applications(appId='${String(application.appId)}')`), rest)
  })

  test('what was deleted is not kept: it is said by name', async () => {
    for (const [method, path] of [
      ['GET', 'directory/deletedItems/microsoft.graph.application'],
      ['GET', 'directory/deletedItems/microsoft.graph.user'],
      ['POST', `directory/deletedItems/${nobody}/restore`],
      ['DELETE', `directory/deletedItems/${nobody}`],
    ] as const) {
      const answer = await owner.ask(method, path)
      const { error } = json<{ error: { code: string; message: string } }>(answer)
      assert.deepEqual([answer.status, error.code], [400, 'FeatureNotAvailable'], path)
      assert.equal(error.message, "'directory/deletedItems' is not available in this version of Longshore.")
    }
  })

  test('with a certificate, another one appended, one taken away', async () => {
    const [first, second] = await Promise.all(['one', 'two'].map((name) => makeClientCertificate(name, { years: 1, now: Date.now() })))
    door.hidden.push(base64Of(first?.key ?? '').slice(100, 160))
    const key = {
      '@odata.type': '#microsoft.graph.keyCredential',
      displayName: null,
      key: base64Of(first?.cert ?? ''),
      keyId: 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa',
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
    }
    const application = await owner.post('applications', { displayName: 'signer', keyCredentials: [key] })
    const credentials = async (query = '') => (await owner.get(`applications/${application.id}${query}`)).keyCredentials as Credential[]
    const [shown] = await credentials()
    assert.deepEqual([shown?.keyId, shown?.key], [key.keyId, null])
    assert.equal(shown?.displayName, 'CN=one', 'nobody named it: its subject does')
    const der = Buffer.from(key.key, 'base64')
    assert.equal(shown?.customKeyIdentifier, createHash('sha1').update(der).digest('hex').toUpperCase())
    assert.equal((await credentials('?$select=keyCredentials'))[0]?.key, der.toString('base64'))
    const [stored] = await door.deps.store.secrets([String(application.id)])
    assert.equal(stored?.hash, createHash('sha256').update(der).digest('hex'))
    // A file with the private key: only the certificate of it is kept.
    const whole = Buffer.from(`${second?.key}${second?.cert}`).toString('base64')
    const more = { ...key, keyId: 'bbbbbbbb-1111-4111-8111-bbbbbbbbbbbb', key: whole }
    assert.equal(await status(owner, 'PATCH', `applications/${application.id}`, { keyCredentials: [shown, more] }), 204)
    assert.deepEqual((await credentials()).map(({ keyId }) => keyId).toSorted(), [key.keyId, more.keyId])
    assert.ok((await door.deps.store.secrets([String(application.id)])).every(({ certificate }) => !certificate?.includes('PRIVATE')))
    assert.equal(await status(owner, 'PATCH', `applications/${application.id}`, { keyCredentials: [{ keyId: more.keyId }] }), 204)
    assert.deepEqual(
      (await credentials()).map(({ keyId }) => keyId),
      [more.keyId],
    )
    for (const bad of [{ ...key, key: 'AAAA' }, { ...key, type: 'Symmetric' }, { keyId: nobody }, { ...more, keyId: 'x' }])
      assert.equal(await status(owner, 'PATCH', `applications/${application.id}`, { keyCredentials: [bad] }), 400)
    assert.equal((await credentials()).length, 1)
  })

  test('a principal of no application is refused in the words that az waits for; a second one is a conflict', async () => {
    const answer = await owner.ask('POST', 'servicePrincipals', { appId: nobody })
    assert.equal(answer.status, 400)
    assert.match(answer.body.toString(), / does not reference /)
    const { appId } = await door.program('twice')
    assert.equal(await status(owner, 'POST', 'servicePrincipals', { appId }), 409)
  })

  test('an identifier URI is a URI, and of one application', async () => {
    const one = await owner.post('applications', { displayName: 'uri', identifierUris: ['api://uri'] })
    assert.equal(await status(owner, 'POST', 'applications', { displayName: 'uri too', identifierUris: ['API://uri'] }), 409)
    assert.equal(await status(owner, 'PATCH', `applications/${one.id}`, { identifierUris: [nobody] }), 400)
    const principal = await owner.post('servicePrincipals', { appId: one.appId })
    assert.deepEqual(principal.servicePrincipalNames, [one.appId, 'api://uri'])
    const [found] = await owner.list(`servicePrincipals?$filter=${encodeURIComponent("servicePrincipalNames/any(c:c eq 'api://uri')")}`)
    assert.equal(found?.id, principal.id)
  })

  test('az ad sp credential reset, sp show, sp delete; deleting an application deletes its principal', async () => {
    const principal = await door.program('reset')
    const { secretText } = await owner.post(`servicePrincipals/${principal.id}/addPassword`, {}, 200)
    assert.equal((await servicePrincipalBySecret(door.deps, principal.appId ?? '', String(secretText)))?.principal.id, principal.id)
    assert.equal((await owner.get(`servicePrincipals(appId='${principal.appId}')`)).id, principal.id)
    const application = await owner.get(`applications(appId='${principal.appId}')`)
    assert.equal(await status(owner, 'PATCH', `servicePrincipals/${principal.id}`, { accountEnabled: false, tags: ['a'] }), 204)
    assert.equal((await owner.get(`servicePrincipals/${principal.id}`)).accountEnabled, false)
    assert.equal(
      await status(owner, 'PATCH', `applications/${application.id}`, {
        displayName: 'renamed',
        web: { redirectUris: ['http://localhost'] },
      }),
      204,
    )
    assert.equal((await owner.get(`servicePrincipals/${principal.id}`)).displayName, 'renamed')
    assert.deepEqual(await owner.list(`applications/${application.id}/owners`), [])
    assert.equal(await status(owner, 'POST', `applications/${application.id}/owners/$ref`, {}), 400)
    assert.equal(await status(owner, 'DELETE', `applications/${application.id}`), 204)
    assert.equal(await status(owner, 'GET', `servicePrincipals/${principal.id}`), 404)
    assert.equal(await status(owner, 'GET', `applications(appId='${principal.appId}')`), 404)
    const alone = await door.program('alone')
    assert.equal(await status(owner, 'DELETE', `servicePrincipals/${alone.id}`), 204)
    assert.equal((await owner.get(`applications(appId='${alone.appId}')`)).displayName, 'alone')
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

test('no answer told a secret, a hash or a private key, and none was unexpected', async () => {
  for (const collection of [
    'users',
    'groups',
    'applications?$select=keyCredentials,passwordCredentials',
    'applications',
    'servicePrincipals',
  ])
    await owner.list(collection)
  const stored = []
  for (let after = ''; ; ) {
    const kinds = ['user', 'application', 'servicePrincipal'] as const
    const page = await door.deps.store.directoryObjects({ kinds }, { after, limit: 100 })
    stored.push(...(await door.deps.store.secrets(page.map(({ id }) => id))))
    if (page.length < 100) break
    after = page.at(-1)?.id ?? ''
  }
  const hidden = [...door.hidden, ...stored.map(({ hash }) => hash), 'PRIVATE KEY', 'argon2', 'Pass word-', 'unexpected:']
  assert.ok(hidden.length > 20 && door.answered.length > 100)
  for (const told of door.answered) for (const each of hidden) assert.ok(!told.includes(each), `${each} in ${told.slice(0, 300)}`)
})
