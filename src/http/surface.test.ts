import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '#core/access.ts'
import { BrokenOff } from '#core/broken-off.ts'
import { type Failure, RegistryError } from '#core/registry-error.ts'
import { plainRequest } from './plain-request.ts'
import { answerTo, type Call, type Route, type Surface } from './surface.ts'

interface Toy {
  world: { steps: string[]; fails?: Error | undefined; identifyFails?: Error }
  caller: Caller
  request: { kind: 'thing'; repository: string; digest: string }
  route: Route<string, Toy['request']>
  context: string
}

const caller: Caller = { id: '1', kind: 'user', name: 'somebody', held: [] }
const statuses: Partial<Record<Failure, number>> = {
  overloaded: 503,
  'storage-failed': 503,
  'too-many-requests': 429,
  'content-encoding-unsupported': 415,
}

const toy = (first: 'caller' | 'request'): Surface<Toy> => ({
  first,
  identify: ({ world }) => {
    world.steps.push('identify')
    if (world.identifyFails) throw world.identifyFails
    return caller
  },
  parse: ({ world }) => {
    world.steps.push('parse')
    return { kind: 'thing', repository: 'team/app', digest: 'sha256:0' }
  },
  routeOf: () => ({
    access: () => ({ kind: 'none' }),
    handle: (context) => ({ status: 200, headers: [['X-Own', 'a']], body: context }),
  }),
  admit: ({ world }) => {
    world.steps.push('admit')
    if (world.fails) throw world.fails
  },
  context: () => 'context',
  headers: () => [['X-Common', 'b']],
  fail: (_call, { failure, message }) => ({
    status: statuses[failure] ?? 405,
    headers: [['Content-Type', 'text/plain']],
    body: message,
  }),
})

async function ask(fails?: Error, method = 'GET', of: Partial<Call<Toy>['http']> = {}) {
  const http = { ...plainRequest({ method, url: '/' }), ...of }
  const steps: string[] = []
  return { http, steps, answer: await answerTo(toy('request'), { world: { steps, fails }, http }) }
}

const headersOf = async (failure: Failure, detail = {}, method = 'GET') => {
  const { answer } = await ask(new RegistryError(failure, 'no', detail), method)
  return answer && { status: answer.status, ...Object.fromEntries(answer.headers ?? []) }
}

test('a surface says whether the caller or the request is known first', async () => {
  for (const [first, expected] of [
    ['caller', ['identify', 'parse', 'admit']],
    ['request', ['parse', 'identify', 'admit']],
  ] as const) {
    const steps: string[] = []
    const answer = await answerTo(toy(first), { world: { steps }, http: plainRequest({ method: 'GET', url: '/' }) })
    assert.deepEqual(steps, expected)
    assert.deepEqual(answer, {
      status: 200,
      headers: [
        ['X-Common', 'b'],
        ['X-Own', 'a'],
      ],
      body: 'context',
    })
  }
})

test('who is refused learns nothing where the caller comes first, and nothing is parsed for it', async () => {
  const steps: string[] = []
  const world = { steps, identifyFails: new RegistryError('too-many-requests', 'later', { retryAfter: 7 }) }
  const answer = await answerTo(toy('caller'), { world, http: plainRequest({ method: 'GET', url: '/' }) })
  assert.deepEqual(steps, ['identify'])
  assert.equal(answer?.status, 429)
})

test('the log has who asked, of what, and why it failed', async () => {
  const { http } = await ask(new RegistryError('overloaded', 'no room'))
  assert.deepEqual(http.log, {
    principal: 'somebody',
    repository: 'team/app',
    digest: 'sha256:0',
    failure: 'overloaded',
    reason: 'no room',
  })
})

test('what each status owes is written for every surface', async () => {
  const common = { 'X-Common': 'b', 'Content-Type': 'text/plain' }
  assert.deepEqual(await headersOf('overloaded'), { status: 503, ...common, 'Retry-After': 5 })
  assert.deepEqual(await headersOf('too-many-requests', { retryAfter: 7 }), { status: 429, ...common, 'Retry-After': 7 })
  assert.deepEqual(await headersOf('content-encoding-unsupported'), { status: 415, ...common, 'Accept-Encoding': 'identity' })
  const allowed = { allowed: ['GET', 'HEAD'] }
  assert.deepEqual(await headersOf('method-unsupported', allowed), { status: 405, ...common, Allow: 'GET, HEAD' })
  assert.deepEqual(await headersOf('method-unsupported', allowed, 'OPTIONS'), {
    status: 204,
    'X-Common': 'b',
    Allow: 'GET, HEAD, OPTIONS',
  })
})

test('an error that nobody expected is in the log alone', async () => {
  const error = new Error('/var/lib/secret')
  const { answer, http } = await ask(error)
  assert.equal(http.unexpected, error)
  assert.equal(answer?.status, 503)
  assert.doesNotMatch(String(answer?.body), /secret/)
  assert.match(String(answer?.body), new RegExp(http.correlationId))
})

test('what another one said of a failure is in the log alone, and not without end', async () => {
  const { answer, http } = await ask(Object.assign(new RegistryError('storage-failed', 'away'), { cause: `secret ${'on '.repeat(1000)}` }))
  assert.doesNotMatch(String(answer?.body), /secret/)
  assert.match(http.log.cause ?? '', /^secret on .{480,}$/)
  assert.ok((http.log.cause ?? '').length <= 500)
})

test('what broke off is answered by a cut; what broke on our side is told to the operator', async () => {
  const broken = await ask(new BrokenOff('the client left'))
  assert.deepEqual([broken.answer, broken.http.log.failure, broken.http.unexpected], [undefined, 'broken-off', undefined])
  const begun = await ask(new Error('EIO'), 'GET', { beyondAnswer: true })
  assert.deepEqual([begun.answer, String(begun.http.unexpected)], [undefined, 'Error: EIO'])
  const left = await ask(new Error('aborted'), 'GET', { beyondAnswer: true, clientGone: true })
  assert.deepEqual([left.answer, left.http.unexpected], [undefined, undefined])
})
