// Bytes that no answer ever promised: what broken requests brought, what uploads leave that end otherwise than well. They lie in the store as others do, and a registry has no more of them than it may have.
import assert from 'node:assert/strict'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'node:test'
import { testOfFiles as test } from '../world/database.ts'
import { eventually } from '../conformance/client.ts'
import { digestOf, locationOf, pushBlob, someBytes, startUpload } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { openRaw } from '../world/raw.ts'
import { authorizationOf, send } from '../world/send.ts'

const limit = 1_000_000
const piece = 300_000
const rounds = 20
/** As much again for what no manifest names (core/storage-room.ts), and what is under way at the moment. */
const most = 2 * limit + piece

let door: Door
beforeEach(async () => {
  door = await openDoor({ flags: { storageLimit: String(limit), gcInterval: '1h', sparse: 'off' } })
})
afterEach(() => door.stop())

const usage = () => door.open.deps.store.usage(door.open.registry.id)
const onDisk = () => globSync('objects/*/*', { cwd: door.dataDir }).reduce((sum, name) => sum + statSync(join(door.dataDir, name)).size, 0)

async function isBounded(): Promise<void> {
  assert.ok(onDisk() <= most, `${onDisk()} bytes of a registry that may have ${limit}`)
  const { used, pending, unreferenced, reserved, condemned } = await usage()
  assert.ok(used + unreferenced + reserved + condemned >= onDisk(), JSON.stringify({ used, pending, unreferenced, reserved, condemned }))
  assert.deepEqual({ ...(await usage()) }, { ...(await door.open.deps.store.recomputedUsage(door.open.registry.id)) })
}

/** Announces more than it sends. */
async function tear(session: string): Promise<void> {
  const connection = await openRaw(door.address)
  const { authorization } = authorizationOf(door, 'admin')
  const head = `PATCH ${session} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Length: ${2 * piece}\r\n\r\n`
  connection.socket.write(head)
  connection.socket.write(someBytes(piece))
  const taken = async () => Number(/-(\d+)$/.exec(String((await send(door, 'GET', session)).headers.range))?.[1]) === piece - 1
  assert.ok(await eventually(taken, 20_000), 'all of it came')
  connection.socket.destroy()
}

test('what broken requests brought has its place in the registry, and goes where there is none', async () => {
  for (let round = 0; round < rounds; round++) {
    const started = await startUpload(door, 'torn')
    if (started.status !== 202) break
    const counted = (await usage()).reserved
    await tear(locationOf(started))
    const expected = counted + piece <= limit ? counted + piece : counted
    const settled = async () => (await usage()).reserved === expected && onDisk() === expected
    assert.ok(await eventually(settled, 20_000), `round ${round}: ${onDisk()} bytes, ${(await usage()).reserved} counted`)
  }
  assert.ok((await usage()).reserved >= piece, 'who comes back finds what was there')
  await isBounded()
})

const endings: [name: string, end: (session: string) => Promise<number>][] = [
  ['are cancelled', async (session) => (await send(door, 'DELETE', session)).status],
  ['have another digest', async (session) => (await send(door, 'PUT', `${session}&digest=${digestOf('another')}`)).status],
]

for (const [name, end] of endings)
  test(`uploads that ${name} leave bytes, which count until they are gone`, async () => {
    let ended = 0
    for (let round = 0; round < rounds; round++) {
      const session = locationOf(await startUpload(door, 'ended'))
      const patched = await send(door, 'PATCH', session, { body: someBytes(piece) })
      assert.equal(patched.status, 202, patched.body.toString())
      const status = await end(locationOf(patched))
      assert.ok(status === 204 || status === 400, String(status))
      ended++
      await isBounded()
    }
    assert.equal(ended, rounds, 'room is made for the next')
  })

test('what is pushed that is there already lies there twice for a while, and counts', async () => {
  const bytes = someBytes(piece)
  for (let round = 0; round < rounds; round++) {
    await pushBlob(door, 'again', bytes)
    await isBounded()
  }
})
