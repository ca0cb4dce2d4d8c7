import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFilter } from '#http/odata-filter.ts'
import { guid, objectOf, secretOf } from '#ports/control-scene.contract.ts'
import type { DirectoryObject, StoredSecret } from '#ports/directory.ts'
import { mixedItems } from './answers.ts'
import { itemsOf, selected } from './items.ts'
import { nextLink, parseQuery } from './query.ts'
import { search, seedsOf } from './search.ts'

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const tenant = { id: guid(1), domain: 'ls.example' }
const app = guid(0x99)
const depsWith = (objects: readonly DirectoryObject[], secrets: readonly StoredSecret[] = []) =>
  ({
    certificates: { read: (pem: string) => (pem === 'PEM' ? { der: Uint8Array.of(1, 2), sha1: 'ab' } : undefined) },
    store: {
      secrets: async (ids: readonly string[]) => secrets.filter(({ objectId }) => ids.includes(objectId)),
      directoryObjectsByAppId: async (id: string) => objects.filter(({ appId }) => appId === id),
      directoryObjects: async ({ kinds }: { kinds: readonly string[] }, { after, limit }: { after: string; limit: number }) =>
        objects.filter(({ id, kind }) => kinds.includes(kind) && id > after).slice(0, limit),
      directoryMatches: async () => objects,
      directoryObject: async (id: string) => objects.find((each) => each.id === id),
    },
  }) as never
const of = (id: number, change: Partial<DirectoryObject>) => objectOf(guid(id), { name: 'Name', createdAt: at, ...change })
const user = of(2, { login: 'al.ice@ls.example', details: { mail: 'm@x' } })
const group = of(3, { kind: 'group', name: 'A group, é' })
const application = of(4, {
  kind: 'application',
  appId: app,
  details: { identifierUris: ['api://a'], web: { redirectUris: ['https://x'] }, appRoles: [1] },
})
const principal = of(5, { kind: 'servicePrincipal', appId: app, enabled: false })
const secrets = [
  secretOf('k1', guid(4), { name: 'n', hint: 'abc', startsAt: at, endsAt: null }),
  secretOf('k2', guid(4), { kind: 'certificate', certificate: 'PEM', startsAt: at, endsAt: at + 1000 }),
  secretOf('k3', guid(4), { kind: 'certificate', certificate: 'broken' }),
  secretOf('k4', guid(5)),
  secretOf('k5', guid(5), { kind: 'certificate', certificate: 'PEM' }),
  secretOf('k6', guid(2)),
]
const shown = async (object: DirectoryObject, others: readonly DirectoryObject[] = [application, principal]) =>
  ((await itemsOf(depsWith(others, secrets), tenant, [object]))[0] ?? {}) as Record<string, unknown>

test('a user: what Graph tells by itself, what was chosen, and no property that there is not', async () => {
  const item = await shown(user)
  assert.deepEqual(
    [item.mailNickname, item.createdDateTime, item.mail, item.surname, item.businessPhones],
    ['al.ice', '2026-01-02T03:04:05Z', 'm@x', null, []],
  )
  assert.deepEqual(Object.keys(selected(item, 'user', undefined)), [
    'businessPhones',
    'displayName',
    'givenName',
    'jobTitle',
    'mail',
    'mobilePhone',
    'officeLocation',
    'preferredLanguage',
    'surname',
    'userPrincipalName',
    'id',
  ])
  assert.deepEqual(selected(item, 'user', ['ACCOUNTENABLED', 'id']), { accountEnabled: true, id: user.id })
  assert.throws(() => selected(item, 'user', ['none']), { failure: 'request-invalid', message: /'none' on type 'microsoft\.graph\.user'/ })
  assert.equal((await shown({ ...user, details: { mailNickname: 'nick' } })).mailNickname, 'nick')
})

test('a group, an application and its principal: each with what it takes of the other', async () => {
  assert.equal((await shown(group)).mailNickname, 'Agroup')
  assert.deepEqual(selected(await shown(group), 'group', undefined), await shown(group))
  const own = await shown(application)
  assert.deepEqual(own.passwordCredentials, [
    {
      customKeyIdentifier: null,
      displayName: 'n',
      endDateTime: null,
      hint: 'abc',
      keyId: 'k1',
      secretText: null,
      startDateTime: '2026-01-02T03:04:05Z',
    },
  ])
  const key = {
    customKeyIdentifier: 'AB',
    displayName: null,
    endDateTime: '2026-01-02T03:04:06Z',
    key: 'AQI=',
    keyId: 'k2',
    startDateTime: '2026-01-02T03:04:05Z',
    type: 'AsymmetricX509Cert',
    usage: 'Verify',
  }
  assert.deepEqual(own.keyCredentials, [key])
  assert.deepEqual(
    selected(own, 'application', undefined).keyCredentials,
    [{ ...key, key: null }],
    'the certificate is told to who asks for it',
  )
  assert.deepEqual(selected(own, 'application', ['keyCredentials']).keyCredentials, [key])
  assert.deepEqual(
    [(own.web as Record<string, unknown>).redirectUris, (own.web as Record<string, unknown>).homePageUrl, own.publisherDomain],
    [['https://x'], null, 'ls.example'],
  )
  const acting = await shown(principal)
  assert.deepEqual(
    [acting.servicePrincipalNames, acting.appRoles, acting.appOwnerOrganizationId, acting.accountEnabled, acting.appDisplayName],
    [[app, 'api://a'], [1], tenant.id, false, 'Name'],
  )
  const keyIds = (keys: unknown) => (keys as { keyId: string }[]).map(({ keyId }) => keyId)
  assert.deepEqual([keyIds(acting.passwordCredentials), keyIds(acting.keyCredentials)], [['k4'], ['k5']], 'its own, not its application’s')
  const alone = await shown({ ...principal, name: 'Alone' }, [principal])
  assert.deepEqual([alone.servicePrincipalNames, alone.appRoles, alone.appDisplayName], [[app], [], 'Alone'])
  const mixed = await mixedItems({ deps: depsWith([application]), tenant }, [user, group])
  assert.deepEqual(
    mixed.map((each) => [each['@odata.type'], 'accountEnabled' in each]),
    [
      ['#microsoft.graph.user', false],
      ['#microsoft.graph.group', false],
    ],
  )
})

test('a query: its options with and without $, a page of 1 to 999, a token that was given out', () => {
  const query = (text: string) => parseQuery(new URLSearchParams(text))
  assert.deepEqual(query(''), { filter: undefined, top: 100, after: '', select: undefined })
  assert.deepEqual(query('$filter= &$select= '), query(''))
  assert.deepEqual(query(`$top=999&select=a, b&$skiptoken=${guid(0xab).toUpperCase()}`), {
    filter: undefined,
    top: 999,
    after: guid(0xab),
    select: ['a', 'b'],
  })
  assert.deepEqual([query('top=1').top, query('$filter=a eq 1').filter?.kind], [1, 'compare'])
  for (const text of ['0', '1000', '-1', '1.5', 'x', '']) assert.throws(() => query(`$top=${text}`), { failure: 'request-invalid' }, text)
  assert.throws(() => query('$skiptoken=x'), { failure: 'request-invalid' })
  for (const option of ['$count=true', '$expand=x', '$orderby=x', 'x=y'])
    assert.throws(() => query(option), { failure: 'unsupported' }, option)
  query('api-version=1')
  const parameters = new URLSearchParams('$filter=a eq 1&$SkipToken=x&skiptoken=y')
  assert.equal(nextLink('u', parameters, 'next'), 'u?$filter=a%20eq%201&$skiptoken=next')
})

test('what a filter can be looked for by, and what only everything tells', () => {
  const seeds = (text: string) => seedsOf(parseFilter(text))
  const name = { field: 'name', equals: 'x' }
  const cases: readonly (readonly [text: string, seeds: unknown])[] = [
    [`displayName eq 'x'`, [name]],
    [`DISPLAYNAME eq 'x'`, [name]],
    [`appId eq 'x'`, [{ field: 'appId', equals: 'x' }]],
    [`userPrincipalName eq 'x'`, [{ field: 'login', equals: 'x' }]],
    [`id eq 'AB'`, [{ id: 'ab' }]],
    [`mail eq 'x'`, undefined],
    [`constructor eq 'x'`, undefined],
    [`displayName ne 'x'`, undefined],
    ['displayName eq 1', undefined],
    [`startswith(displayName,'x')`, [{ field: 'name', startsWith: 'x' }]],
    [`startswith(id,'x')`, undefined],
    [`endswith(displayName,'x')`, undefined],
    [`displayName eq 'x' and mail eq 'y'`, [name]],
    [`mail eq 'y' and displayName eq 'x'`, [name]],
    [`mail eq 'y' and surname eq 'x'`, undefined],
    [`displayName eq 'x' or id eq 'y'`, [name, { id: 'y' }]],
    [`displayName eq 'x' or mail eq 'y'`, undefined],
    [`servicePrincipalNames/any(n:n eq '${app}')`, [{ field: 'appId', equals: app }]],
    [`servicePrincipalNames/any(n:n eq 'api://a')`, undefined],
    [`servicePrincipalNames/any(n:n ne '${app}')`, undefined],
    [`identifierUris/any(n:n eq '${app}')`, undefined],
    [`not displayName eq 'x'`, undefined],
  ]
  for (const [text, expected] of cases) assert.deepEqual(seeds(text), expected, text)
})

test('a page is full by number or by weight, and tells the last one on it', async () => {
  const users = Array.from({ length: 5 }, (_, each) => of(0x100 + each, { login: `u${each}@ls.example` }))
  const page = async (objects: readonly DirectoryObject[], change: object = {}) => {
    const { items, next } = await search(depsWith(objects), tenant, 'user', { filter: undefined, top: 10, after: '', ...change })
    return [items.length, next]
  }
  assert.deepEqual(await page(users, { top: 5 }), [5, undefined])
  assert.deepEqual(await page(users, { top: 4 }), [4, users[3]?.id])
  assert.deepEqual(await page(users, { top: 4, after: users[2]?.id }), [2, undefined])
  assert.deepEqual(await page(users, { filter: parseFilter(`startswith(userPrincipalName,'u3')`) }), [1, undefined])
  const heavy = users.map((each) => ({ ...each, details: { mail: 'x'.repeat(2 * 1024 * 1024) } }))
  assert.deepEqual(await page(heavy), [2, heavy[1]?.id])
})
