import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { RegistryError } from '#core/registry-error.ts'
import { renewCredential, showCredentials } from '#app/tokens/credentials.ts'
import { type Door, openDoor } from '../../world/door.ts'
import { pushImage, tokenFor } from '../../world/content.ts'
import { header, json, send } from '../../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor({ proxies: ['127.0.0.1'] })
  await pushImage(door, 'a', 'v1')
})
after(() => door.stop())

let addresses = 0
/** Each from an address of its own: what is wrong is counted by address. */
const wrong = (user: string, password: string) =>
  send(door, 'GET', '/v2/', { as: { user, password }, headers: { 'x-forwarded-for': `10.0.${++addresses >> 8}.${addresses & 255}` } })

test('C10 Harbor CVE-2023-20902: secrets are compared by timingSafeEqual, and for an unknown user as well', () => {
  const source = readFileSync('src/app/tokens/authenticate.ts', 'utf8')
  assert.match(source, /import \{[^}]*timingSafeEqual[^}]*\} from 'node:crypto'/)
  const decision = source.slice(source.indexOf('async function byPassword'), source.indexOf('async function byToken'))
  assert.equal(decision.match(/timingSafeEqual\(/g)?.length, 1)
  assert.ok(decision.indexOf('hashOfSecret(password)') < decision.indexOf('store.credentials'), 'hashed before anybody is looked up')
  assert.ok(!/[!=]==[^\n]*(?:password|secret)|(?:password|secret)\w*\s*[!=]==/i.test(decision), 'no === on a secret')
  const compared = globSync('src/**/*.ts').filter((file) =>
    /(?:secretHash|secretSealed|\.password)\s*[!=]==|[!=]==\s*\w+\.(?:secretHash|secretSealed|password)\b/.test(readFileSync(file, 'utf8')),
  )
  assert.deepEqual(compared, [])
})

test('C10 an unknown user costs what a wrong password costs', async () => {
  const tries = 400
  const times: Record<string, number[]> = { known: [], unknown: [], prefix: [] }
  const { password } = door
  for (let i = 0; i < tries; i++)
    for (const [name, user, secret] of [
      ['known', door.user, 'wrong'],
      ['unknown', `stranger-${i}`, 'wrong'],
      ['prefix', door.user, `${password.slice(0, -1)}!`],
    ] as const) {
      const started = process.hrtime.bigint()
      const { status } = await wrong(user, secret)
      times[name]?.push(Number(process.hrtime.bigint() - started))
      assert.equal(status, 401)
    }
  const median = (name: string) => (times[name] ?? []).toSorted((one, other) => one - other)[tries / 2] ?? 0
  // A generous bound: a slow hash for known users only would be a hundred times off.
  for (const name of ['unknown', 'prefix']) assert.ok(median(name) / median('known') < 3 && median(name) / median('known') > 1 / 3, name)
})

test('C11 Harbor CVE-2026-4404: no password is shipped; two random ones are made for each installation', async () => {
  const other = await openDoor()
  try {
    const shown = await showCredentials(door.open.deps, door.open.registry)
    assert.deepEqual(
      shown.passwords.map((each) => each.name),
      ['password', 'password2'],
    )
    const all = [...shown.passwords, ...(await showCredentials(other.open.deps, other.open.registry)).passwords].map((each) => each.value)
    assert.equal(new Set(all).size, 4)
    for (const each of all) assert.match(each, /^lshr[0-9A-Za-z]{48}$/)
    for (const each of ['', 'admin', 'password', 'Harbor12345', 'local', door.user])
      assert.equal((await wrong(door.user, each)).status, 401)
    assert.equal((await wrong(door.user, other.password)).status, 401)
  } finally {
    await other.stop()
  }
})

test('C11 while the admin user is off nothing shows its passwords and none of them works', async () => {
  const { deps } = door.open
  const { token } = await tokenFor(door, 'repository:a:pull')
  const off = await putRegistry(deps.store, 'local', { adminEnabled: false })
  await assert.rejects(showCredentials(deps, off), (error) => error instanceof RegistryError && error.failure === 'denied')
  assert.equal((await send(door, 'GET', '/v2/')).status, 401)
  assert.equal((await send(door, 'GET', '/v2/a/manifests/v1', { as: { token } })).status, 401)
  await putRegistry(deps.store, 'local', { adminEnabled: true })
  assert.equal((await send(door, 'GET', '/v2/')).status, 200)
})

test('A16 CVE-2026-33031: a renewed password ends the old one and each token got with it, at the next request', async () => {
  const { deps, registry } = door.open
  const form = { grant_type: 'password', username: door.user, password: door.password, service: door.loginServer }
  const exchange = (body: Record<string, string>) =>
    send(door, 'POST', '/oauth2/token', {
      as: 'nobody',
      body: new URLSearchParams({ scope: 'repository:a:pull', ...body }).toString(),
    })
  const tokens = json<{ access_token: string }>(await exchange(form))
  const read = () => send(door, 'GET', '/v2/a/manifests/v1', { as: { token: tokens.access_token } })
  assert.equal((await read()).status, 200)
  await renewCredential(deps, registry, 'password')
  const refused = await read()
  assert.equal(refused.status, 401)
  assert.match(header(refused, 'www-authenticate'), /error="invalid_token"$/)
  assert.equal((await exchange(form)).status, 401)
  assert.equal((await send(door, 'GET', '/v2/')).status, 401)
  const { passwords } = await showCredentials(deps, registry)
  door.password = passwords[0]?.value ?? ''
  assert.equal((await send(door, 'GET', '/v2/')).status, 200)
  assert.equal((await wrong(door.user, passwords[1]?.value ?? '')).status, 200, 'the other password stands')
})

test('C13 ArgoCD GO-2024-2652: guessing is slowed down whatever the client calls itself', async () => {
  const alone = await openDoor({ proxies: [] })
  let slowed = 0
  for (let i = 0; i < 60; i++) {
    const user = ['guessed', 'GUESSED', `guessed-${i}`][i % 3] ?? ''
    const headers = {
      'x-forwarded-for': `10.0.${i}.1`,
      forwarded: `for=10.1.${i}.1`,
      'x-real-ip': `10.2.${i}.1`,
      'user-agent': `guesser/${i}`,
    }
    const answer = await send(alone, 'GET', '/v2/', { as: { user, password: `guess-${i}` }, headers })
    if (answer.status === 429) {
      slowed++
      assert.ok(Number(header(answer, 'retry-after')) >= 1)
    } else assert.equal(answer.status, 401)
    assert.ok(i < 20 || answer.status === 429 || i < 22, `try ${i}`)
  }
  assert.ok(slowed >= 35)
  assert.equal((await send(alone, 'GET', '/v2/')).status, 200, 'who has a right one goes on, from the same address too')
  await alone.stop()
})

test('C13 the owner is not locked out, from whatever address', async () => {
  const behind = await openDoor({ proxies: ['127.0.0.1'] })
  try {
    const from = (address: string, password: string) =>
      send(behind, 'GET', '/v2/', { as: { user: behind.user, password }, headers: { 'x-forwarded-for': address } })
    for (let i = 0; i < 25; i++) await from('203.0.113.9', 'wrong')
    assert.equal((await from('203.0.113.9', 'wrong')).status, 429)
    assert.equal((await from('203.0.113.9', behind.password)).status, 200, 'nor from that one: nobody guesses a password of ours')
    assert.equal((await from('198.51.100.7', behind.password)).status, 200)
  } finally {
    await behind.stop()
  }
})

test('C14 each character of a password counts', async () => {
  const { password } = door
  for (const each of [
    `${password}x`,
    password.slice(0, -1),
    ` ${password}`,
    password.toLowerCase(),
    password + '\0',
    password.slice(0, 32),
  ])
    assert.equal((await wrong(door.user, each)).status, 401)
  await send(door, 'GET', '/v2/')
})

test('secrets at rest: keys and objects are for the owner of the process only', () => {
  for (const name of ['.', 'keys', 'objects']) assert.equal(statSync(join(door.dataDir, name)).mode & 0o077, 0, name)
  for (const file of globSync('keys/*', { cwd: door.dataDir })) assert.equal(statSync(join(door.dataDir, file)).mode & 0o077, 0, file)
  const database = Buffer.concat(globSync('longshore.db*', { cwd: door.dataDir }).map((file) => readFileSync(join(door.dataDir, file))))
  assert.ok(!database.includes(door.password), 'no password in the database')
  assert.ok(!database.includes(crypto.createHash('sha256').update('').digest('hex')), 'no hash of nothing either')
})
