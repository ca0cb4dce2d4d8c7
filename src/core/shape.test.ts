import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mergePatch } from './merge-patch.ts'
import { type Misfit, readShape } from './read-shape.ts'
import type { Known, ObjectShape } from './shape.ts'

class Refused extends Error {
  readonly misfit: Misfit
  constructor(misfit: Misfit) {
    super(misfit.why)
    this.misfit = misfit
  }
}
const refuse = (misfit: Misfit) => new Refused(misfit)

const shape: ObjectShape = {
  is: 'object',
  needs: ['name'],
  fields: {
    name: { is: 'text', longest: 5, pattern: /^[a-z]+$/, like: 'letters' },
    on: { is: 'flag' },
    days: { is: 'integer', least: 0, most: 365 },
    tier: { is: 'choice', of: ['Basic', 'Premium'] },
    until: { is: 'time' },
    list: { is: 'list', most: 2, of: { is: 'object', fields: { value: { is: 'text', longest: 3 } }, needs: ['value'] } },
    tags: { is: 'map', of: { is: 'text', longest: 3 }, most: 2, longestKey: 4, keyPattern: /^[^<]+$/ },
    zone: { is: 'fixed', value: 'Disabled' },
    vault: { is: 'fixed', value: null },
    code: { is: 'text', shortest: 1 },
    web: { is: 'any-object' },
  },
}

test('what is known is kept in its own spelling, what is not is left out, null stays for who merges', () => {
  assert.deepEqual(
    readShape(
      shape,
      {
        name: 'abc',
        on: null,
        tier: 'PREMIUM',
        until: '2027-01-31T12:00:00+01:00',
        list: [{ value: 'x', more: 1 }],
        tags: { a: 'b' },
        zone: 'disabled',
        vault: {},
        other: 1,
      },
      refuse,
    ),
    {
      name: 'abc',
      on: null,
      tier: 'Premium',
      until: '2027-01-31T11:00:00.000Z',
      list: [{ value: 'x' }],
      tags: { a: 'b' },
      zone: 'Disabled',
      vault: null,
    },
  )
})

const wrong: readonly [what: string, body: unknown, kind: Misfit['kind'], path: string][] = [
  ['no object', [], 'content', ''],
  ['nothing at all', undefined, 'missing', ''],
  ['what is needed is missing', {}, 'missing', 'name'],
  ['what is needed is null', { name: null }, 'missing', 'name'],
  ['a number for a text', { name: 5 }, 'content', 'name'],
  ['a text too long', { name: 'abcdef' }, 'value', 'name'],
  ['a text of another form', { name: 'A1' }, 'value', 'name'],
  ['a text for a flag', { name: 'a', on: 'true' }, 'content', 'on'],
  ['a fraction', { name: 'a', days: 1.5 }, 'value', 'days'],
  ['a number too large', { name: 'a', days: 366 }, 'value', 'days'],
  ['another choice', { name: 'a', tier: 'Gold' }, 'value', 'tier'],
  ['a day for a time', { name: 'a', until: '2027-01-31' }, 'value', 'until'],
  ['no list', { name: 'a', list: {} }, 'content', 'list'],
  ['too many', { name: 'a', list: [{}, {}, {}] }, 'value', 'list'],
  ['an entry that lacks something', { name: 'a', list: [{ value: 'x' }, {}] }, 'missing', 'list[1].value'],
  ['a tag of another type', { name: 'a', tags: { a: 1 } }, 'content', 'tags.a'],
  ['a name of a tag that is not allowed', { name: 'a', tags: { '<': 'x' } }, 'value', 'tags'],
  ['an empty text where one must say something', { name: 'a', code: '' }, 'value', 'code'],
  ['another type where an object is kept as it comes', { name: 'a', web: [] }, 'content', 'web'],
  ['what is not available', { name: 'a', zone: 'Enabled' }, 'unavailable', 'zone'],
  ['what is not available at all', { name: 'a', vault: { key: 'x' } }, 'unavailable', 'vault'],
  ['another type of what is not available', { name: 'a', zone: 5 }, 'content', 'zone'],
]
for (const [what, body, kind, path] of wrong)
  test(`refused, with the property's name: ${what}`, () => {
    assert.throws(
      () => readShape(shape, body, refuse),
      (error) => error instanceof Refused && error.misfit.kind === kind && error.misfit.path === path,
    )
  })

test('a closed object refuses what it does not name; an object that is kept comes as it is', () => {
  const closed: ObjectShape = { is: 'object', fields: { web: { is: 'any-object' } }, closed: true }
  assert.deepEqual(readShape(closed, { web: { a: [1] } }, refuse), { web: { a: [1] } })
  assert.throws(
    () => readShape(closed, { other: 1 }, refuse),
    (error) => error instanceof Refused && error.misfit.kind === 'unknown' && error.misfit.path === 'other',
  )
})

const json = () => fc.jsonValue({ maxDepth: 3 }).map((value) => value as Known)

test('a merge patch: what is given is there afterwards, null takes away, a second time changes nothing (RFC 7396)', () => {
  assert.deepEqual(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } }), { a: 'z', c: { d: 'e' } })
  assert.deepEqual(mergePatch({ a: [1, 2] }, { a: [3] }), { a: [3] })
  assert.deepEqual(mergePatch({ e: null }, { a: 1 }), { e: null, a: 1 })
  assert.deepEqual(mergePatch('text', { a: { b: null } }), { a: {} })
  fc.assert(
    fc.property(json(), json(), (target, patch) => {
      const once = mergePatch(target, patch)
      assert.deepEqual(mergePatch(once, patch), once)
    }),
  )
})
