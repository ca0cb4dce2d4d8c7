import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Caller } from '#core/access.ts'
import { RegistryError } from '#core/registry-error.ts'
import { type PlainRequest, plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import { graph } from '#surfaces/graph/surface.ts'
import type { GraphDeps } from '#surfaces/graph/context.ts'
import { openGraph } from '../world/graph.ts'

// Asked without a socket: what a surface answers is a value.
const door = await openGraph()
after(() => door.stop())
const token = await door.token(door.owner)

async function ask(request: PlainRequest, { world = door.deps, surface = graph } = {}) {
  const http = plainRequest({ headers: { authorization: `Bearer ${token}` }, ...request })
  const answer = await answerTo(surface, { world, http })
  assert.ok(answer)
  const body = answer.body === undefined ? {} : (JSON.parse(String(answer.body)) as Record<string, unknown>)
  return {
    status: answer.status,
    headers: new Headers(answer.headers?.map(([name, value]): [string, string] => [name, String(value)])),
    body,
    http,
  }
}
const codeOf = (body: Record<string, unknown>) => (body.error as { code: string } | undefined)?.code

test('who has no token learns nothing and has no body read', async () => {
  const http = { ...plainRequest({ method: 'POST', url: '/graph/v1.0/nowhere', body: '{' }), body: () => assert.fail('it was read') }
  const answer = await answerTo(graph, { world: door.deps, http })
  assert.equal(answer?.status, 401)
  assert.match(String(new Map(answer?.headers).get('WWW-Authenticate')), /^Bearer realm=""/)
})

test('a method that is not open is told with those that are; OPTIONS asks for them', async () => {
  const wrong = await ask({ method: 'PUT', url: '/graph/v1.0/users' })
  assert.deepEqual([wrong.status, codeOf(wrong.body), wrong.headers.get('allow')], [405, 'Request_BadRequest', 'GET, HEAD, POST'])
  const options = await ask({ method: 'OPTIONS', url: '/graph/v1.0/users' })
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, POST, OPTIONS'])
})

test('who is told to come again is told when; an error that nobody expected is in the log alone', async () => {
  for (const [error, expected] of [
    [new RegistryError('overloaded', 'no room'), 'no room'],
    [new Error('/var/lib/secret'), 'internal error'],
  ] as const) {
    const store = Object.assign(Object.create(door.deps.store) as GraphDeps['store'], { userByLogin: () => Promise.reject(error) })
    const answer = await ask({ method: 'GET', url: '/graph/v1.0/users/a@b' }, { world: { ...door.deps, store } })
    assert.deepEqual([answer.status, codeOf(answer.body), answer.headers.get('retry-after')], [503, 'ServiceUnavailable', '5'])
    assert.match(JSON.stringify(answer.body), new RegExp(expected))
    assert.equal(answer.http.unexpected, error instanceof RegistryError ? undefined : error)
  }
})

test('what is made is told with its place, and is there', async () => {
  const made = await ask({ method: 'POST', url: '/graph/v1.0/groups', body: JSON.stringify({ displayName: 'Crew', mailEnabled: false }) })
  assert.equal(made.status, 201)
  assert.match(made.headers.get('content-type') ?? '', /odata\.metadata=minimal/)
  const url = (made.headers.get('location') ?? '').slice('https://localhost:5443'.length)
  const found = await ask({ method: 'GET', url, headers: { authorization: `Bearer ${token}`, 'client-request-id': door.owner.id } })
  assert.deepEqual([found.status, found.body.displayName, found.headers.get('client-request-id')], [200, 'Crew', door.owner.id])
})

test('another way to know the caller takes the place of tokens by composition', async () => {
  const nobody: Caller = { id: 'x', kind: 'user', name: 'x', held: [], grants: [] }
  const everything = [{ scope: '', permissions: [{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }] }]
  const request = { method: 'POST', url: '/graph/v1.0/groups', headers: {}, body: '{"displayName":"By the socket"}' }
  const statusAs = async (caller: Caller) => (await ask(request, { surface: { ...graph, identify: () => caller } })).status
  assert.equal(await statusAs(nobody), 403)
  assert.equal(await statusAs({ ...nobody, grants: everything }), 201)
})
