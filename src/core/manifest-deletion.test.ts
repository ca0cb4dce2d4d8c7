import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Digest } from './digest.ts'
import { type DeletionObstacle, deletionRefused, type ManifestGraph, whyNotDeleted, withReferrers } from './manifest-deletion.ts'
import type { Tag } from './reference.ts'

interface Node {
  children?: string[]
  subject?: string
  tags?: string[]
  locked?: boolean
  lockedTag?: string
}
type Nodes = Readonly<Record<string, Node>>

/** The graph, and how often it was asked. */
function graphOf(nodes: Nodes): ManifestGraph & { asked: number } {
  const where = (test: (node: Node) => boolean) => Object.keys(nodes).filter((name) => test(nodes[name] ?? {})) as Digest[]
  const graph = {
    asked: 0,
    protection: async (digest: Digest) => {
      graph.asked++
      const node = nodes[digest]
      if (!node) return undefined
      const tag = node.lockedTag ?? node.tags?.[0]
      return { locked: node.locked ?? false, tag: tag as Tag | undefined, lockedTag: node.lockedTag as Tag | undefined }
    },
    indexesOf: async (digest: Digest) => where((node) => node.children?.includes(digest) ?? false),
    referrersOf: async (digest: Digest) => where((node) => node.subject === digest),
  }
  return graph
}

async function judged(nodes: Nodes, digest: string, children?: 'kept' | 'free'): Promise<DeletionObstacle | undefined> {
  const graph = graphOf(nodes)
  return whyNotDeleted(graph, await withReferrers(graph, digest as Digest), children)
}

const locks = (manifest: string, tag?: string, needs?: string) => ({ because: 'locked', manifest, tag, needs })
const tagged = (child: string, index: string, tag: string) => ({ because: 'tagged-index', child, index, tag })

const cases: readonly (readonly [what: string, nodes: Nodes, deleted: string, kept: unknown, free: unknown])[] = [
  ['a manifest alone goes', { m: {} }, 'm', undefined, undefined],
  ['with its own tags it goes', { m: { tags: ['v1'] } }, 'm', undefined, undefined],
  ['its own lock keeps it', { m: { locked: true } }, 'm', locks('m'), locks('m')],
  ['the lock of its tag keeps it', { m: { lockedTag: 'v1' } }, 'm', locks('m', 'v1'), locks('m', 'v1')],
  ['a child of a tagged index stays', { i: { children: ['m'], tags: ['v1'] }, m: {} }, 'm', tagged('m', 'i', 'v1'), undefined],
  [
    'also when it has a tag of its own',
    { i: { children: ['m'], tags: ['v1'] }, m: { tags: ['a'] } },
    'm',
    tagged('m', 'i', 'v1'),
    undefined,
  ],
  ['of an index that no tag names it goes', { i: { children: ['m'] }, m: {} }, 'm', undefined, undefined],
  ['the index goes, and leaves its child', { i: { children: ['m'], tags: ['v1'] }, m: {} }, 'i', undefined, undefined],
  ['an index whose child is locked goes', { i: { children: ['m'], tags: ['v1'] }, m: { locked: true } }, 'i', undefined, undefined],
  [
    'of two indexes one tag is enough',
    { i: { children: ['m'] }, j: { children: ['m'], tags: ['v2'] }, m: {} },
    'm',
    tagged('m', 'j', 'v2'),
    undefined,
  ],
  [
    'an index in an index, however deep',
    { i: { children: ['j'], tags: ['v1'] }, j: { children: ['k'] }, k: { children: ['m'] }, m: {} },
    'm',
    tagged('m', 'i', 'v1'),
    undefined,
  ],
  [
    'a locked index keeps what it needs, however deep',
    { i: { children: ['j'], locked: true }, j: { children: ['m'] }, m: {} },
    'm',
    locks('i', undefined, 'm'),
    locks('i', undefined, 'm'),
  ],
  [
    'a locked tag keeps what its index needs',
    { i: { children: ['m'], lockedTag: 'v1' }, m: {} },
    'm',
    locks('i', 'v1', 'm'),
    locks('i', 'v1', 'm'),
  ],
  [
    'a lock is told before a tag',
    { i: { children: ['m'], tags: ['v1'] }, j: { children: ['m'], locked: true }, m: {} },
    'm',
    locks('j', undefined, 'm'),
    locks('j', undefined, 'm'),
  ],
  ['a locked signature keeps its subject', { m: {}, s: { subject: 'm', locked: true } }, 'm', locks('s'), locks('s')],
  [
    'and the children of its subject',
    { i: { children: ['m'] }, m: {}, s: { subject: 'i', locked: true } },
    'm',
    locks('s', undefined, 'm'),
    locks('s', undefined, 'm'),
  ],
  ['a locked image lets its signature go', { m: { locked: true }, s: { subject: 'm' } }, 's', undefined, undefined],
  ['a tagged signature goes with its subject', { m: {}, s: { subject: 'm', tags: ['sig'] } }, 'm', undefined, undefined],
  [
    'the tag of a signature of an index keeps no child of it',
    { i: { children: ['m'] }, m: {}, s: { subject: 'i', tags: ['sig'] } },
    'm',
    undefined,
    undefined,
  ],
  [
    'a signature that a tagged index lists keeps its subject',
    { m: {}, s: { subject: 'm' }, i: { children: ['s'], tags: ['v1'] } },
    'm',
    tagged('s', 'i', 'v1'),
    undefined,
  ],
  ['an index that goes along keeps nothing back', { m: {}, i: { subject: 'm', children: ['m'], tags: ['v1'] } }, 'm', undefined, undefined],
]

for (const [what, nodes, deleted, kept, free] of cases)
  test(what, async () => {
    assert.deepEqual(await judged(nodes, deleted), kept)
    assert.deepEqual(await judged(nodes, deleted, 'free'), free)
  })

test('what is told names the lock or the index, and the manifest that is needed', async () => {
  const index = deletionRefused({ because: 'tagged-index', child: 'sha256:m' as Digest, index: 'sha256:i' as Digest, tag: 'v1' as Tag })
  assert.deepEqual(
    [index.failure, index.message],
    ['in-use', 'manifest sha256:m is part of the index sha256:i, which tag v1 names: delete the index or the tag first'],
  )
  const lock = deletionRefused({ because: 'locked', manifest: 'sha256:i' as Digest, tag: 'v1' as Tag, needs: 'sha256:m' as Digest })
  assert.deepEqual([lock.failure, lock.detail.because], ['locked', 'tag v1, which needs manifest sha256:m, is locked'])
})

test('circles end, and each manifest is looked at twice at most', async () => {
  const nodes = fc
    .array(fc.record({ children: fc.array(fc.nat(7), { maxLength: 4 }), subject: fc.option(fc.nat(7)), tagged: fc.boolean() }), {
      minLength: 8,
      maxLength: 8,
    })
    .map((all) =>
      Object.fromEntries(
        all.map(({ children, subject, tagged: isTagged }, at): [string, Node] => [
          `${at}`,
          { children: children.map(String), ...(subject === null ? {} : { subject: `${subject}` }), tags: isTagged ? ['t'] : [] },
        ]),
      ),
    )
  await fc.assert(
    fc.asyncProperty(nodes, async (all) => {
      const graph = graphOf(all)
      const going = await withReferrers(graph, '0' as Digest)
      const kept = await whyNotDeleted(graph, going)
      assert.ok(graph.asked <= 3 * 8 + 1)
      // The rule itself, said another way: from a tag, down the children of what stays, to something that goes.
      const reached = new Set(Object.keys(all).filter((each) => !going.has(each as Digest) && all[each]?.tags?.length))
      for (const each of reached) for (const child of all[each]?.children ?? []) if (!going.has(child as Digest)) reached.add(child)
      const broken = [...reached].some((each) => all[each]?.children?.some((child) => going.has(child as Digest)))
      assert.equal(kept !== undefined, broken)
    }),
  )
})

test('the detail of a refusal names what is locked, and what it needs', () => {
  const manifest = 'sha256:i' as Digest
  const detail = (tag: Tag | undefined, needs: Digest | undefined) => deletionRefused({ because: 'locked', manifest, tag, needs }).detail
  assert.deepEqual(detail('v1' as Tag, undefined), { because: 'tag v1 is locked', tag: 'v1' })
  assert.partialDeepStrictEqual(detail(undefined, undefined), { digest: manifest })
  assert.partialDeepStrictEqual(detail('v1' as Tag, 'sha256:m' as Digest), { tag: 'v1', needs: 'sha256:m' })
})
