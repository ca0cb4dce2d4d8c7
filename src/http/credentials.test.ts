import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAuthorization } from './credentials.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

for (const [what, header, read] of [
  ['none', undefined, undefined],
  ['an empty one', '', undefined],
  ['a name and a password', basic('a:b'), { kind: 'basic', username: 'a', password: 'b' }],
  ['a password with colons', basic('a:b:c'), { kind: 'basic', username: 'a', password: 'b:c' }],
  ['an empty password', basic('a:'), { kind: 'basic', username: 'a', password: '' }],
  ['an empty name', basic(':b'), { kind: 'basic', username: '', password: 'b' }],
  ['nobody, as old clients say it', basic(':'), undefined],
  ['no colon', basic('ab'), 'malformed'],
  ['a scheme in capitals', basic('a:b').replace('Basic', 'BASIC'), { kind: 'basic', username: 'a', password: 'b' }],
  ['letters beyond ASCII', basic('ä:ü'), { kind: 'basic', username: 'ä', password: 'ü' }],
  ['what is no base64', 'Basic a:b', 'malformed'],
  ['nothing behind the scheme', 'Basic', 'malformed'],
  ['a token', 'Bearer  a.b.c ', { kind: 'bearer', token: 'a.b.c' }],
  ['no token', 'Bearer ', 'malformed'],
  ['another scheme', 'Digest YTpi', 'malformed'],
] as const)
  test(`${what}: ${JSON.stringify(read)}`, () => assert.deepEqual(parseAuthorization(header), read))
