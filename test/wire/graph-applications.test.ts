import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { makeClientCertificate } from '#adapters/x509/client-certificate.ts'
import { servicePrincipalBySecret } from '#app/identity/credentials.ts'
import { type Caller, control, type GraphDoor, nothingTold, openGraph } from '../world/graph.ts'
import { json } from '../world/send.ts'

type Body = Record<string, unknown>
interface Credential {
  keyId: string
  hint: string | null
  secretText: string | null
  key: string | null
  displayName: string | null
  customKeyIdentifier: string | null
}

interface Whole {
  servicePrincipal: Body & { id: string }
  passwordCredential?: Credential & { startDateTime: string; endDateTime: string }
  roleAssignment?: { name: string; scope: string; roleDefinitionId: string }
}

let door: GraphDoor
let owner: Caller
before(async () => {
  door = await openGraph()
  owner = door.as(door.owner)
})
after(() => door.stop())

const nobody = 'ffffffff-0000-4000-8000-000000000000'
const status = async (as: Caller, method: string, path: string, body?: unknown) => (await as.ask(method, path, body)).status
const base64Of = (pem: string) => pem.replace(/-----[A-Z ]+-----/g, '').trim()

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

  test('in one request: with its principal, a secret and a role', async () => {
    const asked = { displayName: 'rbac', startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2099-01-01T00:00:00Z' }
    const body = {
      displayName: 'whole',
      longshore: { passwordCredential: asked, roleAssignment: { scope: '/', roleDefinitionId: 'Reader' } },
    }
    const made = (await owner.post('applications', body)) as Body & { longshore: Whole }
    const { servicePrincipal, passwordCredential: secret, roleAssignment } = made.longshore
    assert.deepEqual([servicePrincipal.appId, servicePrincipal.displayName], [made.appId, 'whole'])
    assert.deepEqual([secret?.displayName, secret?.startDateTime, secret?.endDateTime], Object.values(asked))
    const signedIn = await servicePrincipalBySecret(door.deps, String(made.appId), secret?.secretText ?? '')
    assert.equal(signedIn?.principal.id, servicePrincipal.id)
    const [held, ...more] = await door.deps.store.roleAssignments({ principalIds: [servicePrincipal.id] }, { after: '', limit: 9 })
    assert.deepEqual([held?.name, held?.scopeId, held?.roleId, more.length], [...Object.values(roleAssignment ?? {}), 0])
    assert.equal(held?.createdBy, door.owner.id)
    const { longshore, ...application } = made
    assert.ok(longshore)
    assert.deepEqual(await owner.get(`applications/${made.id}`), { ...application, '@odata.context': made['@odata.context'] })
    assert.deepEqual(await owner.get(`servicePrincipals/${servicePrincipal.id}`), {
      '@odata.context': `${control}/graph/v1.0/$metadata#servicePrincipals/$entity`,
      ...servicePrincipal,
    })
  })

  test('in one request, as little as may be, or with a certificate', async () => {
    const [least, certified] = [
      await owner.post('applications', { displayName: 'least', longshore: { passwordCredential: null, roleAssignment: null } }),
      await makeClientCertificate('x', { years: 1, now: Date.now() }),
    ]
    assert.deepEqual(Object.keys(least.longshore as Body), ['servicePrincipal'])
    const key = { key: Buffer.from(certified.cert).toString('base64'), type: 'AsymmetricX509Cert', usage: 'Verify' }
    const made = await owner.post('applications', { displayName: 'certified', keyCredentials: [key], longshore: {} })
    assert.equal((made.keyCredentials as Credential[]).length, 1)
    const { endDateTime } = (
      (await owner.post('applications', { displayName: 'usual', longshore: { passwordCredential: {} } })) as Body & { longshore: Whole }
    ).longshore.passwordCredential ?? { endDateTime: '' }
    assert.ok(Date.parse(endDateTime) - door.deps.clock.now() > 729 * 86_400_000, 'two years, as addPassword')
  })

  test('in one request nothing is made of what cannot be made whole', async () => {
    const before = (await owner.list('applications')).length
    const role = { scope: '/', roleDefinitionId: 'Reader' }
    for (const [code, longshore] of [
      [404, { roleAssignment: { ...role, scope: '/subscriptions/11111111-2222-4333-8444-000000000000' } }],
      [404, { roleAssignment: { ...role, roleDefinitionId: 'Nonsense' } }],
      [400, { roleAssignment: { scope: '/' } }],
      [400, { passwordCredential: { startDateTime: '2026-01-02T00:00:00Z', endDateTime: '2026-01-01T00:00:00Z' } }],
      [400, { passwordCredential: { secretText: 'my own' } }],
      [400, { servicePrincipal: {} }],
      [400, true],
      [400, null],
    ] as const)
      assert.equal(await status(owner, 'POST', 'applications', { displayName: 'half', longshore }), code, JSON.stringify(longshore))
    const { id } = await owner.post('applications', { displayName: 'plain' })
    assert.equal(await status(owner, 'PATCH', `applications/${id}`, { longshore: {} }), 400)
    assert.equal((await owner.list('applications')).length, before + 1)
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

test('no answer told a secret, a hash or a private key, and none was unexpected', () => nothingTold(door, { answers: 40, hidden: 10 }))
