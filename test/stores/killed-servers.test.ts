// Of three servers one is killed again and again: who tries again ends every push, and is never told anything wrong. KILLED_SECONDS=3600 for a night's run.
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Fleet } from './fleet.ts'
import { PatientClient } from './patient-client.ts'
import { startPostgres } from './postgres-server.ts'
import { startAzurite } from './azurite.ts'
import { startRadosgw } from './radosgw.ts'

const seconds = Number(process.env.KILLED_SECONDS ?? 20)
const pushers = 3
/** One after the other lives so long. */
const lives = 1500

for (const [kind, start] of [
  ['s3', startRadosgw],
  ['azblob', startAzurite],
] as const)
  test(`${kind}: for ${seconds} s or longer one of three servers is killed after the other, and every push ends`, async () => {
    const [postgres, store] = await Promise.all([startPostgres({ durable: true }), start()])
    Object.assign(process.env, store.environment)
    const fleet = await Fleet.start(await postgres.database(), 3, { blobs: store.url(await store.make()) })
    try {
      const end = performance.now() + seconds * 1000
      const client = new PatientClient(fleet.servers, fleet.password)
      let kills = 0
      // On a busy machine it takes longer until that many were killed.
      const isOver = () => performance.now() >= end && kills > 2 && client.sum.pushes > kills
      const kill = async (): Promise<void> => {
        for (let which = 0; !isOver(); which = (which + 1) % fleet.servers.length) {
          await pause(lives)
          await fleet.servers[which]?.kill()
          kills++
          await fleet.begin(which)
        }
      }
      await Promise.all([kill(), ...Array.from({ length: pushers }, (_, worker) => client.push(`team/w${worker}`, isOver))])
      await client.checkAll(fleet.url)
      const { pushes, pulls, again } = client.sum
      console.log(`killed servers: ${kills}, pushes ended: ${pushes}, pulls: ${pulls}, requests sent again: ${again}, lost: 0`)
    } finally {
      await fleet.stop()
      postgres.stop()
      store.stop()
    }
  })
