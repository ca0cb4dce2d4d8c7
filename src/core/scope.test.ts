import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Action, actions, covers, coversName, formatScope, intersect, parseScopes, type Scope } from './scope.ts'

const names = ['a', 'b', 'a/b', 'a/b/c', 'ab', 'a/*', 'a/b/*', '*', 'catalog']
const scopes: fc.Arbitrary<Scope> = fc.record(
  {
    type: fc.constantFrom('repository', 'registry', 'artifact-repository'),
    name: fc.constantFrom(...names),
    actions: fc.uniqueArray(fc.constantFrom<Action | '*'>(...actions, '*'), { minLength: 1 }),
  },
  { noNullPrototype: true },
)

test('what is written is read back the same', () => {
  fc.assert(fc.property(scopes, (scope) => assert.deepEqual(parseScopes([formatScope(scope)]), [scope])))
})

test('scopes come repeated or separated by spaces', () => {
  const one = { type: 'repository', name: 'a', actions: ['pull'] }
  const other = { type: 'repository', name: 'b', actions: ['push'] }
  assert.deepEqual(parseScopes(['repository:a:pull', 'repository:b:push']), [one, other])
  assert.deepEqual(parseScopes(['repository:a:pull  repository:b:push ']), [one, other])
  assert.deepEqual(parseScopes([]), [])
})

const dropped: Readonly<Record<string, string>> = {
  'an unknown type': 'repositories:a:pull',
  'no action': 'repository:a:',
  'only unknown actions': 'repository:a:admin,root',
  'a name that is none': 'repository:A:pull',
  'a walk upwards': 'repository:a/../b:pull',
  'a star inside a name': 'repository:a*:pull',
  'a star before a slash': 'repository:*/a:pull',
  'no name': 'repository::pull',
  'a class that is none': 'repository(../x):a:pull',
  'one colon': 'repository:a',
  'no colon': 'repository',
  'a name of 513 characters': `repository:${'a'.repeat(513)}:pull`,
  'an inherited name as an action': 'repository:a:constructor',
}
for (const [what, text] of Object.entries(dropped))
  test(`C7 a scope with ${what} grants nothing`, () => assert.deepEqual(parseScopes([text]), []))

test('C7 unknown actions are dropped, known ones beside them stay, each once', () => {
  assert.deepEqual(parseScopes(['repository:a:pull,fly,push,pull,*']), [{ type: 'repository', name: 'a', actions: ['pull', 'push', '*'] }])
})

test('a class of resource is read and makes no difference', () => {
  assert.deepEqual(parseScopes(['repository(plugin):a:push,pull']), [{ type: 'repository', name: 'a', actions: ['push', 'pull'] }])
})

test('the older spelling of an action is read as the newer one', () => {
  assert.deepEqual(parseScopes(['repository:a:metadataRead,metadataWrite']), [
    { type: 'repository', name: 'a', actions: ['metadata_read', 'metadata_write'] },
  ])
})

test('C7 64 scopes are read, one more is refused', () => {
  assert.equal(parseScopes(Array.from({ length: 64 }, (_, index) => `repository:a${index}:pull`)).length, 64)
  assert.throws(() => parseScopes([Array.from({ length: 65 }, () => 'repository:a:pull').join(' ')]), { failure: 'request-invalid' })
})

test('a name covers itself, a star covers each, and team/* what is below team', () => {
  assert.equal(coversName('a', 'a'), true)
  assert.equal(coversName('*', 'a/b'), true)
  assert.equal(coversName('team/*', 'team/app'), true)
  assert.equal(coversName('team/*', 'team/app/x'), true)
  assert.equal(coversName('team/*', 'team'), false)
  assert.equal(coversName('team/*', 'teamwork'), false)
  assert.equal(coversName('a', 'a/b'), false)
  assert.equal(coversName('a', '*'), false)
  assert.equal(coversName('team/*', '*'), false)
})

// The model says nothing of text: a scope is the set of (type, repository, action) that it opens in a small world.
const world = ['a', 'b', 'ab', 'a/b', 'a/x', 'a/b/c', 'a/b/x', 'catalog', 'q']
const opens = (scope: Scope): Set<string> => {
  const open = new Set<string>()
  for (const name of world)
    if (scope.name === '*' || scope.name === name || (scope.name.endsWith('/*') && name.startsWith(scope.name.slice(0, -1))))
      for (const action of actions)
        if (scope.actions.includes('*') || scope.actions.includes(action)) open.add(`${scope.type} ${name} ${action}`)
  return open
}
const union = (list: readonly Scope[]): Set<string> => new Set(list.flatMap((each) => [...opens(each)]))

test('C7 what is granted was asked for and is held, by an independent model', () => {
  fc.assert(
    fc.property(fc.array(scopes, { maxLength: 4 }), fc.array(scopes, { maxLength: 4 }), (asked, held) => {
      const granted = union(intersect(asked, held))
      assert.ok(granted.isSubsetOf(union(asked)), 'within what was asked')
      assert.ok(granted.isSubsetOf(union(held)), 'within what is held')
    }),
    { numRuns: 1000 },
  )
})

test('for a plain repository everything that is asked and held is granted', () => {
  const plain = scopes.filter((scope) => !scope.name.endsWith('*'))
  fc.assert(
    fc.property(fc.array(plain, { maxLength: 4 }), fc.array(scopes, { maxLength: 4 }), (asked, held) => {
      assert.deepEqual(union(intersect(asked, held)), union(asked).intersection(union(held)))
    }),
    { numRuns: 1000 },
  )
})

test('a scope of which nothing is left is omitted', () => {
  assert.deepEqual(intersect(parseScopes(['repository:a:push', 'repository:b:pull']), parseScopes(['repository:b:pull'])), [
    { type: 'repository', name: 'b', actions: ['pull'] },
  ])
})

test('a star is granted as a star only to who holds the star', () => {
  const star = parseScopes(['repository:a:*'])
  assert.deepEqual(intersect(star, star), star)
  assert.deepEqual(intersect(star, parseScopes(['repository:a:pull,push'])), [{ type: 'repository', name: 'a', actions: ['pull', 'push'] }])
})

test('covers is what the model says, for each action of each name', () => {
  fc.assert(
    fc.property(scopes, fc.constantFrom(...world), fc.constantFrom(...actions), (held, name, action) => {
      assert.equal(covers(held, held.type, name, action), opens(held).has(`${held.type} ${name} ${action}`))
    }),
    { numRuns: 1000 },
  )
})

test('nothing of one type covers another type', () => {
  const [held] = parseScopes(['repository:*:*'])
  assert.ok(held)
  assert.equal(covers(held, 'registry', 'catalog', '*'), false)
})
