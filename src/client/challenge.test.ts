import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Challenge, parseChallenge } from './challenge.ts'

const cases: [header: string, challenge: Challenge | undefined][] = [
  [
    'Bearer realm="https://r.example/oauth2/token",service="r.example",scope="repository:a:pull,push",error="invalid_token"',
    { scheme: 'bearer', realm: 'https://r.example/oauth2/token', service: 'r.example' },
  ],
  [
    'bearer realm=https://r.example/token , service=r.example',
    { scheme: 'bearer', realm: 'https://r.example/token', service: 'r.example' },
  ],
  ['Basic realm="a registry"', { scheme: 'basic', realm: 'a registry', service: undefined }],
  ['Basic realm="x", Bearer realm="https://t",service="s"', { scheme: 'bearer', realm: 'https://t', service: 's' }],
  ['Negotiate', undefined],
  ['', undefined],
]

test('the challenge that can be answered is read, a token’s first', () => {
  for (const [header, challenge] of cases) assert.deepEqual(parseChallenge(header), challenge, header)
})
