import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DataDeps } from './surface.ts'
import { plainRequest } from '#http/plain-request.ts'
import { answerTo } from '#http/surface.ts'
import { data } from './surface.ts'

test('a host of no data endpoint has nothing, whatever is asked of it', async () => {
  const deps = { clock: { now: () => 0, elapsed: () => 0 }, settings: { blobRedirect: 'strict' } } as unknown as DataDeps
  for (const [method, url, headers] of [
    ['GET', '/', {}],
    ['POST', '/', {}],
    ['GET', '/', { authorization: 'Bearer x' }],
    ['GET', `/${'a'.repeat(9000)}`, {}],
  ] as const) {
    const answer = await answerTo(data, { world: { deps, registry: undefined }, http: plainRequest({ method, url, headers }) })
    assert.equal(answer?.status, 404, `${method} ${url.slice(0, 20)}`)
    assert.match(String(answer?.body), /<Code>ResourceNotFound</)
  }
})
