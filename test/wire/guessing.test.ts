import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { PasswordWorkers } from '#adapters/system/password-hasher.ts'
import { hashPassword } from '#adapters/system/argon2.ts'
import { createUser } from '#app/identity/users.ts'
import { digestOf, pushBlob, someBytes } from '../world/content.ts'
import { azureCli, openPlane, type Plane } from '../world/plane.ts'
import { type Answer, header, send } from '../world/send.ts'

let plane: Plane
before(async () => {
  plane = await openPlane({ flags: { passwordThreads: '1' } })
})
after(() => plane.stop())

interface Tried {
  address: string
  username?: string
  password?: string
}

const signIn = ({ address, username = plane.owner.name, password = plane.owner.password }: Tried): Promise<Answer> =>
  send(plane.door, 'POST', '/adfs/oauth2/token', {
    as: 'nobody',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': address },
    body: new URLSearchParams({ grant_type: 'password', client_id: azureCli, username, password, resource: plane.control }).toString(),
  })
const statusOf = async (tried: Tried) => (await signIn(tried)).status
const count = (statuses: readonly number[], status: number) => statuses.filter((each) => each === status).length

test('spraying sixty names from one address is slowed down after twenty, also when all come at once', async () => {
  const names = Array.from({ length: 60 }, (_, each) => `sprayed-${each}`)
  const statuses: number[] = []
  for (const username of names) statuses.push(await statusOf({ address: '203.0.113.1', username, password: 'wrong' }))
  assert.deepEqual([count(statuses, 400), count(statuses, 429)], [21, 39])
  const atOnce = await Promise.all(names.map((username) => statusOf({ address: '203.0.113.2', username, password: 'wrong' })))
  assert.deepEqual([count(atOnce, 400), count(atOnce, 429)], [21, 39])
})

test('one name is not guessed from many addresses either', async () => {
  const { user, password } = await createUser(plane.door.open.deps, { login: 'wanted' })
  const username = user.login ?? ''
  assert.equal(await statusOf({ address: '192.0.2.1', username, password }), 200)
  const statuses: number[] = []
  for (let each = 0; each < 103; each++) statuses.push(await statusOf({ address: `198.18.${each}.1`, username, password: 'wrong' }))
  assert.deepEqual([count(statuses, 400), count(statuses, 429)], [101, 2])
  assert.equal(await statusOf({ address: '198.19.0.1', username, password }), 429, 'where it was never seen')
  assert.equal(await statusOf({ address: '192.0.2.1', username, password }), 200, 'where it was')
})

test('twenty-one wrong tries, and more, do not lock the owner of an address out of it', async () => {
  const address = '192.0.2.7'
  assert.equal(await statusOf({ address }), 200)
  for (let each = 0; each < 60; each++)
    assert.equal(await statusOf({ address, password: 'wrong' }), 400, `try ${each}: the owner may have mistyped`)
  for (let each = 0; each < 30; each++) await statusOf({ address, username: `neighbour-${each}`, password: 'wrong' })
  assert.equal(await statusOf({ address, username: 'neighbour', password: 'wrong' }), 429)
  assert.equal(await statusOf({ address }), 200)
})

test('a hundred strangers at once find a short line: some are judged, the rest are told to come back; who is known comes first', async () => {
  const address = '192.0.2.9'
  assert.equal(await statusOf({ address }), 200)
  const deps = plane.door.open.deps
  // Not the word of a moment ago, which needs no hash.
  const { user, password } = await createUser(deps, { login: 'known' })
  const username = user.login ?? ''
  assert.equal(await statusOf({ address, username, password }), 200)
  const strangers = Array.from({ length: 100 }, (_, each) =>
    signIn({ address: `198.51.100.${each}`, username: `s-${each}`, password: 'x' }),
  )
  const known = signIn({ address, username, password: 'mistyped' })
  const answers = await Promise.all(strangers)
  const statuses = answers.map(({ status }) => status)
  assert.ok(count(statuses, 400) > 0 && count(statuses, 503) > 0, statuses.join(' '))
  assert.equal(count(statuses, 400) + count(statuses, 503), 100)
  for (const answer of answers.filter(({ status }) => status === 503)) assert.ok(Number(header(answer, 'retry-after')) >= 1)
  assert.equal((await known).status, 400)
})

test('while passwords are checked a blob comes and goes', async () => {
  const bytes = someBytes(300_000)
  let over = false
  const statuses: number[] = []
  const guessing = Array.from({ length: 30 }, async (_, lane) => {
    for (let tries = 0; !over; tries++)
      statuses.push(await statusOf({ address: `10.${lane}.${tries >> 8}.${tries & 255}`, username: `g-${lane}-${tries}`, password: 'x' }))
  })
  await pushBlob(plane.door, 'busy', bytes)
  const read = await send(plane.door, 'GET', `/v2/busy/blobs/${digestOf(bytes)}`)
  assert.ok(read.body.equals(bytes))
  over = true
  await Promise.all(guessing)
  assert.deepEqual(new Set(statuses).difference(new Set([400, 503])), new Set(), 'each was judged, or told to come back')
})

test('hashing takes nothing of the pool that reads files', async () => {
  const workers = new PasswordWorkers({ threads: 2, longestLine: 40 })
  const hash = hashPassword('right')
  let done = 0
  const all = Array.from({ length: 40 }, (_, each) => workers.verify(`wrong-${each}`, hash).then(() => done++))
  await readFile(new URL(import.meta.url))
  assert.ok(done < 8, `${done} were hashed before a file was read`)
  await Promise.all(all)
  assert.deepEqual([await workers.verify('right', hash), await workers.verify('right', hash)], [true, true])
  await workers.close()
})

test('at the registry a right password is believed after any number of wrong ones', async () => {
  const as = { user: plane.door.user, password: plane.door.password }
  const headers = { 'x-forwarded-for': '203.0.113.50' }
  const ask = async (given: typeof as) => (await send(plane.door, 'GET', '/v2/', { as: given, headers })).status
  const statuses: number[] = []
  for (let each = 0; each < 60; each++) statuses.push(await ask({ user: `sprayed-${each}`, password: 'wrong' }))
  assert.deepEqual([count(statuses, 401), count(statuses, 429)], [21, 39])
  assert.equal(await ask(as), 200)
})
