import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openOperations } from '#app/repositories/open-operations.ts'

const attributes = (change: object = {}) => ({
  attributes: { readEnabled: true, writeEnabled: true, deleteEnabled: true, listEnabled: true, ...change },
})
const registry = { id: 1 } as never

test('what the locks of a repository and of what lies in it leave open', async () => {
  const open = async (repository: object | undefined, item?: object, reference: unknown = { kind: 'tag', tag: 'v1' }) => {
    const asked: string[] = []
    const store = {
      repositoryAttributes: async () => repository,
      tagAttributes: async (_: number, __: string, tag: string) => (asked.push(`tag ${tag}`), item),
      manifestAttributes: async (_: number, __: string, digest: string) => (asked.push(`manifest ${digest}`), item),
    }
    const {
      read,
      write,
      delete: remove,
    } = await openOperations({ store: store as never }, registry, 'a' as never, (reference ?? undefined) as never)
    return [[read, write, remove].map(Number).join(''), ...asked]
  }
  const cases: readonly (readonly [change: object, open: string])[] = [
    [{}, '111'],
    [{ readEnabled: false }, '011'],
    [{ writeEnabled: false }, '100'],
    [{ deleteEnabled: false }, '110'],
    [{ writeEnabled: false, deleteEnabled: false }, '100'],
    [{ listEnabled: false }, '111'],
  ]
  for (const [change, expected] of cases) {
    assert.deepEqual(await open(attributes(change), attributes()), [expected, 'tag v1'])
    assert.deepEqual(await open(attributes(), attributes(change)), [expected, 'tag v1'])
    assert.deepEqual(await open(undefined, attributes(change), { kind: 'digest', digest: 'd' }), [expected, 'manifest d'])
    assert.deepEqual(await open(attributes(change), undefined, null), [expected])
  }
  assert.deepEqual(await open(undefined, undefined), ['111', 'tag v1'])
})
