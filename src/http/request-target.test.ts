import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTarget } from './request-target.ts'
import { strictTransportFor } from './strict-transport.ts'

for (const [method, raw, read] of [
  ['GET', '/v2/', { url: '/v2/' }],
  ['GET', '/a%41%2d%2f', { url: '/aA-%2f' }],
  ['GET', '//v2/a', { url: '/v2/a' }],
  ['GET', '/a//b', { url: '/a//b' }],
  ['GET', '/a?b=%41', { url: '/a?b=%41' }],
  ['GET', '/%61?b=%41', { url: '/a?b=%41' }],
  ['GET', '/a#b', undefined],
  ['GET', '*', undefined],
  ['OPTIONS', '*', { url: '*' }],
  ['GET', 'HTTP://Host:1/a?b', { url: '/a?b', origin: { scheme: 'http', authority: 'Host:1' } }],
  ['GET', 'https://host', { url: '/', origin: { scheme: 'https', authority: 'host' } }],
  ['GET', 'https://host?a', { url: '/?a', origin: { scheme: 'https', authority: 'host' } }],
  ['OPTIONS', 'https://host', { url: '*', origin: { scheme: 'https', authority: 'host' } }],
  ['GET', 'https://user@host/', undefined],
  ['GET', 'https:///a', undefined],
  ['GET', 'ftp://host/', undefined],
  ['GET', 'host:443', undefined],
  ['GET', 'v2/', undefined],
] as const)
  test(`${method} ${raw} asks for ${JSON.stringify(read)}`, () => assert.deepEqual(readTarget(method, raw), read))

for (const [host, extent, value] of [
  ['registry.example.org', 'host', 'max-age=31536000'],
  ['Registry.Example.org.:5443', 'subdomains', 'max-age=31536000; includeSubDomains'],
  ['localhost:5443', 'host', undefined],
  ['local.longshore.localhost', 'host', undefined],
  ['10.0.0.1:443', 'host', undefined],
  ['[::1]:443', 'host', undefined],
] as const)
  test(`a browser is told ${value ?? 'nothing'} of ${host}`, () => assert.equal(strictTransportFor(host, extent), value))
