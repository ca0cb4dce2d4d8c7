import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Door, openDoor } from '../world/door.ts'
import { send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor({ proxies: ['127.0.0.1'] })
})
after(() => door.stop())

const guess = async (client: string) =>
  (await send(door, 'GET', '/v2/', { as: { user: 'local', password: 'wrong' }, headers: { 'x-forwarded-for': client } })).status

test('the client that a proxy names is the same from each of its ports, however it is written', async () => {
  const spellings = (at: number) => [`203.0.113.7:${at}`, `"203.0.113.7:${at}"`, '203.0.113.7', `[::ffff:203.0.113.7]:${at}`]
  const statuses: number[] = []
  for (let at = 1; at <= 30; at++) statuses.push(await guess(spellings(at)[at % 4] ?? ''))
  assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429])
  assert.equal(await guess('203.0.113.8:4711'), 401)
})

test('what names no client is one that nobody knows', async () => {
  const statuses: number[] = []
  for (let at = 1; at <= 30; at++) statuses.push(await guess(`_hidden:${at}`))
  assert.equal(statuses.at(-1), 429)
  assert.equal(await guess(`[2001:db8::1]:80`), 401)
})
