import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Action, actions } from '#core/scope.ts'
import { formatClaims, parseClaims, type TokenClaims } from './claims.ts'

const scope = fc.record(
  {
    type: fc.constantFrom('repository' as const, 'registry' as const, 'artifact-repository' as const),
    name: fc.constantFrom('a', 'team/app', 'team/*', '*', 'catalog'),
    actions: fc.uniqueArray(fc.constantFrom<Action | '*'>(...actions, '*'), { minLength: 1 }),
  },
  { noNullPrototype: true },
)
const text = fc.string({ minLength: 1 })
const common = {
  id: text,
  subject: text,
  principalId: text,
  credential: fc.option(fc.record({ id: text, version: fc.option(fc.nat()) }, { noNullPrototype: true })),
  issuedAt: fc.nat(),
  notBefore: fc.nat(),
  expiresAt: fc.nat(),
  audience: text,
  seq: fc.nat(),
  final: fc.boolean(),
}
const claims: fc.Arbitrary<TokenClaims> = fc.oneof(
  fc.record(
    { kind: fc.constant('access_token' as const), ...common, access: fc.array(scope, { maxLength: 5 }) },
    { noNullPrototype: true },
  ),
  fc.record({ kind: fc.constant('refresh_token' as const), ...common, access: fc.constant([]) }, { noNullPrototype: true }),
)

test('what a token says is read back as it was written, through JSON', () => {
  fc.assert(
    fc.property(claims, (each) =>
      assert.deepEqual(parseClaims(JSON.parse(JSON.stringify(formatClaims(each))) as Record<string, unknown>), each),
    ),
  )
})

const sample = (kind: TokenClaims['kind'] = 'access_token'): Record<string, unknown> =>
  formatClaims({
    kind,
    id: 'jti',
    subject: 'alice',
    principalId: 'p1',
    credential: { id: 'c1', version: 3 },
    issuedAt: 1,
    notBefore: 1,
    expiresAt: 2,
    audience: 'registry.example',
    seq: 0,
    final: false,
    access: kind === 'access_token' ? [{ type: 'repository', name: 'a', actions: ['pull'] }] : [],
  })

test('the sample is good', () => assert.ok(parseClaims(sample())))

const absent = Symbol('absent')
const wrong = [absent, null, '', [], {}, true, ['x']]
const wrongNumbers = [...wrong, '1', 1.5, -1, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 53]
for (const [name, values] of Object.entries({
  jti: [...wrong, 7],
  sub: [...wrong, 7],
  pid: [...wrong, 7],
  aud: [...wrong, 7, ['registry.example']],
  iss: [...wrong, 7, 'azure container registry', 'Azure Container Registry '],
  grant_type: [...wrong, 7, 'access', 'ACCESS_TOKEN'],
  iat: wrongNumbers,
  nbf: wrongNumbers,
  exp: wrongNumbers,
  seq: wrongNumbers,
  cver: wrongNumbers.filter((each) => each !== absent),
  cid: [...wrong, 7],
  access: [
    absent,
    null,
    'x',
    {},
    true,
    [null],
    ['x'],
    [[]],
    [{}],
    [{ type: 'repository', name: 'a', actions: 'pull' }],
    [{ type: 'x', name: 'a', actions: ['pull'] }],
    [{ type: 'repository', name: 'A', actions: ['pull'] }],
    [{ type: 'repository', name: 'a', actions: [] }],
  ],
}))
  test(`C6 a token whose ${name} is absent or of another kind says nothing`, () => {
    for (const value of values) {
      const raw = sample()
      if (value === absent) delete raw[name]
      else raw[name] = value
      assert.equal(parseClaims(raw), undefined, `${name} = ${String(value)}`)
    }
  })

test('a version is of a password of the registry; a secret of the directory has none', () => {
  const raw = sample()
  delete raw.cver
  assert.deepEqual(parseClaims(raw)?.credential, { id: 'c1', version: null })
})

test('a token of nobody has no credential, neither half of one', () => {
  const raw = sample()
  delete raw.cid
  delete raw.cver
  assert.equal(parseClaims(raw)?.credential, null)
})

test("C6 a refresh token has no access, whatever it claims, and an access token's permissions say nothing", () => {
  assert.deepEqual(parseClaims({ ...sample('refresh_token'), access: [{ type: 'repository', name: '*', actions: ['*'] }] })?.access, [])
  assert.deepEqual(parseClaims({ ...sample(), permissions: { actions: ['*'] } })?.access, [
    { type: 'repository', name: 'a', actions: ['pull'] },
  ])
})

test('only the very word true makes a token final', () => {
  for (const fin of [false, 1, 'true', null, absent]) assert.equal(parseClaims({ ...sample(), fin })?.final, false)
  assert.equal(parseClaims({ ...sample(), fin: true })?.final, true)
})
