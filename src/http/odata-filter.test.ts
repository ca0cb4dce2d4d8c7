import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileFilter, type FilterSchema } from '#core/filter-match.ts'
import { conjuncts, type Filter } from '#core/filter.ts'
import { parseFilter } from './odata-filter.ts'

const eq = (field: string, value: string): Filter => ({ kind: 'compare', field, operator: 'eq', value })

test('the filters that clients send', () => {
  const table: readonly (readonly [string, Filter])[] = [
    ["resourceType eq 'Microsoft.ContainerRegistry/registries'", eq('resourceType', 'Microsoft.ContainerRegistry/registries')],
    ['atScope()', { kind: 'call', name: 'atscope', arguments: [] }],
    ["assignedTo('a b')", { kind: 'call', name: 'assignedto', arguments: [{ kind: 'value', value: 'a b' }] }],
    ["atScope() and principalId eq 'x'", { kind: 'and', of: [{ kind: 'call', name: 'atscope', arguments: [] }, eq('principalId', 'x')] }],
    [
      "startswith(displayName,'it''s')",
      {
        kind: 'call',
        name: 'startswith',
        arguments: [
          { kind: 'field', field: 'displayName' },
          { kind: 'value', value: "it's" },
        ],
      },
    ],
    ["servicePrincipalNames/any(c:c eq 'x')", { kind: 'any', field: 'servicePrincipalNames', where: eq('', 'x') }],
    ["a eq '1' or b eq '2' and c eq '3'", { kind: 'or', of: [eq('a', '1'), { kind: 'and', of: [eq('b', '2'), eq('c', '3')] }] }],
    ["(a eq '1' or b eq '2') and c eq '3'", { kind: 'and', of: [{ kind: 'or', of: [eq('a', '1'), eq('b', '2')] }, eq('c', '3')] }],
    ["not (a eq '1')", { kind: 'not', of: eq('a', '1') }],
    ["a EQ '1' AND b Eq '2'", { kind: 'and', of: [eq('a', '1'), eq('b', '2')] }],
    ["a in ('1', '2')", { kind: 'or', of: [eq('a', '1'), eq('a', '2')] }],
    ["owners/any(o:o/id eq 'x')", { kind: 'any', field: 'owners', where: eq('id', 'x') }],
    ['n ge -1.5', { kind: 'compare', field: 'n', operator: 'ge', value: -1.5 }],
    ['on eq true', { kind: 'compare', field: 'on', operator: 'eq', value: true }],
    ['gone eq null', { kind: 'compare', field: 'gone', operator: 'eq', value: null }],
    ["  a  eq  ''  ", eq('a', '')],
  ]
  for (const [text, filter] of table) assert.deepEqual(parseFilter(text), filter, text)
})

test('what is no filter is refused, and the error says where', () => {
  for (const [text, at] of [
    ['', 0],
    ['a', 1],
    ['a eq', 4],
    ["a is 'x'", 1],
    ['a eq x', 4],
    ["a eq 'x", 4],
    ["a eq 'x' b", 8],
    ["(a eq 'x'", 9],
    ["a eq 'x')", 8],
    ["a eq 'x' and", 12],
    ['f(', 2],
    ["f('x'", 5],
    ["f('x',)", 6],
    ["f/any(c eq 'x')", 7],
    ["a eq 'x'; drop", 8],
    ["a in 'x'", 4],
    ['(((((((((((((((((((((((((((((((((', 24],
  ] as const)
    assert.throws(
      () => parseFilter(text),
      (error: { failure: string; detail: { at: number } }) => error.failure === 'request-invalid' && error.detail.at === at,
      text,
    )
  assert.throws(() => parseFilter(`a eq '${'x'.repeat(9000)}'`), { failure: 'request-invalid' })
})

test('any text is read or refused with a reason, in time', () => {
  const words = fc.constantFrom(
    'a',
    'eq',
    'and',
    'or',
    'not',
    '(',
    ')',
    "'x'",
    "''",
    ',',
    ':',
    'f(',
    'any(',
    'c:',
    '/',
    ' ',
    "'",
    'in',
    '5',
  )
  const texts = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(words, { maxLength: 30 }).map((each) => each.join(' ')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseFilter(text)
      } catch (error) {
        assert.equal((error as { failure?: string }).failure, 'request-invalid')
      }
    }),
  )
})

test('a value comes back as it was, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (value) => {
      assert.deepEqual(parseFilter(`a eq '${value.replaceAll("'", "''")}'`), eq('a', value))
    }),
  )
})

test('a filter is asked of what there is', () => {
  const given = {
    displayName: "Anna's Registry",
    mail: undefined,
    n: 5,
    names: ['app-1', 'https://app'],
  } as const
  const schema: FilterSchema<typeof given> = {
    fields: {
      displayName: (thing) => thing.displayName,
      mail: (thing) => thing.mail,
      n: (thing) => thing.n,
      names: (thing) => thing.names,
    },
    functions: { atscope: () => true },
  }
  for (const [text, holds] of [
    ["displayName eq 'ANNA''S registry'", true],
    ["DISPLAYNAME ne 'x'", true],
    ["startswith(displayName, 'anna')", true],
    ["endsWith(displayName, 'anna')", false],
    ["contains(displayName, '''s r')", true],
    ["substringof('REGIS', displayName)", true],
    ["startswith(mail, '')", false],
    ['mail eq null', true],
    ['n gt 4 and n le 5', true],
    ["n gt '4'", false],
    ["names/any(c:c eq 'APP-1')", true],
    ["names/any(c:startswith(c,'https'))", true],
    ["names/any(c:c eq 'x')", false],
    ["names eq 'app-1'", false],
    ["atScope() and not (displayName eq 'x')", true],
    ["displayName eq 'x' or n eq 5", true],
  ] as const)
    assert.equal(compileFilter(parseFilter(text), schema)(given), holds, text)
  for (const text of ["other eq 'x'", "n eq 5 or other eq 'x'", "n eq 4 and other eq 'x'", 'toString()', "startswith('a')"])
    assert.throws(() => compileFilter(parseFilter(text), schema), { failure: 'request-invalid' }, text)
})

test('the parts that must all hold', () => {
  const parts = conjuncts(parseFilter("a eq '1' and (b eq '2' and c eq '3') and (d eq '4' or e eq '5')"))
  assert.deepEqual(
    parts.map((each) => (each.kind === 'compare' ? each.field : each.kind)),
    ['a', 'b', 'c', 'or'],
  )
})

test('as many parts as are allowed, and no more', () => {
  const parts = (count: number, word: string) => Array.from({ length: count }, (_, each) => `a eq ${each}`).join(` ${word} `)
  const limits = { parts: 6, alternatives: 3 }
  for (const text of [parts(6, 'and'), parts(3, 'or'), '(a eq 1 or a eq 2 or a eq 3) and (a eq 4 or a eq 5)', 'a in (1,2)'])
    assert.doesNotThrow(() => parseFilter(text, limits), text)
  for (const text of [
    parts(7, 'and'),
    parts(4, 'or'),
    'a in (1,2,3,4)',
    `n/any(c:${parts(4, 'or')})`,
    `${parts(3, 'and')} and (${parts(4, 'and')})`,
  ])
    assert.throws(() => parseFilter(text, limits), { failure: 'request-invalid', message: /Max allowed: [36]\./ }, text)
})
