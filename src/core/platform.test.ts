import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childPlatforms, parseImageConfig } from './platform.ts'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const nothing = { architecture: null, os: null }

for (const [what, config, expected] of [
  ['both', { architecture: 'arm64', os: 'linux', rootfs: {} }, { architecture: 'arm64', os: 'linux' }],
  ['one', { os: 'windows' }, { architecture: null, os: 'windows' }],
  ['neither', {}, nothing],
  ['words of another type', { architecture: 1, os: ['linux'] }, nothing],
  ['an empty word and one without end', { architecture: '', os: 'x'.repeat(65) }, nothing],
  ['no object', [], nothing],
  ['null', 'null', nothing],
  ['no JSON', '{"os":', nothing],
  ['no text', Buffer.of(0xff, 0xfe).toString('latin1'), nothing],
  ['a prototype', '{"__proto__":{"os":"linux"}}', nothing],
] as const)
  test(`a config with ${what}`, () => assert.deepEqual(parseImageConfig(bytes(config)), expected))

test('the children of an index come in its order, each with its platform', () => {
  const manifests = [
    { digest: 'sha256:1', platform: { architecture: 'amd64', os: 'linux' } },
    { digest: 'sha256:2', platform: null },
    { digest: 'sha256:3' },
  ]
  assert.deepEqual(childPlatforms(bytes({ manifests })), [
    { digest: 'sha256:1', architecture: 'amd64', os: 'linux' },
    { digest: 'sha256:2', ...nothing },
    { digest: 'sha256:3', ...nothing },
  ])
  assert.deepEqual(childPlatforms(bytes({ manifests: null })), [])
})
