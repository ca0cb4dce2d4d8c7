import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxiesOf, sparesHost } from './no-proxy.ts'

const cases: [list: string, host: string, spared: boolean][] = [
  ['', 'localhost', false],
  ['*', 'a.example', true],
  ['localhost', 'localhost', true],
  ['localhost', 'contoso.longshore.localhost', true],
  ['.localhost', 'contoso.longshore.localhost', true],
  ['.localhost', 'localhost', false],
  ['*.localhost', 'contoso.longshore.localhost', true],
  ['example.org, LONGSHORE.localhost:5443', 'contoso.longshore.localhost', true],
  ['longshore.localhost', 'other.localhost', false],
  ['host', 'localhost', false],
  ['127.0.0.1', '127.0.0.1', true],
  ['[::1]:5443', '[::1]', true],
  ['10.0.0.0/8', 'registry.example.org', false],
]

test('NO_PROXY spares a name, what is below it, and addresses', () => {
  for (const [list, host, spared] of cases) assert.equal(sparesHost(list, host), spared, `${list} ${host}`)
})

test('proxies are read in both spellings', () => {
  assert.deepEqual(proxiesOf({ https_proxy: 'http://p', HTTP_PROXY: '', no_proxy: 'a' }), { proxies: ['https_proxy'], spared: 'a' })
  assert.deepEqual(proxiesOf({ HTTPS_PROXY: 'http://p', NO_PROXY: 'b' }), { proxies: ['HTTPS_PROXY'], spared: 'b' })
})
