import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { projection, registryId, resourceOf } from '#ports/control-scene.contract.ts'
import type { ArmedFailpoint, FailpointName } from '#ports/failpoint.ts'
import { a, b, blobOf, hour, image, Scene, tag } from '#ports/metadata-scene.contract.ts'
import { pausedWord } from '#store/moving/move-connection.ts'
import { pausedFailure } from '#store/moving/refused-writes.ts'
import { SqliteConnection } from './connection.ts'
import { type Call, runGroup } from './group-commit.ts'
import { openMemoryMetadataStore } from './memory-store.ts'
import { migrate } from './migrate.ts'
import { openSqliteStore } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-group-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const first = { resource: resourceOf(registryId('first'), { parentKey: '' }), match: undefined, registry: projection('first') }
const newPath = () => join(folder, `${++files}.db`)

async function withScene(failpoint: ArmedFailpoint | undefined, work: (scene: Scene) => Promise<void>, path = newPath()): Promise<void> {
  const store = openSqliteStore({ path, ballast: `${path}.ballast`, failpoint })
  try {
    await work(await Scene.open(store))
  } finally {
    await store.close()
  }
}

const codes = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.map((each) => (each.status === 'fulfilled' ? 'done' : (each.reason as { failure?: string }).failure))

test('a command that fails in a group harms no other, and leaves nothing of itself', () =>
  withScene(undefined, async (scene) => {
    const config = await scene.push(a, 'config')
    const [good, bad, last] = [image({ config }), image({ config: blobOf('absent') }), image({ config, annotations: { last: 'yes' } })]
    // Asked for in one turn, so they travel and commit together.
    const settled = await Promise.allSettled([
      scene.put(a, good, 'v1'),
      scene.put(b, bad, 'v1'),
      scene.deleteTag(a, 'nothing'),
      scene.put(a, last, 'v2'),
    ])
    assert.deepEqual(codes(settled), ['done', 'manifest-blob-unknown', 'manifest-unknown', 'done'])
    assert.deepEqual(await scene.tags(a), ['v1', 'v2'])
    assert.deepEqual(await scene.repositories(), ['a'])
  }))

test('what a command that failed meant to count and to tell is not the next one’s', async () => {
  const connection = new SqliteConnection(':memory:')
  const store = openMemoryMetadataStore({ connection })
  const scene = await Scene.open(store)
  await scene.pushImage(a, 'x', 'v1')
  const standing = async () => [
    await scene.usage(),
    await scene.repositories(),
    await store.events({ registryId: 1, after: '', limit: 100 }),
  ]
  const before = await standing()
  const { repositoryId = 0 } = (await store.manifestByTag(scene.registryId, a, tag('v1'))) ?? {}
  connection.usageChanges.set(scene.registryId, { used: 77 })
  connection.repositoryChanges.set(repositoryId, { manifests: -1, at: scene.now })
  connection.noted.push({ kind: 'repository.deleted', registryId: 1, details: { repository: a } })
  await store.reapUploads({ now: scene.now, limit: 1 })
  assert.deepEqual(await standing(), before)
  await store.close()
})

for (const [effect, failure] of [
  ['ENOSPC', 'storage-full'],
  ['EIO', 'storage-failed'],
] as const)
  test(`${effect} in the middle of a command undoes that command alone, and is answered as ${failure}`, () =>
    withScene({ name: 'tag.move.in-transaction', effect, from: 2 }, async (scene) => {
      const config = await scene.push(a, 'config')
      const made = ['1', '2'].map((each) => image({ config, annotations: { each } }))
      const settled = await Promise.allSettled([
        scene.put(a, made[0] ?? image({ config }), 'v1'),
        scene.put(a, made[1] ?? image({ config }), 'v2'),
        scene.push(b, 'other'),
      ])
      assert.deepEqual(codes(settled), ['done', failure, 'done'])
      assert.deepEqual(await scene.tags(a), ['v1'])
      assert.equal(await scene.manifest(a, made[1] ?? { digest: config.digest }), undefined)
    }))

test('on a full disk the ballast goes for a command that gives space back, and for no other', () => {
  const path = newPath()
  writeFileSync(`${path}.ballast`, 'x')
  return withScene(
    { name: 'blob.delete.in-transaction', effect: 'ENOSPC', from: 1 },
    async (scene) => {
      const blob = await scene.push(a, 'x')
      await scene.push(a, 'y')
      assert.equal(existsSync(`${path}.ballast`), true)
      await assert.rejects(scene.deleteBlob(a, blob), { failure: 'storage-full' })
      assert.equal(existsSync(`${path}.ballast`), false)
      assert.ok(await scene.blob(a, blob))
    },
    path,
  )
})

test('a command that frees nothing does not take the ballast', async () => {
  const connection = new SqliteConnection(':memory:')
  const failpoint = (name: FailpointName) => {
    if (name === 'tag.move.in-transaction') throw Object.assign(new Error('full'), { code: 'ENOSPC' })
  }
  const store = openMemoryMetadataStore({ connection })
  const scene = await Scene.open(store)
  const config = await scene.push(a, 'config')
  Object.defineProperty(connection, 'failpoint', { value: failpoint })
  const input = {
    registryId: 1,
    name: a,
    ...image({ config }),
    tags: ['v1'],
    platform: scene.platform,
    sparse: 'index',
    now: 0,
    leaseUntil: 0,
  }
  const [answer] = await runGroup(connection, [{ id: 1, name: 'putManifest', input }], () => assert.fail('the ballast is taken'))
  assert.equal(answer && 'error' in answer && answer.error.failure, 'storage-full')
  await store.close()
})

test('a freeing command that the ballast saves is done, and its answer is the second one', async () => {
  const connection = new SqliteConnection(newPath())
  migrate(connection, undefined)
  let full = true
  const failpoint = (name: FailpointName) => {
    if (name === 'tag.delete.in-transaction' && full) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
  }
  Object.defineProperty(connection, 'failpoint', { value: failpoint })
  const call = (id: number, name: Call['name'], input: unknown): Call => ({ id, name, input })
  const config = blobOf('config')
  const put = image({ config })
  const common = { registryId: 1, name: 'a', now: 0 }
  const platform = { architecture: null, os: null }
  const group = [
    call(1, 'putResource', first),
    call(2, 'putManifest', { ...common, ...put, tags: ['v1', 'v2'], platform, sparse: 'all', leaseUntil: hour }),
  ]
  for (const answer of await runGroup(connection, group)) assert.ok('output' in answer)
  const answers = await runGroup(
    connection,
    [call(3, 'deleteTag', { ...common, tag: 'v1' }), call(4, 'deleteTag', { ...common, tag: 'absent' })],
    () => {
      full = false
      return true
    },
  )
  assert.deepEqual(
    answers.map((answer) => [answer.id, 'error' in answer ? answer.error.failure : 'done']),
    [
      [3, 'done'],
      [4, 'manifest-unknown'],
    ],
  )
  connection.close()
})

test('what was answered is there after the store was closed and opened again', async () => {
  const path = newPath()
  let digest = ''
  await withScene(
    undefined,
    async (scene) => {
      digest = (await scene.pushImage(a, 'x', 'v1')).digest
    },
    path,
  )
  const store = openSqliteStore({ path, ballast: `${path}.ballast` })
  const registry = await store.registry('first')
  assert.equal((await store.manifestByTag(registry?.id ?? 0, a, 'v1' as never))?.digest, digest)
  await store.close()
})

test('a closed store refuses commands', async () => {
  const path = newPath()
  const store = openSqliteStore({ path, ballast: `${path}.ballast` })
  await store.close()
  await assert.rejects(store.drainRepositories({ now: 0, limit: 1 }), /closed/)
})

test('closing waits for the commands under way', async () => {
  const path = newPath()
  const store = openSqliteStore({ path, ballast: `${path}.ballast` })
  const created = store.putResource(first)
  await store.close()
  assert.equal((await created).registry?.name, 'first')
})

test('a command that cannot be handed to the writer fails alone, and the writer goes on', () =>
  withScene(undefined, async (scene) => {
    let deep: object = {}
    for (let depth = 0; depth < 20_000; depth++) deep = { deep }
    const object = { id: 'deep', kind: 'group', name: 'deep', login: null, appId: null, enabled: true, createdAt: 1 } as const
    const put = (id: string, details: Record<string, unknown>) => scene.store.putDirectoryObject({ object: { ...object, id, details } })
    const settled = await Promise.allSettled([put('one', {}), put('two', { deep }), put('three', {})])
    assert.deepEqual(
      settled.map((each) => each.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.match(String((settled[1] as PromiseRejectedResult).reason), /putDirectoryObject/)
    assert.equal((await scene.store.directoryObjects({ kinds: ['group'] }, { after: '', limit: 10 })).length, 2)
    await put('four', {})
  }))

const aCall: Call = { id: 1, name: 'putResource', input: first }

test('a command that meets another process for longer than a connection waits is told to try again, and nobody is told of a bug', async () => {
  const path = newPath()
  const connection = new SqliteConnection(path)
  migrate(connection, undefined)
  connection.database.exec('PRAGMA busy_timeout = 0')
  const mover = new SqliteConnection(path)
  mover.database.exec('BEGIN IMMEDIATE')
  const warned: Error[] = []
  const listen = (warning: Error) => warned.push(warning)
  process.on('warning', listen)
  const [answer] = await runGroup(connection, [aCall])
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  assert.ok(answer && 'error' in answer)
  assert.deepEqual([answer.error.failure, /try again/.test(answer.error.message), warned], ['storage-failed', true, []])
  mover.database.exec('ROLLBACK')
  assert.ok((await runGroup(connection, [aCall])).every((each) => 'output' in each))
  mover.close()
  connection.close()
})

test('what a trigger refuses for the pause of a move waits for its end; what only says the same does not', async () => {
  const connection = new SqliteConnection(newPath())
  migrate(connection, undefined)
  connection.database.exec(`CREATE TABLE paused (one INTEGER); INSERT INTO paused VALUES (1);
    CREATE TRIGGER relocation AFTER INSERT ON registry WHEN EXISTS (SELECT 1 FROM paused) BEGIN SELECT RAISE(ABORT, '${pausedWord}'); END`)
  const asked = runGroup(connection, [aCall])
  // The first try is over before a timer runs.
  setTimeout(() => connection.database.exec('DELETE FROM paused'), 0)
  const [answer] = await asked
  assert.ok(answer && 'output' in answer, JSON.stringify(answer))
  let tries = 0
  const failpoint = () => {
    tries++
    throw pausedFailure()
  }
  Object.defineProperty(connection, 'failpoint', { value: failpoint })
  const [refused] = await runGroup(connection, [
    {
      id: 2,
      name: 'putManifest',
      input: {
        registryId: 1,
        name: a,
        ...image({ config: blobOf('x') }),
        tags: [],
        platform: { architecture: null, os: null },
        sparse: 'all',
        now: 0,
        leaseUntil: 0,
      },
    },
  ])
  assert.ok(refused && 'error' in refused)
  assert.deepEqual([refused.error.message, tries], [pausedFailure().message, 1])
  connection.close()
})
