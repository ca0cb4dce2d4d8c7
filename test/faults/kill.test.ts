// kill -9 at every named failpoint: what was acknowledged is there, nothing is there by half, nothing is left lying about.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type FailpointName, failpoints } from '#ports/failpoint.ts'
import { onBucket, onPostgres } from '../world/database.ts'
import { checkServed, checkStored, resumeSessions } from './check.ts'
import { ConnectionLost } from './client.ts'
import { isOfDirectory, killDirectory } from './directory.ts'
import { type History, histories } from './histories.ts'
import { isMigration, killMigration } from './migration.ts'
import { launch, type Server, startServer } from './server.ts'
import { copyWorld, makeWorld, removeWorld, scribeOf, type World } from './world.ts'

/** More rounds hit later moments of the same history. */
const rounds = Number(process.env.FAULT_KILLS ?? 1)
const mostTurns = 60
/** A move is killed where it is, in test/stores/move-kill.test.ts. */
type MovePoint = Extract<FailpointName, `move.${string}`>
const isServers = (name: FailpointName): name is Exclude<FailpointName, MovePoint> => !name.startsWith('move.')
/** A migration is one transaction of PostgreSQL: nothing of ours lies between its steps. On SQLite it is over before the first thread begins. */
const withoutMigrations = onPostgres || Number(process.env.LONGSHORE_SERVERS ?? 1) > 1
/** Where an upload's bytes lie in a bucket there is no file that is written, and where they are a file nothing is ahead of it. */
const ofFiles: readonly FailpointName[] = ['upload.write.block', 'upload.seal.before-sync', 'upload.seal.before-folder-sync']
const isOfBytesElsewhere = (name: FailpointName) => (onBucket ? ofFiles.includes(name) : name.startsWith('bucket.'))
const points = failpoints.filter(isServers).filter((name) => !(withoutMigrations && isMigration(name)) && !isOfBytesElsewhere(name))

describe('kill -9 at a failpoint', () => {
  let world: World
  const hit = new Set<FailpointName>()
  const sum = { kills: 0, facts: 0, acknowledged: 0, resumed: 0 }

  before(async () => {
    world = await makeWorld()
  })
  after(() => {
    console.log(
      `failpoints: ${hit.size} of ${points.length}, kills: ${sum.kills}, acknowledged writes: ${sum.acknowledged}, facts checked: ${sum.facts}, sessions resumed: ${sum.resumed}, lost: 0`,
    )
    removeWorld(world)
  })

  for (const name of points)
    test(name, async () => {
      for (let round = 0; round < rounds; round++) {
        const own = await copyWorld(world)
        try {
          if (isMigration(name)) await killMigration(name, own)
          else if (isOfDirectory(name)) await killDirectory(name, own)
          else await killInHistory(name, histories[name], own, round)
          hit.add(name)
          sum.kills++
        } finally {
          removeWorld(own)
        }
      }
    })

  test('every failpoint was hit', () => {
    assert.deepEqual([...hit].sort(), points.toSorted())
  })

  async function killInHistory(name: FailpointName, history: History, own: World, round: number): Promise<void> {
    if (history.before) {
      const server = await startServer(own.dataDir, { GC_LEASE: '1s', GC_INTERVAL: '1h' })
      await history.before(scribeOf(own, server))
      await server.kill()
      await pause(1100)
    }
    const dying = await launch(own.dataDir, { ...history.settings, FAILPOINT: `${name}=kill:${history.hit + round}` })
    await live(history, own, dying)
    assert.equal(await dying.ended, 'SIGKILL', `the server did not die at ${name}`)
    const server = await startServer(own.dataDir)
    try {
      const scribe = scribeOf(own, server)
      sum.facts += await checkServed(scribe.client, own.ledger)
      sum.resumed += await resumeSessions(scribe)
      await scribe.pushImage('team/afterwards', 'v1', [Buffer.from(`after ${name}`)])
      sum.facts += await checkServed(scribe.client, own.ledger)
      assert.deepEqual(scribe.client.serverErrors, [])
      sum.acknowledged += own.ledger.acknowledged
    } finally {
      await server.kill()
    }
    await checkStored(own.dataDir)
  }

  async function live(history: History, own: World, server: Server): Promise<void> {
    const scribe = scribeOf(own, server)
    try {
      for (let turn = 0; turn < mostTurns && server.alive; turn++) await history.deed(scribe, turn, own)
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error
    }
    if (!server.alive) return
    // The connection breaks a moment before the end of the process is known.
    await Promise.race([server.ended, pause(3000)])
    if (server.alive) await server.stop()
  }
})
