import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { RegistryError } from '#core/registry-error.ts'
import { type PlainRequest, plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import { entra } from '#surfaces/entra/surface.ts'
import { alice, bySecret, byPassword, entraToken, openEntra, tenant } from '../world/authority.ts'
import { azureCli } from '../world/people.ts'

// Asked without a socket: what a surface answers is a value.
const scene = await openEntra()
after(() => scene.stop())

async function ask(request: PlainRequest, world = scene.deps) {
  const http = plainRequest({ host: new URL(scene.origin).host, ...request })
  const answer = await answerTo(entra, { world, http })
  assert.ok(answer)
  const headers = new Headers(answer.headers?.map(([name, value]): [string, string] => [name, String(value)]))
  const text = String(answer.body ?? '')
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false
  return { status: answer.status, headers, text, json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {}, http }
}
const token = (form: Record<string, string>, headers = {}) =>
  ask({ method: 'POST', url: entraToken, headers, body: String(new URLSearchParams(form)) })

test('a token is an answer that nobody keeps, and the log has who asked', async () => {
  const program = await token(bySecret(scene))
  assert.deepEqual([program.status, program.headers.get('cache-control'), program.json.token_type], [200, 'no-store', 'Bearer'])
  const person = await token(byPassword(scene))
  assert.deepEqual([person.status, person.http.log.principal], [200, alice.login])
})

test('a refusal is told to a program as JSON, to a person as a page in the own language, and named in the log', async () => {
  const wrong = await token(byPassword(scene, { password: 'wrong' }), { 'client-request-id': tenant.id })
  assert.deepEqual([wrong.status, wrong.json.error, wrong.json.correlation_id], [400, 'invalid_grant', tenant.id])
  assert.deepEqual([wrong.http.log.reason, wrong.http.unexpected], ['password-wrong', undefined])
  const page = await ask({
    method: 'GET',
    url: `/common/oauth2/v2.0/authorize?client_id=${azureCli}&redirect_uri=https%3A%2F%2Fevil.example`,
    headers: { 'accept-language': 'fr' },
  })
  assert.equal(page.status, 400)
  assert.match(page.text, /<html lang="fr"/)
  assert.match(page.text, /AADSTS50011/)
})

test('a method that is not open is told with those that are; OPTIONS asks for them', async () => {
  const wrong = await ask({ method: 'GET', url: entraToken })
  assert.deepEqual([wrong.status, wrong.json.error_codes, wrong.headers.get('allow')], [400, [900561], 'POST'])
  const options = await ask({ method: 'OPTIONS', url: entraToken })
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, OPTIONS'])
})

test('who is told to come again is told when; what nobody expected is in the log alone', async () => {
  const deps = (error: Error) => ({
    ...scene.deps,
    store: Object.assign(Object.create(scene.store) as typeof scene.store, { directoryObjectsByAppId: () => Promise.reject(error) }),
  })
  const request = { method: 'POST', url: entraToken, body: String(new URLSearchParams(bySecret(scene))) }
  for (const [error, status, retryAfter] of [
    [new RegistryError('overloaded', 'no room'), 503, '5'],
    [new Error('/var/lib/secret'), 503, '5'],
    [new RegistryError('conflict', 'never here'), 500, null],
  ] as const) {
    const answer = await ask(request, deps(error))
    assert.deepEqual([answer.status, answer.json.error_codes, answer.headers.get('retry-after')], [status, [90033], retryAfter])
    assert.doesNotMatch(answer.text, /secret|never here/)
    assert.equal(answer.http.unexpected, status === 503 && error instanceof RegistryError ? undefined : error)
  }
})
