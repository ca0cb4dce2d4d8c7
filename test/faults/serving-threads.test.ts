// What every other test here stands on: its servers serve with as many threads as the run says, and all from the first request on.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { test } from 'node:test'
import { Client } from './client.ts'
import { startServer } from './server.ts'
import { makeWorld, removeWorld } from './world.ts'

const wanted = Number(process.env.LONGSHORE_SERVERS ?? 1)
const listening = '0A'

/** Each thread has a listener of its own at the one port. */
function listenersAt(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  return sockets.map((line) => line.trim().split(/\s+/)).filter(([, local, , state]) => local === address && state === listening).length
}

test(`${wanted} threads serve as soon as the server is ready`, async () => {
  const world = await makeWorld()
  try {
    const server = await startServer(world.dataDir)
    try {
      const client = new Client({ ...server, agent: new Agent({ keepAlive: false }) }, world.password)
      const answers = await Promise.all(Array.from({ length: 24 }, () => client.send('GET', '/v2/')))
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
      assert.equal(listenersAt(server.port), wanted)
    } finally {
      await server.kill()
    }
  } finally {
    removeWorld(world)
  }
})
