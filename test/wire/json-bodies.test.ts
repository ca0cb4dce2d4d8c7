import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { wire as acrWire } from '#surfaces/acr/errors.ts'
import { pushImage } from '../world/content.ts'
import { codeOf, openPlane, type Plane, succeeded } from '../world/plane.ts'
import { type Answer, errorCode, json } from '../world/send.ts'

let plane: Plane
let registry: string
let program: { id: string; application: string }
before(async () => {
  plane = await openPlane()
  registry = (await plane.registry('bodies')).id
  succeeded(
    await plane.arm('PUT', `${registry}/tokens/standing`, {
      body: { properties: { scopeMapId: `${registry}/scopeMaps/_repositories_pull` } },
    }),
    200,
    201,
  )
  const { id, name } = await plane.program('bodies')
  const found = await plane.graph('GET', `/applications?$filter=${encodeURIComponent(`appId eq '${name}'`)}`)
  program = { id, application: json<{ value: [{ id: string }] }>(succeeded(found, 200)).value[0].id }
  await pushImage(plane.door, 'bodies', 'v1')
})
after(() => plane.stop())

const nested = (depth: number, [open, close]: readonly [string, string] = ['[', ']']) => open.repeat(depth) + close.repeat(depth)
const maps = ['{"a":', '}'] as const

/** What stands where a value is expected. */
const values: Readonly<Record<string, string>> = {
  'arrays in arrays, 4,000 deep': nested(4000),
  'arrays in arrays, 100,000 deep': nested(100_000),
  'objects in objects, 4,000 deep': `{"a":`.repeat(4000) + '1' + '}'.repeat(4000),
  'objects in objects that end in an array, 49 deep': `${maps[0].repeat(48)}[]${maps[1].repeat(48)}`,
  '60,000 values': `[${'1,'.repeat(60_000)}1]`,
  'a key twice': '{"name":1,"name":2}',
  'half a surrogate pair': '"\\ud800"',
  'a control character': '"\u0001"',
  'a word of no language': 'undefined',
}
/** Whole bodies that no reader should take. */
const bodies: Readonly<Record<string, string | Uint8Array>> = {
  'no UTF-8': Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d),
  'half of one': '{"name":',
  'two of them': '{}{}',
  'something behind it': '{}\u0000',
  'only spaces': '  ',
}

interface Row {
  of: string
  /** Known properties in which anything may be kept. */
  within: string
  ask: (body: string | Uint8Array) => Promise<Answer>
  code: (answer: Answer) => string
  expected: string
}

const graph = (method: string, path: () => string, within = 'web'): Row => ({
  of: `Graph: ${method} ${path.toString().replace(/^\(\) => /, '')}`,
  within,
  ask: (body) => plane.graph(method, path(), { body }),
  code: codeOf,
  expected: 'Request_BadRequest',
})
const arm = (method: string, path: () => string, within = 'tags'): Row => ({
  of: `ARM: ${method} ${path.toString().replace(/^\(\) => /, '')}`,
  within,
  ask: (body) => plane.arm(method, path(), { body }),
  code: codeOf,
  expected: 'InvalidRequestContent',
})
const acr = (path: string): Row => ({
  of: `/acr/v1: PATCH ${path}`,
  within: 'teleportEnabled',
  ask: (body) => plane.arm('PATCH', `/acr/v1/${path}`, { as: 'admin', body, headers: { 'content-type': 'application/json' } }),
  code: errorCode,
  expected: acrWire['request-invalid'][1],
})

const rows: readonly Row[] = [
  graph('POST', () => '/applications'),
  graph('PATCH', () => `/applications/${program.application}`, 'api'),
  graph('POST', () => `/applications/${program.application}/addPassword`, 'passwordCredential'),
  graph('POST', () => `/applications/${program.application}/removePassword`, 'keyId'),
  graph('POST', () => '/servicePrincipals', 'tags'),
  graph('PATCH', () => `/servicePrincipals/${program.id}`, 'tags'),
  graph('POST', () => '/users', 'passwordProfile'),
  graph('POST', () => '/groups', 'groupTypes'),
  graph('POST', () => `/groups/${randomUUID()}/members/$ref`, '@odata.id'),
  graph('POST', () => '/directoryObjects/getByIds', 'ids'),
  graph('POST', () => '/me/checkMemberGroups', 'groupIds'),
  arm('PUT', () => `${plane.subscription}/resourceGroups/other`),
  arm('PATCH', () => plane.group),
  arm('PUT', () => `${plane.group}/providers/Microsoft.ContainerRegistry/registries/bodiesother`),
  arm('PATCH', () => registry),
  arm('PUT', () => `${registry}/scopeMaps/other`, 'properties'),
  arm('PUT', () => `${registry}/tokens/other`, 'properties'),
  arm('POST', () => `${registry}/generateCredentials`, 'tokenId'),
  arm('POST', () => `${registry}/regenerateCredential`, 'name'),
  arm('POST', () => `${plane.subscription}/providers/Microsoft.ContainerRegistry/checkNameAvailability`, 'name'),
  arm('PUT', () => `${registry}/providers/Microsoft.Authorization/roleAssignments/${randomUUID()}`, 'properties'),
  arm('PUT', () => `${plane.subscription}/providers/Microsoft.Authorization/roleDefinitions/${randomUUID()}`, 'properties'),
  arm('PATCH', () => `${registry}/providers/Microsoft.Resources/tags/default`, 'properties'),
  acr('bodies'),
  acr('bodies/_tags/v1'),
]

for (const { of, within, ask, code, expected } of rows)
  test(`${of}: a body that is no bounded JSON is refused by name and harms nobody`, async () => {
    const all = [...Object.entries(values).map(([what, text]) => [what, `{"${within}":${text}}`] as const), ...Object.entries(bodies)]
    for (const [what, body] of all) {
      // Others ask in the same turn: what is refused takes none of them along.
      const [answer, other] = await Promise.all([ask(body), plane.graph('GET', '/me')])
      assert.deepEqual([answer.status, code(answer)], [400, expected], `${what}: ${answer.body.toString().slice(0, 300)}`)
      assert.equal(other.status, 200, what)
    }
  })

test('E5 Gitea CVE-2026-56755: a body of more bytes than its surface takes is refused before it is read', async () => {
  const text = (length: number) => `{"tags":{"a":"${'x'.repeat(length)}"}}`
  const graph = await plane.graph('POST', '/applications', { body: text(300 * 1024) })
  assert.deepEqual([graph.status, codeOf(graph)], [400, 'Request_BadRequest'])
  const arm = await plane.arm('PATCH', registry, { body: text(5 * 1024 * 1024) })
  assert.deepEqual([arm.status, codeOf(arm)], [413, 'RequestContentTooLarge'])
  const acr = await plane.arm('PATCH', '/acr/v1/bodies', { as: 'admin', body: text(70 * 1024) })
  assert.deepEqual([acr.status, errorCode(acr)], [400, acrWire['request-invalid'][1]])
})
