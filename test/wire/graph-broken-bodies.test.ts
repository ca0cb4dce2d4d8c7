import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { flag, list, object, type ObjectShape, type Shape, text } from '#core/shape.ts'
import { breaksOf, withBroken } from './broken.ts'
import { codeOf, openPlane, type Plane, type Somebody, succeeded } from '../world/plane.ts'
import { json } from '../world/send.ts'

let plane: Plane
let user: Somebody
let program: Somebody
let group: string
let application: string
before(async () => {
  plane = await openPlane()
  user = await plane.user('standing')
  program = await plane.program('standing-program')
  const made = { displayName: 'standing', mailNickname: 'standing', mailEnabled: false, securityEnabled: true }
  group = json<{ id: string }>(succeeded(await plane.graph('POST', '/groups', { body: made }), 201)).id
  const filter = encodeURIComponent(`appId eq '${program.name}'`)
  const found = succeeded(await plane.graph('GET', `/applications?$filter=${filter}`), 200)
  application = json<{ value: [{ id: string }] }>(found).value[0].id
})
after(() => plane.stop())

const texts = list(text())
/** Long texts are measured by the whole: a body has up to 256 KiB. */
const long = text(4096)

const userFields = {
  accountEnabled: flag,
  displayName: text(256),
  mailNickname: long,
  userPrincipalName: text(100),
  jobTitle: long,
  businessPhones: texts,
  passwordProfile: object({ password: text(256), forceChangePasswordNextSignIn: { is: 'fixed', value: false } }, ['password']),
}
const keys: Shape = {
  is: 'list',
  of: object({
    type: { is: 'choice', of: ['AsymmetricX509Cert'] },
    usage: { is: 'choice', of: ['Verify'] },
    keyId: text(36),
    displayName: text(256),
    startDateTime: { is: 'time' },
    endDateTime: { is: 'time' },
  }),
}
const groupFields = {
  displayName: text(256),
  mailNickname: long,
  description: long,
  securityEnabled: { is: 'fixed', value: true },
  mailEnabled: { is: 'fixed', value: false },
} as const
const applicationFields = {
  displayName: text(256),
  description: long,
  identifierUris: texts,
  tags: texts,
  signInAudience: { is: 'fixed', value: 'AzureADMyOrg' },
  keyCredentials: keys,
} as const
const principalFields = { accountEnabled: flag, description: long, tags: texts, keyCredentials: keys } as const

interface Subject {
  method: 'POST' | 'PATCH'
  path: () => string
  shape: ObjectShape
  good: () => object
}

const subjects: readonly Subject[] = [
  {
    method: 'POST',
    path: () => '/users',
    shape: object(userFields, ['accountEnabled', 'displayName', 'userPrincipalName', 'passwordProfile']),
    good: () => ({
      accountEnabled: true,
      displayName: 'x',
      mailNickname: 'x',
      userPrincipalName: `u${randomUUID().slice(0, 8)}@longshore.localhost`,
      passwordProfile: { password: `${randomUUID()}Aa1!` },
    }),
  },
  {
    method: 'PATCH',
    path: () => `/users/${user.id}`,
    shape: object({ ...userFields, passwordProfile: object({ password: text(256) }) }),
    good: () => ({}),
  },
  {
    method: 'POST',
    path: () => '/groups',
    shape: object(groupFields, ['displayName']),
    good: () => ({ displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true }),
  },
  { method: 'PATCH', path: () => `/groups/${group}`, shape: object(groupFields), good: () => ({}) },
  { method: 'POST', path: () => '/applications', shape: object(applicationFields, ['displayName']), good: () => ({ displayName: 'x' }) },
  { method: 'PATCH', path: () => `/applications/${application}`, shape: object(applicationFields), good: () => ({}) },
  { method: 'PATCH', path: () => `/servicePrincipals/${program.id}`, shape: object(principalFields), good: () => ({}) },
  {
    method: 'POST',
    path: () => `/applications/${application}/addPassword`,
    shape: object({ passwordCredential: object({ displayName: text(256), startDateTime: { is: 'time' }, endDateTime: { is: 'time' } }) }),
    good: () => ({ passwordCredential: { displayName: 'x' } }),
  },
  {
    method: 'POST',
    path: () => `/groups/${group}/members/$ref`,
    shape: object({ '@odata.id': text(1000) }, ['@odata.id']),
    good: () => ({ '@odata.id': `${plane.control}/graph/v1.0/directoryObjects/${user.id}` }),
  },
  {
    method: 'POST',
    path: () => '/directoryObjects/getByIds',
    shape: object({ ids: texts, types: texts }, ['ids']),
    good: () => ({ ids: [user.id] }),
  },
  {
    method: 'POST',
    path: () => `/users/${user.id}/checkMemberGroups`,
    shape: object({ groupIds: { is: 'list', of: text(), most: 20 } }, ['groupIds']),
    good: () => ({ groupIds: [group] }),
  },
]

/** Everything that is kept, as anybody may read it. */
async function directory(): Promise<string> {
  const all = await Promise.all(
    ['users', 'groups', 'applications', 'servicePrincipals'].map(async (each) =>
      (await plane.graph('GET', `/${each}?$top=999`)).body.toString(),
    ),
  )
  return all.join('\n')
}

/** What a sentence may say for a property: people read it too. */
const words: Readonly<Record<string, RegExp>> = {
  displayName: /displayName|display name/,
  userPrincipalName: /userPrincipalName|user principal name|name of a user/,
}

for (const { method, path, shape, good } of subjects)
  test(`${method} ${path.toString().replace(/^\(\) => /, '')}: each place of its body broken alone is refused by name, and nothing is stored`, async () => {
    const right = await plane.graph(method, path(), { body: good() })
    assert.ok(right.status < 300, right.body.toString())
    const stood = await directory()
    for (const { place, named, why, value } of breaksOf(shape))
      await fc.assert(
        fc.asyncProperty(value, async (wrong) => {
          const body = withBroken(good(), place, wrong)
          const answer = await plane.graph(method, path(), { body })
          const told = `${why} of ${named || 'the body'}: ${method} ${path()} ${JSON.stringify(body).slice(0, 300)} → ${answer.status} ${answer.body.toString()}`
          assert.deepEqual([answer.status, codeOf(answer)], [400, 'Request_BadRequest'], told)
          const { message } = json<{ error: { message: string; innerError: object } }>(answer).error
          const leaf = String(place.filter((each) => typeof each === 'string').at(-1) ?? '')
          assert.match(message, words[leaf] ?? new RegExp(leaf), told)
        }),
        { numRuns: 4 },
      )
    assert.equal(await directory(), stood, 'nothing of what was refused is kept')
  })

test('what is needed and was not given is told in the words of Graph', async () => {
  const whole = { accountEnabled: true, displayName: 'x', mailNickname: 'x', userPrincipalName: 'x@longshore.localhost' }
  for (const [path, body, told] of [
    ['/users', {}, "A value is required for property 'passwordProfile' of resource 'User'."],
    ['/users', { ...whole, passwordProfile: {} }, "A value is required for property 'password' of resource 'PasswordProfile'."],
    ['/groups', {}, "A value is required for property 'displayName' of resource 'Group'."],
    ['/servicePrincipals', {}, "A value is required for property 'appId' of resource 'ServicePrincipal'."],
  ] as const) {
    const { error } = json<{ error: { message: string } }>(succeeded(await plane.graph('POST', path, { body }), 400))
    assert.equal(error.message, told)
  }
})
