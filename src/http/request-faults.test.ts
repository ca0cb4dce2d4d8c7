import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { faultOf } from './request-faults.ts'

interface Asked {
  method?: string
  version?: [number, number]
  headers?: Record<string, string>
}
const fault = ({ method = 'GET', version = [1, 1], headers = { host: 'a' } }: Asked) => {
  const [httpVersionMajor, httpVersionMinor] = version
  const rawHeaders = Object.entries(headers).flat()
  const found = faultOf({ method, httpVersionMajor, httpVersionMinor, headers, rawHeaders } as unknown as IncomingMessage)
  return found && [found.failure, found.close]
}

for (const [what, asked, found] of [
  ['a plain request', {}, undefined],
  ['HTTP/2', { version: [2, 0] }, ['version-unsupported', true]],
  ['no Host', { headers: {} }, ['request-invalid', true]],
  ['no Host before HTTP/1.1', { version: [1, 0], headers: {} }, undefined],
  ['a Host that is none', { headers: { host: 'a b' } }, ['request-invalid', true]],
  ['TRACE, which is known', { method: 'TRACE' }, undefined],
  ['a method that is none', { method: 'BREW' }, ['not-implemented', false]],
  ['chunks', { headers: { host: 'a', 'transfer-encoding': ' Chunked' } }, undefined],
  ['chunks before HTTP/1.1', { version: [1, 0], headers: { host: 'a', 'transfer-encoding': 'chunked' } }, ['request-invalid', true]],
  ['another transfer coding', { headers: { host: 'a', 'transfer-encoding': 'gzip' } }, ['not-implemented', true]],
  ['a coded body', { headers: { host: 'a', 'content-encoding': 'gzip', 'content-length': '1' } }, ['content-encoding-unsupported', false]],
  [
    'a coded body in chunks',
    { headers: { host: 'a', 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' } },
    ['content-encoding-unsupported', false],
  ],
  ['a coding of no body', { headers: { host: 'a', 'content-encoding': 'gzip', 'content-length': '0' } }, undefined],
  ['no coding by name', { headers: { host: 'a', 'content-encoding': 'Identity', 'content-length': '1' } }, undefined],
  ['100-continue', { headers: { host: 'a', expect: '100-Continue' } }, undefined],
  ['another expectation', { headers: { host: 'a', expect: 'a cup of tea' } }, ['expectation-failed', true]],
  ['another expectation before HTTP/1.1', { version: [1, 0], headers: { host: 'a', expect: 'a cup of tea' } }, undefined],
] as const)
  test(`${what}: ${found ? found[0] : 'nothing is wrong'}`, () => assert.deepEqual(fault(asked as unknown as Asked), found))
