import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { definition } from '../specs/description.ts'
import { type ArmScene, type Asking, errorOf, openArm, registryId } from '../world/arm.ts'

let scene: ArmScene
let registry: string
before(async () => {
  scene = await openArm()
  registry = registryId(scene, 'requests')
  await scene.ask('PUT', registry, { body: { location: 'local', sku: { name: 'Premium' } } })
})
after(async () => {
  await scene.stop()
  assert.deepEqual(scene.unexpected, [])
})

const failure = async (method: string, path: string, asking: Asking = {}) => {
  const answer = await scene.ask(method, path, asking)
  return [answer.status, errorOf(answer).code]
}

test('an api-version is asked for, is a day, and is not older than what there was', async () => {
  assert.deepEqual(await failure('GET', `${registry}?x=1`), [400, 'MissingApiVersionParameter'])
  for (const version of ['2016-12-31', '2026-13-01', '2026-02-30', 'latest', '2026-09-01-beta', '2017-03-01-preview-x', '20170301'])
    assert.deepEqual(await failure('GET', registry, { version }), [400, 'NoRegisteredProviderFound'], version)
  assert.deepEqual(await failure('GET', '/subscriptions', { version: '1.0' }), [400, 'InvalidApiVersionParameter'])
  for (const version of ['2017-03-01', '2017-10-01', '2019-12-01-preview', '2026-09-01-preview', '2031-01-01', '2025-11-01-PREVIEW'])
    assert.equal((await scene.ask('GET', registry, { version })).status, 200, version)
  assert.equal((await scene.ask('GET', `${registry}?API-Version=2025-11-01`)).status, 200)
})

test('what is not there: paths, namespaces, types, methods', async () => {
  const provider = `${scene.group}/providers`
  assert.deepEqual(await failure('GET', `${provider}/Microsoft.Web/sites/a`), [404, 'InvalidResourceNamespace'])
  assert.deepEqual(await failure('GET', `${provider}/Microsoft.ContainerRegistry/boats/a`), [404, 'InvalidResourceType'])
  assert.deepEqual(await failure('POST', `${registry}/fly`), [404, 'InvalidResourceType'])
  assert.deepEqual(await failure('GET', `${registry}/listCredentials`), [405, 'MethodNotAllowed'])
  assert.deepEqual(await failure('POST', registry), [405, 'MethodNotAllowed'])
  assert.deepEqual(await failure('PUT', '/subscriptions'), [405, 'MethodNotAllowed'])
  for (const path of [
    '/nowhere',
    '/',
    '/resourceGroups/rg',
    '/tenants/a',
    '/providers/Microsoft.ContainerRegistry/registries/a',
    '/providers/a/b',
  ])
    assert.deepEqual(await failure('GET', path), [404, 'MissingSubscription'], path)
  assert.deepEqual(await failure('GET', `${scene.subscription}/nowhere`), [404, 'HttpResourceNotFound'])
  assert.equal((await failure('GET', '/subscriptions/not-a-guid'))[0], 400)
  assert.deepEqual(await failure('GET', `${provider}/Microsoft.ContainerRegistry/registries/a%2Fb`), [400, 'InvalidUri'])
  assert.deepEqual(await failure('GET', `${provider}/Microsoft.ContainerRegistry/registries/%`), [400, 'InvalidUri'])
})

test("each answer carries ARM's headers, and the client's id when it asks for it", async () => {
  const id = '0a0b0c0d-1111-4222-8333-444455556666'
  const { headers } = await scene.ask('GET', registry, {
    headers: { 'x-ms-client-request-id': id, 'x-ms-return-client-request-id': 'true' },
  })
  assert.equal(headers['x-ms-client-request-id'], id)
  assert.equal(headers['cache-control'], 'no-cache')
  // The correlation id, which the exchange puts beside it.
  assert.match(String(headers['x-ms-request-id']), /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  assert.match(String(headers['x-ms-routing-request-id']), /^LOCAL:20261121T\d{6}Z:/)
  assert.match(String(headers.etag), /^"[^"]+"$/)
  assert.equal(
    (await scene.ask('GET', registry, { headers: { 'x-ms-client-request-id': id } })).headers['x-ms-client-request-id'],
    undefined,
  )
})

test("a body that is none is refused in ARM's words", async () => {
  for (const body of ['{', '[]', '"text"', '1', '', '{"location":"local","location":"local"}', '{"a":1}x', '\ufeff{}', 'null'])
    assert.deepEqual(await failure('PUT', registry, { body }), [400, 'InvalidRequestContent'], body)
  const deep = `${'{"properties":'.repeat(100)}1${'}'.repeat(100)}`
  assert.deepEqual(await failure('PUT', registry, { body: deep }), [400, 'InvalidRequestContent'])
  assert.deepEqual(await failure('PUT', registry, { body: ' '.repeat(4 * 1024 * 1024 + 1) }), [413, 'RequestContentTooLarge'])
  const polluted = await scene.ask('PATCH', registry, {
    body: '{"__proto__":{"polluted":1},"tags":{"__proto__":"x"},"properties":{"constructor":{}}}',
  })
  assert.equal(polluted.status, 200)
  assert.equal(({} as { polluted?: number }).polluted, undefined)
})

type Schema = {
  type?: string
  enum?: unknown[]
  properties?: Record<string, Schema>
  items?: Schema
  $ref?: string
  readOnly?: boolean
  format?: string
}
const resolve = (schema: Schema): Schema => (schema.$ref ? (definition(schema.$ref.split('/').at(-1) ?? '') as Schema) : schema)

const isReadOnly = (schema: Schema): boolean => {
  const parts = Object.values(schema.properties ?? {})
  return schema.readOnly === true || (parts.length > 0 && parts.every((each) => isReadOnly(resolve(each))))
}

/** Each property that a client may write, by Azure's description: its path, and its schema. */
function writable(schema: Schema, path: readonly string[] = []): { path: readonly string[]; schema: Schema }[] {
  return Object.entries(resolve(schema).properties ?? {}).flatMap(([name, each]) => {
    const [here, found] = [[...path, name], resolve(each)]
    if (each.readOnly || isReadOnly(found) || neverRead.includes(here.join('.'))) return []
    return [{ path: here, schema: found }, ...(here.length < 5 ? writable(found, here) : [])]
  })
}

/** What the description does not call read-only and yet is only the service's to write. */
const neverRead = ['systemData', 'identity.principalId', 'identity.tenantId', 'properties.policies.retentionPolicy.lastUpdatedTime']

/** A value that the schema forbids. */
const broken = ({ type, enum: choices, format }: Schema): fc.Arbitrary<unknown> => {
  const scalars = fc.oneof(fc.constant([1]), fc.integer(), fc.boolean())
  if (choices)
    return fc.oneof(
      fc.string({ minLength: 1 }).filter((text) => !choices.some((each) => String(each).toLowerCase() === text.toLowerCase())),
      fc.integer(),
      fc.boolean(),
    )
  if (type === 'boolean') return fc.oneof(fc.string(), fc.integer(), fc.constant({}), fc.constant([]))
  if (type === 'string') return format === 'date-time' ? fc.oneof(scalars, fc.constant('soon')) : fc.oneof(scalars, fc.constant({ a: 1 }))
  if (type === 'number' || type === 'integer')
    return fc.oneof(fc.string(), fc.boolean(), fc.constant({}), fc.constant(1.5), fc.constant(-1))
  if (type === 'array') return fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.constant({ a: 1 }), fc.constant([5]))
  return fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.boolean())
}

/** Bodies that are accepted as they stand. */
const subjects: readonly { of: string; method: string; path: () => string; good: () => object }[] = [
  {
    of: 'Registry',
    method: 'PUT',
    path: () => registryId(scene, 'broken1'),
    good: () => ({ location: 'local', sku: { name: 'Premium' }, properties: {} }),
  },
  { of: 'RegistryUpdateParameters', method: 'PATCH', path: () => registry, good: () => ({}) },
  {
    of: 'ScopeMap',
    method: 'PUT',
    path: () => `${registry}/scopeMaps/broken-map`,
    good: () => ({ properties: { actions: ['repositories/a/content/read'] } }),
  },
  { of: 'ScopeMapUpdateParameters', method: 'PATCH', path: () => `${registry}/scopeMaps/good-map`, good: () => ({}) },
  {
    of: 'Token',
    method: 'PUT',
    path: () => `${registry}/tokens/broken-token`,
    good: () => ({ properties: { scopeMapId: `${registry}/scopeMaps/good-map`, status: 'enabled' } }),
  },
  { of: 'TokenUpdateParameters', method: 'PATCH', path: () => `${registry}/tokens/good-token`, good: () => ({}) },
  {
    of: 'GenerateCredentialsParameters',
    method: 'POST',
    path: () => `${registry}/generateCredentials`,
    good: () => ({ tokenId: `${registry}/tokens/good-token` }),
  },
  {
    of: 'RegenerateCredentialParameters',
    method: 'POST',
    path: () => `${registry}/regenerateCredential`,
    good: () => ({ name: 'password' }),
  },
  {
    of: 'RegistryNameCheckRequest',
    method: 'POST',
    path: () => `${scene.subscription}/providers/Microsoft.ContainerRegistry/checkNameAvailability`,
    good: () => ({ name: 'abcdef', type: 'Microsoft.ContainerRegistry/registries' }),
  },
]

function withBroken(good: object, path: readonly string[], value: unknown): object {
  const [name = '', ...rest] = path
  const before = (good as Record<string, unknown>)[name]
  return { ...good, [name]: rest.length === 0 ? value : withBroken(typeof before === 'object' && before ? before : {}, rest, value) }
}

test("a body that breaks the schema in one place is refused with ARM's error, whatever the place and the value", async () => {
  await scene.ask('PATCH', registry, { body: { properties: { adminUserEnabled: true } } })
  await scene.ask('PUT', `${registry}/scopeMaps/good-map`, { body: { properties: { actions: ['repositories/a/content/read'] } } })
  await scene.ask('PUT', `${registry}/tokens/good-token`, { body: { properties: { scopeMapId: `${registry}/scopeMaps/good-map` } } })
  let sent = 0
  for (const { of, method, path, good } of subjects) {
    const places = writable(definition(of) as Schema)
    assert.ok(places.length > 0, of)
    const accepted = await scene.ask(method, path(), { body: good() })
    assert.ok(accepted.status < 400, `${of} ${JSON.stringify(accepted.body)}`)
    for (const place of places)
      await fc.assert(
        fc.asyncProperty(broken(place.schema), async (value) => {
          const body = withBroken(good(), place.path, value)
          const answer = await scene.ask(method, path(), { body })
          sent++
          const told = `${method} ${of} ${JSON.stringify(body)} → ${answer.status} ${JSON.stringify(answer.body)}`
          assert.ok(answer.status >= 400 && answer.status < 500, told)
          assert.ok(errorOf(answer).code !== '' && errorOf(answer).message !== '', told)
        }),
        { numRuns: 8 },
      )
  }
  assert.ok(sent > 300, `${sent} bodies`)
})

test('any JSON at all is answered, and never with a 5xx', async () => {
  const paths = [
    ['PUT', () => registryId(scene, 'anything')],
    ['PATCH', () => registry],
    ['PUT', () => `${registry}/tokens/anything`],
    ['POST', () => `${registry}/generateCredentials`],
    ['PUT', () => `${scene.subscription}/resourcegroups/anything`],
    ['PATCH', () => `${registry}/providers/Microsoft.Resources/tags/default`],
  ] as const
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.json(), async ([method, path], body) => {
      assert.ok((await scene.ask(method, path(), { body })).status < 500)
    }),
    { numRuns: 200 },
  )
})
