// The operator's commands of the machine, and the page for a person with a browser, called without a socket.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '#core/refusal.ts'
import { RegistryError } from '#core/registry-error.ts'
import { plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import { control } from '#surfaces/control/surface.ts'
import { isWelcome, welcome } from '#surfaces/welcome/surface.ts'

const signal = new AbortController().signal

async function call(
  url: string,
  {
    method = 'POST',
    body = '{}',
    fails,
    named = (error: unknown) => error,
  }: { method?: string; body?: string; fails?: unknown; named?: (error: unknown) => unknown } = {},
) {
  const asked: unknown[] = []
  const machine = new Proxy(
    {},
    {
      get:
        (_, name) =>
        async (...given: unknown[]) => {
          asked.push([name, ...given])
          if (fails !== undefined) throw fails
          return { done: name }
        },
    },
  )
  const http = plainRequest({ method, url, host: 'localhost', headers: { 'content-type': 'application/json' }, body })
  const answer = await answerTo(control, { world: { machine: machine as never, signal, named }, http })
  const { status = 0, body: told = '' } = answer ?? {}
  return { status, told: JSON.parse(String(told) || 'null') as Record<string, unknown> | null, asked, http }
}

const digest = `sha256:${'a'.repeat(64)}`
const commands: readonly (readonly [name: string, body: object, input: readonly unknown[]])[] = [
  ['usage', { registry: 'r' }, [{ registry: 'r' }]],
  ['collect', {}, []],
  ['explain', { registry: 'r', digest }, [{ registry: 'r', digest }]],
  ['scrub', {}, [{ signal }]],
  ['backUp', { to: '/x' }, [{ to: '/x' }, { signal }]],
  ['listJobs', { stuck: true }, [{ stuck: true }]],
  ['retryJob', { id: 0 }, [{ id: 0 }]],
  ['rotateKey', { revoke: false }, [{ revoke: false }]],
  ['authority', { renew: true }, [{ renew: true }]],
  ['addresses', {}, []],
]

test('each command takes what it is told and nothing else', async () => {
  for (const [name, body, input] of commands) {
    const { status, told, asked } = await call(`/machine/${name}`, { body: JSON.stringify(body) })
    assert.deepEqual([status, told, asked], [200, { done: name }, [[name, ...input]]])
    for (const missing of Object.keys(body)) {
      const { [missing]: _, ...rest } = body as Record<string, unknown>
      const refused = await call(`/machine/${name}`, { body: JSON.stringify(rest) })
      assert.deepEqual([refused.status, refused.told?.failure, refused.asked], [400, 'request-invalid', []], `${name} without ${missing}`)
    }
  }
  assert.deepEqual((await call('/machine/')).told, {})
  const refused: readonly (readonly [url: string, options: Parameters<typeof call>[1], status: number])[] = [
    ['/machine/none', {}, 404],
    ['/machine/constructor', {}, 404],
    ['/machine/usage', { method: 'GET' }, 405],
    ['/machine/usage', { body: '{' }, 400],
    ['/machine/usage', { body: '[]' }, 400],
    ['/machine/backUp', { body: '{"to":"x"}' }, 400],
    ['/machine/retryJob', { body: '{"id":-1}' }, 400],
    ['/machine/retryJob', { body: '{"id":1.5}' }, 400],
    ['/machine/explain', { body: '{"registry":"r","digest":"x"}' }, 400],
    ['/machine/usage', { body: JSON.stringify({ registry: 'x'.repeat(70_000) }) }, 400],
  ]
  for (const [url, options, status] of refused) {
    const answer = await call(url, options)
    assert.deepEqual([answer.status, answer.told?.kind, answer.asked], [status, 'registry', []], url + JSON.stringify(options).slice(0, 60))
  }
  assert.match(String((await call('/machine/usage', { body: '[]' })).told?.message), /expected a JSON object/)
  assert.match(String((await call('/machine/usage', { body: '{"registry":1}' })).told?.message), /registry: /)
  assert.match(String((await call('/machine/usage', { body: '{' })).told?.message), /^the body: /)
})

test('what failed is told as it is: by name where it has one', async () => {
  const refusal = await call('/machine/collect', { fails: new Refusal('interrupted') })
  assert.deepEqual(
    [refusal.status, refusal.told?.kind, refusal.told?.reason, refusal.http.unexpected],
    [409, 'refusal', 'interrupted', undefined],
  )
  const failure = await call('/machine/collect', { fails: new RegistryError('not-found', 'no', { id: 'x' }) })
  assert.deepEqual([failure.status, failure.told], [404, { kind: 'registry', failure: 'not-found', message: 'no', detail: { id: 'x' } }])
  const bug = new Error('bug')
  const other = await call('/machine/collect', { fails: bug })
  assert.deepEqual([other.status, other.told, other.http.unexpected], [500, { kind: 'other', message: 'bug' }, bug])
  assert.deepEqual((await call('/machine/collect', { fails: 'text' })).told, { kind: 'other', message: 'text' })
  const named = await call('/machine/collect', { fails: bug, named: () => new Refusal('interrupted') })
  assert.equal(named.status, 409)
})

test('a host’s root shows a page to who asks for HTML by name, and to nobody else', async () => {
  const request = (method: string, accept?: string, url = '/', more: Record<string, string> = {}) =>
    plainRequest({ method, url, host: 'ls.example:5443', headers: { ...(accept === undefined ? {} : { accept }), ...more } })
  const html = 'text/html'
  for (const [method, accept, path, shown] of [
    ['GET', html, '/', true],
    ['HEAD', 'application/json, Text/HTML;q=0.1', '/', true],
    ['OPTIONS', undefined, '/', true],
    ['OPTIONS', undefined, '/x', false],
    ['POST', html, '/', false],
    ['GET', html, '/x', false],
    ['GET', undefined, '/', false],
    ['GET', '*/*', '/', false],
    ['GET', 'text/html;q=0', '/', false],
    ['GET', 'text/html; q=0.00', '/', false],
    ['GET', 'text/htmlx', '/', false],
    ['GET', `${'a/b,'.repeat(250)}text/html`, '/', false],
  ] as const)
    assert.equal(isWelcome(request(method, accept), path), shown, `${method} ${accept} ${path}`)
  const shown = async (method: string, more = {}) =>
    answerTo(welcome, { world: { program: 'ls-program' }, http: request(method, html, '/', more) })
  const page = await shown('GET')
  assert.match(String(page?.body), /docker login ls\.example:5443\n/)
  assert.match(String(page?.body), /eval &quot;\$\(ls-program env\)&quot;|eval "\$\(ls-program env\)"/)
  const vary = (page?.headers ?? []).filter(([name]) => name === 'Vary')
  assert.deepEqual([page?.status, vary], [200, [['Vary', 'Accept, Accept-Language']]])
  assert.match(String((await shown('GET', { 'accept-language': 'fr' }))?.body), /lang="fr"/)
  assert.equal((await shown('HEAD'))?.status, 200)
  const refused = await shown('DELETE')
  assert.deepEqual([refused?.status, JSON.parse(String(refused?.body)).errors[0].code], [405, 'UNSUPPORTED'])
  const allowed = (await shown('OPTIONS'))?.headers?.find(([name]) => name.toLowerCase() === 'allow')
  assert.match(String(allowed?.[1]), /GET, HEAD/)
})
