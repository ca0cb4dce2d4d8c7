import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Action, actions, covers } from './scope.ts'
import { checkMapAction, scopesOfMap } from './scope-map.ts'

const name = fc.constantFrom('a', 'b', 'sample', 'sample/a', 'sample/a/b', 'sample2', 'sample-2/a', 'x/sample/a')
const pattern = fc.oneof(
  name,
  name.map((each) => `${each}/*`),
  fc.constant('*'),
)
const rights = {
  'content/read': 'pull',
  'content/write': 'push',
  'content/delete': 'delete',
  'metadata/read': 'metadata_read',
  'metadata/write': 'metadata_write',
} as const
const right = fc.constantFrom(...(Object.keys(rights) as (keyof typeof rights)[]))

/** A star at the end is for all below it, alone for all there is; names compare by their parts. */
function takesIn(wild: string, repository: string): boolean {
  if (wild === '*') return true
  const [given, parts] = [wild.split('/'), repository.split('/')]
  if (given.at(-1) !== '*') return wild === repository
  return parts.length >= given.length && given.slice(0, -1).every((part, at) => parts[at] === part)
}

test('a map opens what one of its actions opens, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(pattern, right), { maxLength: 8 }),
      name,
      fc.constantFrom(...actions),
      (given, repository, action: Action) => {
        const scopes = scopesOfMap(given.map(([wild, each]) => `repositories/${wild}/${each}`))
        const expected = given.some(([wild, each]) => rights[each] === action && takesIn(wild, repository))
        assert.equal(
          scopes.some((each) => covers(each, 'repository', repository, action)),
          expected,
        )
        assert.equal(
          scopes.some((each) => covers(each, 'registry', 'catalog', '*')),
          false,
        )
      },
    ),
    { numRuns: 1000 },
  )
})

test('what a map may hold besides opens nothing', () => {
  for (const action of [
    'gateway/abcde/config/read',
    'repositories/a/content/other',
    'repositories/a',
    'repositories//content/read',
    'x',
    '',
  ])
    assert.deepEqual(scopesOfMap([action]), [], action)
})

test('each action of a map is checked when the map is made', () => {
  fc.assert(fc.property(pattern, right, (wild, each) => checkMapAction(`repositories/${wild}/${each}`)))
  for (const action of ['gateway/abcde/config/read', 'gateway/abcde/message/write', 'repositories/a__b/c-d.e/metadata/read'])
    checkMapAction(action)
  for (const action of [
    '',
    'repositories/a/content',
    'repositories//content/read',
    'repositories/A/content/read',
    'repositories/sample/*/teamA/content/read',
    'repositories/sample/teamA*/content/read',
    'repositories/sample/teamA/*/projectB/*/content/read',
    'repositories/**/content/read',
    'repositories/a/content/constructor',
    'repositories/a/metadata/delete',
    'repositories/../content/read',
    'repositories/a/content/read ',
    ' repositories/a/content/read',
    'repositories/a\n/content/read',
    'gateway/a/config/read',
    'gateway/abcde/config/delete',
    '__proto__',
  ])
    assert.throws(() => checkMapAction(action), { failure: 'request-invalid' }, JSON.stringify(action))
})

test('a long name is judged in time', () => {
  const begun = performance.now()
  assert.throws(() => checkMapAction(`repositories/${'a-'.repeat(20_000)}!/content/read`), { failure: 'request-invalid' })
  assert.throws(() => checkMapAction(`repositories/${'-'.repeat(40_000)}/content/read`), { failure: 'request-invalid' })
  assert.throws(() => checkMapAction(`repositories/a${'-'.repeat(40_000)}/content/read`), { failure: 'request-invalid' })
  assert.ok(performance.now() - begun < 1000)
})
