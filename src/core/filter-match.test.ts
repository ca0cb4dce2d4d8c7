import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Comparison, Filter, FilterValue } from './filter.ts'
import { compileFilter, type FilterSchema } from './filter-match.ts'

interface Thing {
  name?: string | null
  size?: number
  parts?: string[]
}
const schema: FilterSchema<Thing> = {
  fields: { name: ({ name }) => name, size: ({ size }) => size, parts: ({ parts }) => parts },
  functions: { isone: (value) => value === 1 },
}
const compare = (field: string, operator: Comparison, value: FilterValue): Filter => ({ kind: 'compare', field, operator, value })
const holds = (filter: Filter, thing: Thing): boolean => compileFilter(filter, schema)(thing)

for (const [operator, of1, of2, of3] of [
  ['eq', false, true, false],
  ['ne', true, false, true],
  ['gt', false, false, true],
  ['ge', false, true, true],
  ['lt', true, false, false],
  ['le', true, true, false],
] as const)
  test(`"${operator} 2" of 1, 2 and 3; of what is absent or of another type only eq and ne say anything`, () => {
    const filter = compare('size', operator, 2)
    assert.deepEqual(
      [1, 2, 3].map((size) => holds(filter, { size })),
      [of1, of2, of3],
    )
    assert.equal(holds(filter, {}), operator === 'ne')
    assert.equal(holds(compare('name', operator, 2), { name: '2' }), operator === 'ne')
    assert.equal(holds(compare('parts', operator, 'a'), { parts: ['a'] }), false)
  })

test('texts are compared without case, null is what is absent', () => {
  assert.ok(holds(compare('NAME', 'eq', 'ALPHA'), { name: 'alpha' }))
  assert.ok(holds(compare('name', 'eq', null), {}))
  assert.ok(holds(compare('name', 'ne', null), { name: '' }))
})

test('and needs all, or needs one, not turns around', () => {
  const [yes, no] = [compare('size', 'eq', 1), compare('size', 'eq', 2)]
  const of = (kind: 'and' | 'or', ...filters: Filter[]) => holds({ kind, of: filters }, { size: 1 })
  assert.deepEqual([of('and', yes, yes), of('and', yes, no), of('or', no, no), of('or', no, yes)], [true, false, false, true])
  assert.equal(holds({ kind: 'not', of: yes }, { size: 1 }), false)
})

test('any asks the elements of a collection, and nothing else has any', () => {
  const any: Filter = { kind: 'any', field: 'parts', where: compare('', 'eq', 'b') }
  assert.equal(holds(any, { parts: ['a', 'b'] }), true)
  assert.equal(holds(any, { parts: ['a'] }), false)
  assert.equal(holds(any, {}), false)
  assert.equal(holds({ kind: 'any', field: 'name', where: compare('', 'eq', 'b') }, { name: 'b' }), false)
})

const call = (name: string, ...values: FilterValue[]): Filter => ({
  kind: 'call',
  name,
  arguments: [{ kind: 'field', field: 'name' }, ...values.map((value) => ({ kind: 'value', value }) as const)],
})

for (const [name, value, expected] of [
  ['startswith', 'AL', true],
  ['startswith', 'pha', false],
  ['endswith', 'PHA', true],
  ['endswith', 'al', false],
  ['contains', 'lph', true],
  ['contains', 'x', false],
] as const)
  test(`${name}(name,'${value}') of "Alpha" is ${expected}`, () => assert.equal(holds(call(name, value), { name: 'Alpha' }), expected))

test('substringof has its text first; a text function of a number or of nothing is false', () => {
  const filter: Filter = {
    kind: 'call',
    name: 'substringof',
    arguments: [
      { kind: 'value', value: 'lph' },
      { kind: 'field', field: 'name' },
    ],
  }
  assert.equal(holds(filter, { name: 'Alpha' }), true)
  assert.equal(holds(call('startswith', 1), { name: '1' }), false)
  assert.equal(holds(call('startswith', 'a'), {}), false)
})

test('a function of the schema gets single values', () => {
  const one = (field: string): Filter => ({ kind: 'call', name: 'isone', arguments: [{ kind: 'field', field }] })
  assert.equal(holds(one('size'), { size: 1 }), true)
  assert.equal(holds(one('parts'), { parts: ['1'] }), false)
})

test('what the schema does not know is refused, whichever part decides', () => {
  const unknown = compare('password', 'eq', 1)
  for (const filter of [
    unknown,
    { kind: 'or', of: [compare('size', 'eq', 1), unknown] },
    call('startswith', 'a', 'b'),
    call('startswith'),
    call('sleep', 'a'),
    compare('', 'eq', 'a'),
    call('constructor', 'a'),
  ] satisfies Filter[])
    assert.throws(() => compileFilter(filter, schema), { failure: 'request-invalid' })
})
