import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { builtInRole } from './built-in-roles.ts'
import { coversAction, type Grant, heldByGrants, type Permission, permits } from './permission.ts'
import { isWithin } from './resource-id.ts'

// Few words, so that patterns and actions often meet; signs that a regular expression would read differently.
const word = fc.constantFrom('a', 'b', 'A.b', 'a+b', '(x', 'read', 'write')
const action = fc.array(word, { minLength: 1, maxLength: 4 }).map((each) => each.join('/'))
const pattern = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: fc.constant('*') }), { minLength: 1, maxLength: 4 })
  .map((each) => each.join('/'))
const anyCase = (text: string) => fc.constantFrom(text, text.toUpperCase(), text.toLowerCase())

/** `*` stands for any run of characters: told by trying, letter for letter. */
function covers(wild: string, text: string): boolean {
  if (wild === '') return text === ''
  if (wild[0] === '*') return covers(wild.slice(1), text) || (text !== '' && covers(wild, text.slice(1)))
  return text !== '' && wild[0]?.toLowerCase() === text[0]?.toLowerCase() && covers(wild.slice(1), text.slice(1))
}

test('a pattern takes in what its stars leave open, in any case', () => {
  fc.assert(
    fc.property(pattern, action, (wild, text) => {
      assert.equal(coversAction(wild, text), covers(wild, text))
    }),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(
      action.chain((text) => fc.tuple(fc.constant(text), anyCase(text))),
      ([text, other]) => coversAction(text, other),
    ),
  )
  for (const [wild, text, expected] of [
    ['*/read', 'Microsoft.ContainerRegistry/registries/read', true],
    ['*/read', 'Microsoft.ContainerRegistry/registries/pull/read', true],
    ['*/read', 'Microsoft.ContainerRegistry/registries/listCredentials/action', false],
    ['Microsoft.Authorization/*/Write', 'Microsoft.Authorization/roleAssignments/write', true],
    ['Microsoft.Authorization/*/Write', 'Microsoft.AuthorizationX/roleAssignments/write', false],
    ['Microsoft.ContainerRegistry/registries', 'Microsoft.ContainerRegistry/registries/read', false],
    ['', 'a', false],
  ] as const)
    assert.equal(coversAction(wild, text), expected, `${wild} ${text}`)
})

const permission: fc.Arbitrary<Permission> = fc.record({
  actions: fc.array(pattern, { maxLength: 3 }),
  notActions: fc.array(pattern, { maxLength: 2 }),
  dataActions: fc.array(pattern, { maxLength: 2 }),
  notDataActions: fc.array(pattern, { maxLength: 2 }),
})
const scope = fc.constantFrom('', '/s/a', '/s/ab', '/s/a/g/x', '/s/a/g/x/r/y', '/s/a/g/x-2')
const grants: fc.Arbitrary<Grant[]> = fc.array(fc.record({ scope, permissions: fc.array(permission, { maxLength: 2 }) }), { maxLength: 4 })

test('an action is permitted when one permission of one grant at the scope or above gives it and does not take it itself', () => {
  fc.assert(
    fc.property(grants, action, scope, fc.constantFrom('action' as const, 'dataAction' as const), (given, text, at, kind) => {
      let expected = false
      for (const grant of given) {
        if (!(grant.scope === '' || at === grant.scope || at.startsWith(`${grant.scope}/`))) continue
        for (const each of grant.permissions) {
          const [give, take] = kind === 'action' ? [each.actions, each.notActions] : [each.dataActions, each.notDataActions]
          if (give.some((wild) => covers(wild, text)) && !take.some((wild) => covers(wild, text))) expected = true
        }
      }
      assert.equal(permits(given, text, at, kind), expected)
    }),
    { numRuns: 2000 },
  )
})

test('another grant never takes anything away', () => {
  fc.assert(
    fc.property(grants, grants, action, scope, (some, more, text, at) => {
      if (permits(some, text, at)) assert.ok(permits([...more, ...some], text, at))
    }),
  )
})

test('what is permitted at a scope is permitted below it, in whatever order the grants stand', () => {
  fc.assert(
    fc.property(grants, action, scope, scope, (given, text, outer, inner) => {
      if (isWithin(inner, outer) && permits(given, text, outer)) assert.ok(permits(given, text, inner))
      assert.equal(permits([...given].reverse(), text, inner), permits(given, text, inner))
    }),
  )
})

test('a role of actions gives no data action, and the other way round', () => {
  const everything: Grant[] = [{ scope: '', permissions: [{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }] }]
  assert.equal(permits(everything, 'Microsoft.ContainerRegistry/registries/repositories/content/read', '/x', 'dataAction'), false)
  const data: Grant[] = [{ scope: '', permissions: [{ actions: [], notActions: [], dataActions: ['*'], notDataActions: [] }] }]
  assert.equal(permits(data, 'Microsoft.ContainerRegistry/registries/read', '/x'), false)
})

test('no role opens nothing', () => {
  assert.deepEqual(heldByGrants([], '/r'), [])
  const elsewhere: Grant[] = [{ scope: '/r2', permissions: builtInRole('8e3af657-a8ff-443c-a75c-2fe8c4bcb635')?.permissions ?? [] }]
  assert.deepEqual(heldByGrants(elsewhere, '/r'), [])
})
