import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Access, anonymousPull, askingMore, type Caller, decide, everything } from './access.ts'
import { type Action, actions, type Scope } from './scope.ts'

const caller = (more: Partial<Caller> = {}): Caller => ({ id: 'p1', kind: 'token', name: 'alice', held: [], ...more })
const nobody = caller({ id: 'anonymous', kind: 'anonymous', name: 'anonymous' })
const on = (name: string, ...wanted: (Action | '*')[]): Access => ({ kind: 'scope', type: 'repository', name, actions: wanted })
const holds = (name: string, ...held: (Action | '*')[]): Scope => ({ type: 'repository', name, actions: held })

const table: readonly [does: string, who: Caller, access: Access, seq: number | undefined, expected: ReturnType<typeof decide>][] = [
  ['nobody may do what is open', nobody, { kind: 'none' }, undefined, { allowed: true, because: 'open' }],
  ['the front door is shut to nobody', nobody, { kind: 'signed-in' }, undefined, { allowed: false, because: 'anonymous' }],
  [
    'the front door is open to a token of nobody while anonymous pull is on',
    { ...nobody, held: anonymousPull, narrowedTo: [] },
    { kind: 'signed-in' },
    undefined,
    { allowed: true, because: 'signed-in' },
  ],
  [
    'the front door is shut to a token of nobody once anonymous pull is off',
    { ...nobody, narrowedTo: [] },
    { kind: 'signed-in' },
    undefined,
    { allowed: false, because: 'anonymous' },
  ],
  [
    'anonymous pull alone does not open the front door',
    { ...nobody, held: anonymousPull },
    { kind: 'signed-in' },
    undefined,
    { allowed: false, because: 'anonymous' },
  ],
  ['the front door is open to who signed in', caller(), { kind: 'signed-in' }, undefined, { allowed: true, because: 'signed-in' }],
  ['what is held is allowed', caller({ held: [holds('a', 'pull')] }), on('a', 'pull'), undefined, { allowed: true, because: 'held' }],
  [
    'what is not held is refused',
    caller({ held: [holds('a', 'pull')] }),
    on('a', 'push'),
    undefined,
    { allowed: false, because: 'not-held', action: 'push' },
  ],
  [
    'another repository is refused',
    caller({ held: [holds('a', '*')] }),
    on('b', 'pull'),
    undefined,
    { allowed: false, because: 'not-held', action: 'pull' },
  ],
  [
    'the first action that lacks is named',
    caller({ held: [holds('a', 'pull')] }),
    on('a', 'pull', 'push', 'delete'),
    undefined,
    { allowed: false, because: 'not-held', action: 'push' },
  ],
  [
    'what is as good is allowed',
    caller({ held: [holds('a', 'pull')] }),
    { kind: 'scope', type: 'repository', name: 'a', actions: ['metadata_read'], instead: ['pull'] },
    undefined,
    { allowed: true, because: 'held' },
  ],
  [
    'half of what is as good is not',
    caller({ held: [holds('a', '*')], narrowedTo: [holds('a', 'pull')] }),
    { kind: 'scope', type: 'repository', name: 'a', actions: ['metadata_write'], instead: ['pull', 'push'] },
    undefined,
    { allowed: false, because: 'not-in-token', action: 'metadata_write' },
  ],
  [
    'actions may come from several scopes',
    caller({ held: [holds('a', 'pull'), holds('*', 'push')] }),
    on('a', 'pull', 'push'),
    undefined,
    { allowed: true, because: 'held' },
  ],
  [
    'what the token was not narrowed to is refused though it is held',
    caller({ held: everything, narrowedTo: [holds('a', 'pull')] }),
    on('a', 'push'),
    undefined,
    { allowed: false, because: 'not-in-token', action: 'push' },
  ],
  [
    'what the principal lost since the token was issued is refused',
    caller({ held: [], narrowedTo: [holds('a', 'pull')] }),
    on('a', 'pull'),
    undefined,
    { allowed: false, because: 'not-held', action: 'pull' },
  ],
  [
    'a token narrowed to nothing may do nothing',
    caller({ held: everything, narrowedTo: [] }),
    on('a', 'pull'),
    undefined,
    { allowed: false, because: 'not-in-token', action: 'pull' },
  ],
  ['nobody is told to sign in', nobody, on('a', 'pull'), undefined, { allowed: false, because: 'anonymous', action: 'pull' }],
  [
    'a token of nobody is told to sign in',
    { ...nobody, held: anonymousPull, narrowedTo: [] },
    on('a', 'pull'),
    undefined,
    { allowed: false, because: 'anonymous', action: 'pull' },
  ],
  [
    'anonymous pull reads',
    { ...nobody, held: anonymousPull },
    on('a', 'pull', 'metadata_read'),
    undefined,
    { allowed: true, because: 'held' },
  ],
  [
    'anonymous pull does not write',
    { ...nobody, held: anonymousPull },
    on('a', 'push'),
    undefined,
    { allowed: false, because: 'anonymous', action: 'push' },
  ],
  [
    'anonymous pull alone does not list the catalog',
    { ...nobody, held: anonymousPull },
    { kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] },
    undefined,
    { allowed: false, because: 'anonymous', action: '*' },
  ],
  [
    'a token of nobody for the catalog lists it while anonymous pull is on',
    { ...nobody, held: anonymousPull, narrowedTo: [{ type: 'registry', name: 'catalog', actions: ['*'] }] },
    { kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] },
    undefined,
    { allowed: true, because: 'held' },
  ],
  [
    'a token of nobody for a repository does not list the catalog',
    { ...nobody, held: anonymousPull, narrowedTo: [holds('a', 'pull')] },
    { kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] },
    undefined,
    { allowed: false, because: 'anonymous', action: '*' },
  ],
  [
    'a token of nobody for the catalog lists nothing once anonymous pull is off',
    { ...nobody, narrowedTo: [{ type: 'registry', name: 'catalog', actions: ['*'] }] },
    { kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] },
    undefined,
    { allowed: false, because: 'anonymous', action: '*' },
  ],
  [
    'the admin holds everything',
    caller({ held: everything }),
    on('a', 'pull', 'push', 'delete', '*'),
    undefined,
    { allowed: true, because: 'held' },
  ],
  [
    'A15 a token from before the repository was deleted is not good for its successor',
    caller({ held: everything, seq: 4 }),
    on('a', 'pull'),
    5,
    { allowed: false, because: 'token-older-than-repository' },
  ],
  [
    'A15 a token from after the deletion is good',
    caller({ held: everything, seq: 5 }),
    on('a', 'pull'),
    5,
    { allowed: true, because: 'held' },
  ],
  ['a credential itself has no age', caller({ held: everything }), on('a', 'pull'), 5, { allowed: true, because: 'held' }],
  [
    'the catalog has no age',
    caller({ held: everything, seq: 0 }),
    { kind: 'scope', type: 'registry', name: 'catalog', actions: ['*'] },
    5,
    { allowed: true, because: 'held' },
  ],
]
for (const [does, who, access, repositoryDeletedSeq, expected] of table)
  test(does, () => assert.deepEqual(decide(who, access, { repositoryDeletedSeq }), expected))

test('nothing is allowed that is not both held and in the token', () => {
  const names = ['a', 'b', 'a/b']
  const scope = fc.record({
    type: fc.constantFrom<'repository' | 'registry'>('repository', 'registry'),
    name: fc.constantFrom('a', 'b', 'a/b', 'a/*', '*'),
    actions: fc.uniqueArray(fc.constantFrom<Action | '*'>(...actions, '*')),
  })
  const grants = (list: readonly Scope[], type: string, name: string, action: string) =>
    list.some(
      (each) =>
        each.type === type &&
        (each.name === '*' || each.name === name || (each.name === 'a/*' && name === 'a/b')) &&
        (each.actions as readonly string[]).some((held) => held === '*' || held === action),
    )
  fc.assert(
    fc.property(
      fc.array(scope, { maxLength: 3 }),
      fc.option(fc.array(scope, { maxLength: 3 }), { nil: undefined }),
      fc.constantFrom('repository' as const, 'registry' as const),
      fc.constantFrom(...names),
      fc.uniqueArray(fc.constantFrom(...actions), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('anonymous' as const, 'token' as const, 'admin' as const),
      (held, narrowedTo, type, name, wanted, kind) => {
        const who = caller({ kind, held, ...(narrowedTo ? { narrowedTo } : {}) })
        const { allowed } = decide(who, { kind: 'scope', type, name, actions: wanted })
        const expected = wanted.every(
          (action) => grants(held, type, name, action) && (!narrowedTo || grants(narrowedTo, type, name, action)),
        )
        const needsToken = kind === 'anonymous' && type === 'registry' && !narrowedTo
        assert.equal(allowed, expected && !needsToken)
      },
    ),
    { numRuns: 2000 },
  )
})

test('who came with a credential behind the token could have more; who came with a final token could not', () => {
  const narrowed = caller({ held: everything, narrowedTo: [], seq: 3 })
  assert.equal(askingMore(narrowed), undefined)
  assert.deepEqual(askingMore({ ...narrowed, mayAskMore: true }), { id: 'p1', kind: 'token', name: 'alice', held: everything, seq: 3 })
})
