import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readForwarded } from './forwarded.ts'
import { clientOf, plainAddress, trustedProxies } from './proxies.ts'

test('nobody is believed unless the operator names them', () => {
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', undefined]) assert.equal(trustedProxies([]).has(address), false)
})

test('an address, a network, in IPv6 and as IPv4 over IPv6', () => {
  const proxies = trustedProxies(['10.0.0.1', '192.168.0.0/16', '2001:db8::/32', 'fe80::7'])
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '192.168.255.9', '2001:db8::5', 'fe80::7'])
    assert.equal(proxies.has(address), true, address)
  for (const address of ['10.0.0.2', '192.169.0.1', '2001:db9::5', 'fe80::8', '', 'localhost', undefined])
    assert.equal(proxies.has(address), false, String(address))
})

for (const [told, client] of [
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:4711', '203.0.113.7'],
  ['"203.0.113.7:4711"', '203.0.113.7'],
  ['[2001:db8::1]:80', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['unknown', 'unknown'],
  ['_hidden', 'unknown'],
  ['999.1.1.1', 'unknown'],
  ['', 'unknown'],
] as const)
  test(`a proxy that says ${told} means ${client}`, () => assert.equal(clientOf(told), client))

test('only the dotted form is taken out of IPv6', () => assert.equal(plainAddress('::ffff:a00:1'), '::ffff:a00:1'))

const proxies = trustedProxies(['10.0.0.0/8'])
for (const [what, headers, peer, seen] of [
  [
    'a stranger',
    { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-host': 'evil', 'x-forwarded-proto': 'https' },
    '203.0.113.1',
    { isProxied: false, address: '203.0.113.1' },
  ],
  ['a proxy that says nothing', {}, '10.0.0.1', { isProxied: true, address: '10.0.0.1', host: undefined, scheme: undefined }],
  [
    'one proxy: its last entry',
    { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' },
    '10.0.0.1',
    { isProxied: true, address: '2.2.2.2', host: undefined, scheme: undefined },
  ],
  [
    'two proxies',
    { 'x-forwarded-for': '1.1.1.1, 2.2.2.2, 10.0.0.2' },
    '10.0.0.1',
    { isProxied: true, address: '2.2.2.2', host: undefined, scheme: undefined },
  ],
  [
    'host and scheme of the same hop',
    { 'x-forwarded-for': '2.2.2.2, 10.0.0.2', 'x-forwarded-host': 'far, near', 'x-forwarded-proto': 'HTTPS, http' },
    '10.0.0.1',
    { isProxied: true, address: '2.2.2.2', host: 'far', scheme: 'https' },
  ],
  [
    'host and scheme that came once',
    { 'x-forwarded-for': '2.2.2.2, 10.0.0.2', 'x-forwarded-host': 'only', 'x-forwarded-proto': 'https' },
    '10.0.0.1',
    { isProxied: true, address: '2.2.2.2', host: 'only', scheme: 'https' },
  ],
  [
    'a scheme that is none',
    { 'x-forwarded-for': '2.2.2.2', 'x-forwarded-proto': 'ftp' },
    '10.0.0.1',
    { isProxied: true, address: '2.2.2.2', host: undefined, scheme: undefined },
  ],
  [
    'a client that it hides',
    { 'x-forwarded-for': '1.1.1.1, unknown' },
    '10.0.0.1',
    { isProxied: true, address: 'unknown', host: undefined, scheme: undefined },
  ],
] as const)
  test(`what is forwarded by ${what}`, () => assert.deepEqual(readForwarded(headers, peer, proxies), seen))
