import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import type { JobInfo } from '#core/maintenance.ts'
import { type JobKind, stuckAfter } from '#core/job.ts'
import { runCli } from '../world/cli-run.ts'
import { configOf, Server } from '../world/server.ts'
import { openRegistry } from '../world/open-registry.ts'

let server: Server
before(async () => {
  server = await Server.start({ admin: '127.0.0.1:0' })
})
after(() => server.stop())

const cli = (...words: string[]) => runCli(['jobs', ...words], { LONGSHORE_DATA_DIR: server.dataDir })
const data = async (...words: string[]): Promise<JobInfo[]> => JSON.parse((await cli(...words, '--output', 'json')).out)

/** A job that nobody can do has failed five times, and says why. */
async function getStuck(): Promise<void> {
  await server.down()
  const { deps, close } = await openRegistry(configOf(server.dataDir, {}))
  const { store, clock } = deps
  await store.putJob({ job: { kind: 'operation.finish', key: 'an operation', payload: null, runAfter: 0 }, now: clock.now() })
  for (let attempt = 1; attempt <= stuckAfter; attempt++) {
    const [job] = await store.claimJobs({ kinds: ['operation.finish'], now: clock.now(), lockedUntil: clock.now() + 1000, limit: 1 })
    assert.ok(job)
    const runAfter = attempt === stuckAfter ? clock.now() + 3_600_000 : 0
    await store.failJob({ ...job, runAfter, error: `no room\nat attempt ${attempt}` })
  }
  await close()
  await server.up()
}

test('jobs are shown, also what is stuck and why, and one is tried again when somebody says so', async () => {
  assert.deepEqual(await data('--stuck'), [])
  assert.equal((await cli('--stuck')).out, 'There is nothing to do.\n')
  await getStuck()
  const [stuck, ...more] = await data('--stuck')
  assert.ok(stuck && more.length === 0)
  assert.deepEqual(
    [stuck.kind, stuck.about, stuck.state, stuck.attempts, stuck.lastError],
    ['operation.finish', 'an operation', 'stuck', stuckAfter, `no room\nat attempt ${stuckAfter}`],
  )
  assert.match((await cli('--stuck')).out, /^ID .*\n\d+ +operation\.finish +an operation +stuck +5 +\S+ +no room\n$/)
  assert.ok((await data()).some((each) => each.kind === 'history.reap'))
  const metrics = await (await fetch(`http://127.0.0.1:${server.started.admin?.port}/metrics`)).text()
  for (const line of [
    'longshore_jobs{kind="operation.finish",state="stuck"} 1',
    'longshore_jobs{kind="operation.finish",state="running"} 0',
    'longshore_jobs{kind="repositories.drain",state="waiting"} 0',
  ])
    assert.ok(metrics.includes(`${line}\n`), line)
  assert.match(metrics, /longshore_jobs_oldest_seconds\{kind="operation.finish"\} [0-9.]+\n/)

  const retried = await cli('retry', String(stuck.id))
  assert.equal(retried.code, 0, retried.problem)
  assert.match(retried.out, /operation\.finish +an operation +(?:waiting|running)/)
  for (let tries = 0; (await data()).some((each) => each.id === stuck.id); tries++) assert.ok(tries < 100, 'it is done')
})

test('what does not wait is not tried again, and what is no number is told so', async () => {
  const gone = await cli('retry', '1000000')
  assert.deepEqual([gone.code, gone.out], [1, ''])
  assert.match(gone.problem, /no job 1000000 waits/)
  const wrong = await cli('retry', 'x')
  assert.equal(wrong.code, 2)
  assert.match(wrong.problem, /id: "x" is not allowed; expected a whole number from 1/)
})

test('a job that the disk has made something else of keeps no server from starting, and no other job from being done', async () => {
  await server.down()
  const { deps, close } = await openRegistry(configOf(server.dataDir, {}))
  const ask = (kind: JobKind, runAfter: number) =>
    deps.store.putJob({ job: { kind, key: 'beside', payload: null, runAfter }, now: deps.clock.now() })
  await ask('history.reap', deps.clock.now() + 3_600_000)
  await ask('repositories.drain', 0)
  await close()
  const database = new DatabaseSync(join(server.dataDir, 'longshore.db'))
  database.exec(`UPDATE job SET payload = 'nqll' WHERE kind = 'history.reap' AND key = 'beside'`)
  database.close()
  await server.up()
  const beside = async () => (await data()).filter(({ about }) => about === 'beside').map(({ kind }) => kind)
  while ((await beside()).length > 1) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual(await beside(), ['history.reap'])
})
