import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRequest } from './request.ts'

for (const [method, url, kind] of [
  ['GET', '/healthz', 'alive'],
  ['HEAD', '/healthz', 'alive'],
  ['GET', '/readyz', 'ready'],
  ['GET', '/metrics', 'metrics'],
] as const)
  test(`${method} ${url} is ${kind}`, () => assert.deepEqual(parseRequest(method, url), { kind }))

for (const [method, url, failure] of [
  ['POST', '/healthz', 'method-unsupported'],
  ['DELETE', '/nothing', 'method-unsupported'],
  ['GET', '/', 'not-found'],
  ['GET', '/metrics?name', 'not-found'],
  ['GET', 'constructor', 'not-found'],
] as const)
  test(`${method} ${url} is refused: ${failure}`, () => assert.throws(() => parseRequest(method, url), { failure }))
