// What another server does between two statements of a command: PostgreSQL's READ COMMITTED shows it to the second.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Pool, type PoolClient } from 'pg'
import { columnTypes } from '#adapters/postgres/column-types.ts'
import { PostgresTransaction, type Runner } from '#adapters/postgres/connection.ts'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { hour, name, Scene } from '#ports/metadata-scene.contract.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { RunAgain } from '#store/run-again.ts'
import { commands } from '#store/verbs.ts'
import { byCallers } from './beginning.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer
let store: MetadataStore
let pool: Pool
before(async () => {
  server = await startPostgres()
})
after(() => server.stop())
beforeEach(async () => {
  const url = await server.database()
  // The scene's clock is made up, so it judges.
  store = await openPostgresStore({ url, connections: 4, judge: 'caller' })
  pool = new Pool({ connectionString: url, max: 2, types: columnTypes })
})
afterEach(async () => {
  await pool.end()
  await store.close()
})

const enough = 300

/** A command; when it comes to a statement, somebody else's deed is begun, and waited for unless that waits for the command. */
async function beside<Answer>(
  scene: Scene,
  command: (tx: PostgresTransaction) => Promise<Answer>,
  statement: RegExp,
  deed: () => Promise<unknown>,
): Promise<Answer> {
  const client = await pool.connect()
  let done: Promise<unknown> | undefined
  const query = async (...asked: [string, unknown[]?]) => {
    if (!done && statement.test(asked[0])) {
      done = deed()
      await Promise.race([done, pause(enough)])
    }
    return client.query(...asked)
  }
  const runner = { query } as unknown as Runner
  try {
    const tx = await PostgresTransaction.begin(
      runner,
      byCallers(() => scene.now),
    )
    const answer = await command(tx)
    await client.query('COMMIT')
    return answer
  } finally {
    await (client as PoolClient).query('ROLLBACK').catch(() => {})
    client.release()
    await done
    assert.ok(done, 'the statement was met')
  }
}

const collectBeside = (scene: Scene, statement: RegExp, deed: () => Promise<unknown>) =>
  beside(scene, (tx) => commands.condemn(tx, { now: scene.now, limit: 100 }), statement, deed)

async function nothingIsLeft(scene: Scene): Promise<void> {
  scene.now += 40 * 24 * hour
  await store.condemn({ now: scene.now, limit: 100 })
  const { used, unreferenced } = await store.usage(scene.registryId)
  assert.deepEqual({ used, unreferenced }, { used: 0, unreferenced: 0 }, 'what nothing names is collected')
}

test('a link that is held anew while its page is reviewed is reviewed again', async () => {
  const scene = await Scene.open(store)
  const repository = name('race/renewed')
  await scene.push(repository, 'a layer', scene.now + hour)
  scene.now += 2 * hour
  await collectBeside(scene, /FROM repo_blob\s+WHERE \(repo_id, digest\) IN/, () => scene.push(repository, 'a layer'))
  await nothingIsLeft(scene)
})

test('a link whose manifest goes while it is reviewed is reviewed again', async () => {
  const scene = await Scene.open(store)
  const repository = name('race/deleted')
  const pushed = await scene.pushImage(repository, 'an image', 'v1')
  scene.now += 30 * hour
  await collectBeside(scene, /DELETE FROM gc_queue/, () => scene.deleteManifest(repository, pushed))
  await nothingIsLeft(scene)
})

test('of two that empty a repository neither takes it for empty while the other is at it', async () => {
  const scene = await Scene.open(store)
  const repository = name('race/emptied')
  await scene.pushImage(repository, 'an image', 'v1')
  await scene.deleteRepository(repository)
  const { now } = scene
  const emptying = beside(
    scene,
    (tx) => commands.drainRepositories(tx, { now, limit: 100 }),
    /SELECT digest FROM manifest WHERE repo_id = .* FOR UPDATE/,
    () => store.drainRepositories({ now, limit: 100 }),
  )
  await assert.rejects(emptying, RunAgain)
  while ((await store.drainRepositories({ now, limit: 100 })) > 0);
  assert.equal((await store.usage(scene.registryId)).unreferenced, 0)
})

test('of two that empty a repository each takes what the other is not at', async () => {
  const scene = await Scene.open(store)
  const repository = name('race/shared')
  for (const tag of ['v1', 'v2', 'v3', 'v4']) await scene.pushImage(repository, `an image ${tag}`, tag)
  await scene.deleteRepository(repository)
  const { now } = scene
  const left = async () => Number((await pool.query<{ left: number }>('SELECT COUNT(*) AS left FROM manifest')).rows[0]?.left)
  const first = await beside(
    scene,
    (tx) => commands.drainRepositories(tx, { now, limit: 2 }),
    /DELETE FROM manifest /,
    async () => {
      assert.equal(await store.drainRepositories({ now, limit: 1 }), 1, 'it waits for nobody')
      assert.equal(await left(), 3)
    },
  )
  assert.equal(first, 2)
  assert.equal(await left(), 1)
})
