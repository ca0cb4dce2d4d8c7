// The answer to a COMMIT is lost, or the COMMIT itself: nobody is told that it was done, or that it was not.
import assert from 'node:assert/strict'
import { connect, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { openPostgresStore } from '#adapters/postgres/store.ts'
import { putRegistry } from '#ports/metadata-scene.contract.ts'
import { freePort } from '../world/free-port.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let postgres: PostgresServer
before(async () => {
  postgres = await startPostgres()
})
after(() => postgres.stop())

/** Lets all through until it is armed; then the next COMMIT comes to its server or does not, and its answer never comes back. */
async function startCutter(address: string) {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let armed: 'before' | 'after' | undefined
  const server = createServer((near) => {
    const [host, targetPort] = address.split(':')
    const far = connect(Number(targetPort), host)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    far.pipe(near)
    near.on('data', (piece) => {
      if (armed === undefined || !piece.includes('COMMIT\0')) return far.write(piece)
      far.unpipe(near)
      if (armed === 'before') far.destroy()
      else {
        far.once('data', () => near.destroy())
        far.write(piece)
      }
      if (armed === 'before') near.destroy()
      armed = undefined
    })
    near.on('close', () => far.destroy())
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${port}`,
    arm: (when: 'before' | 'after') => (armed = when),
    stop: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

for (const when of ['before', 'after'] as const)
  test(`a connection that breaks ${when} its COMMIT was done is told as what nobody knows, and the next command goes on`, async () => {
    const cutter = await startCutter(postgres.address)
    const plain = await postgres.database()
    const store = await openPostgresStore({ url: plain.replace(postgres.address, cutter.address), connections: 2 })
    const witness = await openPostgresStore({ url: plain, connections: 2 })
    try {
      cutter.arm(when)
      await assert.rejects(putRegistry(store, 'first'), { failure: 'storage-failed', message: /did not say whether this was done/ })
      assert.equal((await witness.registry('first')) !== undefined, when === 'after')
      // As a client does.
      await putRegistry(store, 'first')
      assert.ok(await witness.registry('first'))
    } finally {
      await store.close()
      await witness.close()
      cutter.stop()
    }
  })
