import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPrecondition, type EntityTag, holdsMatch, holdsNoneMatch } from './precondition.ts'

const strong = (value: string): EntityTag => ({ value, weak: false })
const weak = (value: string): EntityTag => ({ value, weak: true })

for (const [match, current, holds] of [
  [undefined, undefined, true],
  [undefined, 'a', true],
  ['*', 'a', true],
  ['*', undefined, false],
  [[strong('a')], 'a', true],
  [[strong('b'), strong('a')], 'a', true],
  [[strong('b')], 'a', false],
  [[weak('a')], 'a', false],
  [[strong('a')], undefined, false],
  [[], 'a', false],
] as const)
  test(`If-Match ${JSON.stringify(match)} ${holds ? 'holds' : 'does not hold'} for ${current}`, () =>
    assert.equal(holdsMatch(match === undefined ? {} : { match }, current), holds))

for (const [noneMatch, current, holds] of [
  [undefined, undefined, true],
  [undefined, 'a', true],
  ['*', undefined, true],
  ['*', 'a', false],
  [[strong('a')], 'a', false],
  [[weak('a')], 'a', false],
  [[strong('b'), strong('a')], 'a', false],
  [[strong('b')], 'a', true],
  [[strong('a')], undefined, true],
] as const)
  test(`If-None-Match ${JSON.stringify(noneMatch)} ${holds ? 'holds' : 'does not hold'} for ${current}`, () =>
    assert.equal(holdsNoneMatch(noneMatch === undefined ? {} : { noneMatch }, current), holds))

test('what changes something needs both, and the refusal names the state that was found', () => {
  checkPrecondition(undefined, 'a')
  checkPrecondition({ match: [strong('a')], noneMatch: [strong('b')] }, 'a')
  const refused = { name: 'RegistryError', failure: 'precondition-failed' }
  assert.throws(() => checkPrecondition({ match: [strong('b')] }, 'a'), { ...refused, detail: { etag: 'a' } })
  assert.throws(() => checkPrecondition({ match: '*', noneMatch: [strong('a')] }, 'a'), refused)
  assert.throws(() => checkPrecondition({ match: '*' }, undefined), { ...refused, detail: {} })
})
