import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createGroup } from '#app/identity/groups.ts'
import { changeApplication } from '#app/identity/applications.ts'
import { createApplication } from '#app/identity/new-applications.ts'
import { createUser } from '#app/identity/users.ts'
import { parseFilter } from '#http/odata-filter.ts'
import { RegistryError } from '#core/registry-error.ts'
import { parseQuery } from '#surfaces/graph/query.ts'
import { seedsOf } from '#surfaces/graph/search.ts'
import { json } from '../world/send.ts'
import { type GraphDoor, openGraph } from '../world/graph.ts'

const id = 'aaaaaaaa-0000-4000-8000-000000000001'

describe('where a search begins', () => {
  for (const [filter, seeds] of [
    ["displayName eq 'Ann'", [{ field: 'name', equals: 'Ann' }]],
    ["startswith(displayName,'An')", [{ field: 'name', startsWith: 'An' }]],
    [`appId eq '${id}'`, [{ field: 'appId', equals: id }]],
    [`id eq '${id.toUpperCase()}'`, [{ id }]],
    [`servicePrincipalNames/any(c:c eq '${id}')`, [{ field: 'appId', equals: id }]],
    ["servicePrincipalNames/any(c:c eq 'api://x')", undefined],
    ["userPrincipalName eq 'a@b'", [{ field: 'login', equals: 'a@b' }]],
    ["userPrincipalName eq 'a@b' or mail eq 'a@b'", undefined],
    [
      "displayName eq 'a' or displayName eq 'b'",
      [
        { field: 'name', equals: 'a' },
        { field: 'name', equals: 'b' },
      ],
    ],
    ["mailNickname eq 'a' and displayName eq 'b'", [{ field: 'name', equals: 'b' }]],
    ["not (displayName eq 'b')", undefined],
    ["displayName ne 'b'", undefined],
    ["startswith(id,'a')", undefined],
  ] as const)
    test(filter, () => assert.deepEqual(seedsOf(parseFilter(filter)), seeds))
})

describe('the options of a query', () => {
  for (const [query, wrong] of [
    ['$top=0', 'request-invalid'],
    ['$top=1000', 'request-invalid'],
    ['$top=x', 'request-invalid'],
    ['$skiptoken=x', 'request-invalid'],
    ['$count=true', 'unsupported'],
    ['$orderby=displayName', 'unsupported'],
    ['$expand=members', 'unsupported'],
    ['$search="x"', 'unsupported'],
    ['$filter=displayName', 'request-invalid'],
    ["$filter=displayName eq 'a", 'request-invalid'],
    ["$filter=displayName like 'a'", 'request-invalid'],
  ] as const)
    test(`${query} is refused`, () =>
      assert.throws(
        () => parseQuery(new URLSearchParams(query)),
        (error: unknown) => error instanceof RegistryError && error.failure === wrong,
      ))
  test('without one, a page of a hundred from the beginning', () =>
    assert.deepEqual(parseQuery(new URLSearchParams('')), { filter: undefined, top: 100, after: '', select: undefined }))
})

describe('over the wire', () => {
  let door: GraphDoor
  let appId: string
  before(async () => {
    door = await openGraph()
    await createUser(door.deps, { login: 'ann', displayName: 'Ann "the" O\'Hara', details: { mail: 'ann@example.org' } })
    await createUser(door.deps, { login: '$odd#name', displayName: 'Änne' })
    await createGroup(door.deps, { displayName: 'Team', details: { mailNickname: 'team' } })
    const principal = await door.program('ci')
    appId = principal.appId ?? ''
    const application = await createApplication(door.deps, { displayName: 'CI of others' })
    await changeApplication(door.deps, application.id, { details: { identifierUris: ['api://others'] } })
  })
  after(() => door.stop())

  const found = async (collection: string, filter: string) =>
    (await door.as(door.owner).list(`${collection}?$filter=${encodeURIComponent(filter)}`)).map((each) => each.displayName)

  for (const [collection, filter, names] of [
    ['users', "userPrincipalName eq 'ANN@contoso.localhost'", ['Ann "the" O\'Hara']],
    ['users', "displayName eq 'ann \"the\" o''hara'", ['Ann "the" O\'Hara']],
    ['users', "startswith(displayName,'än')", ['Änne']],
    ['users', "startswith(userPrincipalName,'$odd#')", ['Änne']],
    ['users', "userPrincipalName eq 'ann@example.org' or mail eq 'ann@example.org'", ['Ann "the" O\'Hara']],
    ['users', "startswith(displayName,'Ann') and accountEnabled eq false", []],
    ['users', "userPrincipalName in ('ann@contoso.localhost','nobody@contoso.localhost')", ['Ann "the" O\'Hara']],
    ['groups', "displayName eq 'Team' and mailNickname eq 'team'", ['Team']],
    ['groups', "displayName eq 'Team' and mailNickname eq 'other'", []],
    ['applications', "startswith(displayName,'CI')", ['ci', 'CI of others']],
    ['applications', "identifierUris/any(s:s eq 'api://others')", ['CI of others']],
    ['servicePrincipals', "displayName eq 'ci'", ['ci']],
    ['servicePrincipals', "servicePrincipalNames/any(c:c eq 'nobody@contoso.localhost')", []],
  ] as const)
    test(`${collection}: ${filter}`, async () => assert.deepEqual((await found(collection, filter)).toSorted(), [...names].toSorted()))

  test('a service principal by the names that az sends', async () => {
    assert.deepEqual(await found('servicePrincipals', `servicePrincipalNames/any(c:c eq '${appId}')`), ['ci'])
    assert.deepEqual(await found('servicePrincipals', `appId eq '${appId.toUpperCase()}'`), ['ci'])
    assert.deepEqual(await found('applications', `appId eq '${appId}'`), ['ci'])
  })

  for (const [collection, filter, named] of [
    ['users', "password eq 'x'", 'password'],
    ['users', "appId eq 'x'", 'appId'],
    ['groups', "userPrincipalName eq 'x'", 'userPrincipalName'],
    ['servicePrincipals', "passwordCredentials/any(c:c eq 'x')", 'passwordCredentials'],
    ['servicePrincipals', "displayName eq 'nobody' and hash eq 'x'", 'hash'],
    ['users', "matches(displayName,'x')", 'matches'],
    ['users', "displayName eq 'x' nonsense", 'nonsense'],
  ] as const)
    test(`${collection}: ${filter} is refused, by name`, async () => {
      const answer = await door.as(door.owner).ask('GET', `${collection}?$filter=${encodeURIComponent(filter)}`)
      const { error } = json<{ error: { code: string; message: string } }>(answer)
      assert.equal(answer.status, 400)
      assert.equal(error.code, 'Request_BadRequest')
      assert.match(error.message, new RegExp(named))
    })

  test('pages follow one another, keep the filter, and lose nobody', async () => {
    for (let at = 0; at < 7; at++) await createGroup(door.deps, { displayName: `page ${at}` })
    const as = door.as(door.owner)
    for (const query of ['$top=3', '$top=2&$select=id,displayName', "$top=3&$filter=startswith(displayName,'page')"]) {
      const all = await as.list(`groups?${query.replaceAll("'", '%27')}`)
      assert.equal(new Set(all.map((each) => each.id)).size, query.includes('filter') ? 7 : 8, query)
      assert.equal(all.length, query.includes('filter') ? 7 : 8, query)
    }
    const page = await as.get('groups?$top=3&$filter=startswith(displayName,%27page%27)')
    assert.match(String(page['@odata.nextLink']), /^https:\/\/localhost:5443\/graph\/v1\.0\/groups\?.*startswith/)
  })
})
