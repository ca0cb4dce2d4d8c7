import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isWithin, keyOf, parseResourceId, type ResourceId, scopesAbove } from './resource-id.ts'

const guid = fc.uuid()
const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,10}$/).filter((each) => each.toLowerCase() !== 'providers')
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.() -]{0,12}[A-Za-z0-9_)]$/).filter((each) => each.toLowerCase() !== 'providers')
const spelled = (text: string) => fc.constantFrom(text, text.toLowerCase(), text.toUpperCase())

/** What an id is made of; written out here by itself, so that the parser is held against another hand. */
interface Parts {
  subscription: string | null
  group: string | null
  providers: { namespace: string; pairs: [type: string, name: string][] }[]
}

const provider = fc.record({
  namespace: fc.tuple(word, word).map((each) => each.join('.')),
  pairs: fc.array(fc.tuple(word, name), { minLength: 1, maxLength: 3 }),
})
const parts: fc.Arbitrary<Parts> = fc
  .record({ subscription: fc.option(guid), group: fc.option(name), providers: fc.array(provider, { maxLength: 3 }) })
  .map((each) => (each.subscription === null ? { ...each, group: null } : each))

const words = fc.record({ subscriptions: spelled('subscriptions'), groups: spelled('resourceGroups'), providers: spelled('providers') })

function write({ subscription, group, providers }: Parts, spelling: { subscriptions: string; groups: string; providers: string }): string {
  const text = [
    subscription === null ? '' : `/${spelling.subscriptions}/${subscription}`,
    group === null ? '' : `/${spelling.groups}/${group}`,
    ...providers.map((each) => `/${spelling.providers}/${each.namespace}${each.pairs.map((pair) => `/${pair.join('/')}`).join('')}`),
  ].join('')
  return text || '/'
}

test('an id is read into its parts and stays as it was written', () => {
  fc.assert(
    fc.property(parts, words, (given, spelling) => {
      const text = write(given, spelling)
      const last = given.providers.at(-1)
      const expected: ResourceId = {
        subscriptionId: given.subscription,
        resourceGroup: given.group,
        type: last ? [last.namespace, ...last.pairs.map((pair) => pair[0])].join('/') : null,
        name: last?.pairs.at(-1)?.[1] ?? given.group ?? given.subscription ?? '',
        text,
        key: text === '/' ? '' : text.toLowerCase(),
      }
      assert.deepEqual(parseResourceId(text), expected)
      assert.deepEqual(parseResourceId(parseResourceId(text).text), expected, 'what was read is read again')
      if (text !== '/') assert.deepEqual(parseResourceId(`${text}//`), expected, 'a slash at the end says nothing')
      assert.equal(keyOf(text.toUpperCase()), expected.key)
    }),
  )
})

test('the scopes above an id are those above and no others, the nearest first', () => {
  fc.assert(
    fc.property(parts, words, (given, spelling) => {
      const above: string[] = ['']
      if (given.subscription !== null) above.push(write({ ...given, group: null, providers: [] }, spelling))
      if (given.group !== null) above.push(write({ ...given, providers: [] }, spelling))
      for (const [at, each] of given.providers.entries())
        for (let pairs = 1; pairs <= each.pairs.length; pairs++)
          above.push(
            write({ ...given, providers: [...given.providers.slice(0, at), { ...each, pairs: each.pairs.slice(0, pairs) }] }, spelling),
          )
      const key = keyOf(write(given, spelling))
      const scopes = scopesAbove(key)
      assert.deepEqual(scopes, above.map((each) => each.toLowerCase()).reverse())
      for (const scope of scopes) assert.ok(isWithin(key, scope), `${key} is within ${scope}`)
    }),
  )
})

test('one id is within another when its parts begin with all of the other’s', () => {
  const near = fc.constantFrom(
    '/subscriptions/a',
    '/subscriptions/a/x',
    '/subscriptions/ab',
    '/subscriptions/a-b',
    '/subscriptions',
    '',
    '/subscriptions/a0',
  )
  fc.assert(
    fc.property(near, near, (key, scope) => {
      const [inner, outer] = [key.split('/'), scope.split('/')]
      assert.equal(
        isWithin(key, scope),
        outer.every((part, at) => inner[at] === part),
      )
    }),
  )
})

test('what is no id is refused', () => {
  const subscription = '/subscriptions/00000000-0000-0000-0000-000000000000'
  for (const text of [
    'subscriptions/x',
    '/subscriptions',
    '/subscriptions/me',
    `${subscription}0`,
    `${subscription}/resourceGroups`,
    `${subscription}/resourceGroups/`,
    `${subscription}//resourceGroups/g`,
    `${subscription}/resourceGroups/..`,
    `${subscription}/resourceGroups/.`,
    `${subscription}/resourceGroups/a/b`,
    `${subscription}/resourceGroups/ a`,
    `${subscription}/resourceGroups/a%2fb`,
    `${subscription}/resourceGroups/a\\b`,
    `${subscription}/resourceGroups/a?b`,
    `${subscription}/resourceGroups/a#b`,
    `${subscription}/resourceGroups/a\u0000b`,
    `${subscription}/resourceGroups/a\nb`,
    `${subscription}/resourceGroups/${'a'.repeat(261)}`,
    `${subscription}/providers`,
    `${subscription}/providers/A.B`,
    `${subscription}/providers/A.B/types`,
    `${subscription}/providers/A.B/types/x/more`,
    `${subscription}/providers/A.B/types/x/providers/C.D`,
    `${subscription}/things/x`,
    '/resourceGroups/g',
    `/${'a/'.repeat(3000)}`,
    `${'/'.repeat(4_000_000)}x`,
  ])
    assert.throws(() => parseResourceId(text), { failure: 'request-invalid' }, text.slice(0, 100))
})

test('a long run of slashes is read in one go', () => {
  const begun = performance.now()
  keyOf(`${'/'.repeat(4_000_000)}x`)
  assert.ok(performance.now() - begun < 1000)
})
