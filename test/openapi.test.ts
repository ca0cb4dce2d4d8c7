import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseApiVersion } from '#core/api-version.ts'
import { parseRequest } from '#surfaces/acr/request.ts'
import { isAlive } from '#surfaces/arm/lifetime.ts'
import { typeNamed } from '#surfaces/arm/types.ts'
import { parseGraphRequest } from '#surfaces/graph/request.ts'
import { definition, operationOf, operations } from './specs/description.ts'
import { requests as graphRequests } from '../tools/openapi/directory.ts'
import { requests } from '../tools/openapi/metadata-api.ts'
import { formatPage, pages } from '../tools/openapi/pages.ts'

const documents = pages()

test('docs/api/ has our descriptions as the tables of the surfaces make them: node tools/openapi.ts', () => {
  assert.deepEqual(readdirSync('docs/api').sort(), Object.keys(documents).sort())
  for (const [name, page] of Object.entries(documents)) assert.equal(readFileSync(`docs/api/${name}`, 'utf8'), formatPage(page), name)
})

for (const [name, page] of Object.entries(documents))
  test(`${name}: each reference leads somewhere, each operation has a name of its own, each brace is a parameter`, () => {
    const text = formatPage(page)
    for (const [, kind = '', of = ''] of text.matchAll(/"#\/components\/(\w+)\/([\w.]+)"/g))
      assert.ok(Object.hasOwn(page.components[kind as 'schemas'] ?? {}, of), `${kind}/${of}`)
    const all = Object.entries(page.paths).flatMap(([path, each]) => Object.values(each).map((operation) => ({ path, ...operation })))
    assert.equal(new Set(all.map(({ operationId }) => operationId)).size, all.length)
    for (const { path, parameters } of all) {
      const named = parameters.flatMap((each) => ('in' in each && each.in === 'path' ? [`{${each.name}}`] : []))
      assert.deepEqual(named, path.match(/\{\w+\}/g) ?? [])
    }
  })

const digest = `sha256:${'a'.repeat(64)}`
for (const [kind, { method, path }] of Object.entries(requests))
  test(`/acr/v1: ${kind} is read from the URL that its page has`, () => {
    const url = path.replace('{name}', 'team/app').replace('{reference}', 'v1').replace('{digest}', digest)
    assert.equal(parseRequest(method.toUpperCase(), url).kind, kind)
  })

const guid = '0a0b0c0d-1111-4222-8333-444455556666'
const graphBodies: Readonly<Record<string, object>> = {
  'user.create': { accountEnabled: true, displayName: 'x', userPrincipalName: 'x@y', passwordProfile: { password: 'secret' } },
  'group.create': { displayName: 'x' },
  'application.create': { displayName: 'x' },
  'principal.create': { appId: guid },
  'password.remove': { keyId: guid },
  'member.add': { '@odata.id': `https://localhost/${guid}` },
  'groups.check': { groupIds: [guid] },
  'objects.by-ids': { ids: [guid] },
}
for (const [kind, rows] of Object.entries(graphRequests))
  test(`/graph: ${kind} is read from the URLs that its page has`, () => {
    for (const { method, path } of rows) {
      const url = path.replace(/\{\w+\}/g, guid)
      assert.equal(parseGraphRequest(method.toUpperCase(), url, () => graphBodies[kind] ?? {}).kind, kind, `${method} ${path}`)
    }
  })

interface Schema {
  $ref?: string
  type?: unknown
  enum?: readonly unknown[]
  readOnly?: boolean
  allOf?: readonly Schema[]
  properties?: Readonly<Record<string, Schema>>
  additionalProperties?: unknown
  items?: Schema
}

/** One of Azure's schemas with what it refers to and extends. */
function whole(schema: Schema): Schema {
  const { $ref, allOf = [], ...own } = schema
  const above = [...($ref === undefined ? [] : [definition($ref.split('/').at(-1) ?? '') as Schema]), ...allOf].map(whole)
  return {
    ...Object.assign({}, ...above),
    ...own,
    properties: Object.assign({}, ...above.map((each) => each.properties ?? {}), own.properties ?? {}) as Record<string, Schema>,
  }
}

const version = parseApiVersion('2025-11-01') as NonNullable<ReturnType<typeof parseApiVersion>>
/** What is only the service's to write, without being marked so; certificates of a token cannot be had, whatever is in them. */
const dropped: ReadonlySet<string> = new Set(['systemData', 'properties.status', 'properties.credentials.certificates'])
/** A PATCH takes what a PUT takes: clients send back whole resources. */
const ofPutAlone: ReadonlySet<string> = new Set(['location', 'properties.zoneRedundancy'])

/** What differs between a body of ours and Azure's of the same operation, by path. */
function differences(ours: Schema, theirs: Schema, isKnown: (path: string) => boolean, path = ''): string[] {
  const azure = whole(theirs)
  if (ours.enum && azure.enum)
    return ours.enum.filter((each) => typeof each === 'string' && !azure.enum?.includes(each)).map((each) => `${path} = ${String(each)}`)
  if (ours.items) return azure.items ? differences(ours.items, azure.items, isKnown, `${path}[]`) : [`${path} is no list`]
  if (!ours.properties) return []
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const own = Object.entries(ours.properties).filter(([name]) => isKnown(at(name)))
  return [
    ...own.flatMap(([name, each]) => {
      const other = azure.properties?.[name]
      return other ? differences(each, other, isKnown, at(name)) : [`${at(name)} is not Azure's`]
    }),
    ...Object.entries(azure.properties ?? {})
      .filter(([name, each]) => !whole(each).readOnly && !Object.hasOwn(ours.properties ?? {}, name) && !dropped.has(at(name)))
      .map(([name]) => `${at(name)} is not ours`),
  ]
}

const page = documents['microsoft-containerregistry.json']
const bodies = Object.entries(page?.paths ?? {}).flatMap(([path, each]) =>
  Object.entries(each).flatMap(([method, { requestBody }]) =>
    requestBody ? [{ path, method, schema: requestBody.content['application/json'].schema as Schema }] : [],
  ),
)

for (const { path, method, schema } of bodies)
  test(`${method} ${path}: the body has the properties and the choices of Azure's description`, () => {
    const url = path.replace(/\{\w+\}/g, 'x')
    const operation = operationOf(method, url)
    assert.ok(operation, 'Azure has it')
    const body = operation.parameters?.find((each) => each.in === 'body')?.schema as Schema | undefined
    assert.ok(body)
    const segments = url.split('/providers/')[1]?.split('/') ?? []
    const type = typeNamed([segments[0], ...segments.slice(1).filter((_, index) => index % 2 === 0)].join('/'))
    const isKnown = (each: string) => {
      if (method === 'patch' && ofPutAlone.has(each)) return false
      const lifetime = type?.versions.properties[each]
      return !lifetime || isAlive(lifetime, version)
    }
    assert.deepEqual(differences(schema, body, isKnown), [])
  })

test('each operation that Azure describes of what can be made here has a place in our page', () => {
  const template = (path: string) => path.toLowerCase().replace(/\{\w+\}/g, '{}')
  const ours = new Set(
    Object.entries(page?.paths ?? {}).flatMap(([path, each]) =>
      Object.keys(each).map((method) => `${method.toUpperCase()} ${template(path)}`),
    ),
  )
  const made = /^(?:Registries|ScopeMaps|Tokens)_(?!ImportImage|\w*PrivateLinkResource)/
  const missing = operations.filter(({ operationId, method, path }) => made.test(operationId) && !ours.has(`${method} ${template(path)}`))
  assert.deepEqual(
    missing.map(({ operationId }) => operationId),
    [],
  )
})
