import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { after, beforeEach, test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { joseAssertions } from '#adapters/jose/assertions.ts'
import { certificateReader } from '#adapters/x509/certificate-reader.ts'
import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { changeApplication, createServicePrincipal, deleteApplication } from '#app/identity/applications.ts'
import { createApplication } from '#app/identity/new-applications.ts'
import { makeCode, redeemCode } from '#app/identity/codes.ts'
import { fetchDevice, askOnDevice, findDevice, grantDevice, refuseDevice } from '#app/identity/devices.ts'
import { newRefreshToken } from '#app/identity/refresh-tokens.ts'
import { changeUser, createUser } from '#app/identity/users.ts'
import { signInUser } from '#app/identity/sign-in.ts'
import { FailedLogins } from '#app/tokens/rate-limits.ts'
import type { MetadataStore } from '#ports/metadata-store.ts'
import { commandTraits } from '#store/command-traits.ts'

const clock = { now: () => 1_800_000_000_000, elapsed: () => 0 }
const base = openMemoryMetadataStore()
after(() => base.close())
/** The commands since the test began, housekeeping left out; and what another server does before the next of a name. */
let commands: string[] = []
const before = new Map<string, () => Promise<unknown>>()
const store = new Proxy(base, {
  get: (target, name: keyof MetadataStore) => {
    const method = target[name] as (...input: unknown[]) => Promise<unknown>
    if (!Object.hasOwn(commandTraits, name)) return method.bind(target)
    return async (...input: unknown[]) => {
      const other = before.get(name)
      before.delete(name)
      await other?.()
      if (name !== 'reapSignIns' && name !== 'noteAddress') commands.push(name)
      return method.apply(target, input)
    }
  },
})
const deps = {
  store,
  clock,
  hasher: argon2Hasher,
  certificates: certificateReader,
  assertions: joseAssertions,
  ids: { next: randomUUID },
  random: (bytes: number) => randomBytes(bytes),
  failedLogins: new FailedLogins(clock),
  secrets: { seal: (text: string) => text, open: (text: string) => text },
}
await base.putTenant({ id: randomUUID(), domain: 'example.org' })
beforeEach(() => {
  commands = []
})

test('what a change did not see is not lost: it is made anew on what another server wrote', async () => {
  const { user } = await createUser(deps, { login: 'lost' })
  before.set('putDirectoryObject', async () => {
    const now = await base.directoryObject(user.id)
    if (now) await base.putDirectoryObject({ object: { ...now, details: { mail: 'kept@example.org' } }, expect: now.version })
  })
  await changeUser(deps, user.id, { displayName: 'Changed' })
  const now = await base.directoryObject(user.id)
  assert.deepEqual([now?.name, now?.details], ['Changed', { mail: 'kept@example.org' }])
  before.set('putDirectoryObject', () => base.deleteDirectoryObject({ id: user.id }))
  await assert.rejects(changeUser(deps, user.id, { displayName: 'Back' }), { failure: 'not-found' })
  assert.equal(await base.directoryObject(user.id), undefined, 'what was deleted stays so')
})

test('each of these is one command: a crash leaves nothing of it half made', async () => {
  const did = async <Result>(work: () => Promise<Result>, ...expected: string[]): Promise<Result> => {
    commands = []
    const result = await work()
    assert.deepEqual(commands, expected)
    return result
  }
  const { user } = await did(() => createUser(deps, { login: 'one', password: 'a password of one' }), 'createDirectoryObjects')
  await did(() => changeUser(deps, user.id, { enabled: true, password: 'another one of one' }), 'putDirectoryObject')
  await did(() => changeUser(deps, user.id, { enabled: false }), 'putDirectoryObject')
  await changeUser(deps, user.id, { enabled: true })
  const application = await did(() => createApplication(deps, { displayName: 'one' }), 'createDirectoryObjects')
  await did(() => createServicePrincipal(deps, { appId: application.appId ?? '' }), 'createDirectoryObjects')
  await did(() => changeApplication(deps, application.id, { displayName: 'two', certificates: [] }), 'putDirectoryObject')
  await did(() => deleteApplication(deps, application.id), 'deleteDirectoryObject')
})

test('a code or a device’s answer is used up in the command that keeps its refresh token', async () => {
  await createUser(deps, { login: 'device', password: 'a password of device' })
  const address = '10.0.0.1'
  const signedIn = await signInUser(deps, { username: 'device', password: 'a password of device', address })
  const client = { id: 'client', name: 'Client', servicePrincipal: undefined, credential: null }
  const verifier = 'v'.repeat(43)
  const question = {
    clientId: 'client',
    redirectUri: 'http://localhost/',
    challenge: createHash('sha256').update(verifier).digest('base64url'),
    nonce: undefined,
    asked: { scope: 'openid' },
  }
  const code = await makeCode(deps, question, signedIn)
  const fits = { code, clientId: 'client', redirectUri: question.redirectUri, verifier }
  commands = []
  const redemption = await redeemCode(deps, fits)
  assert.deepEqual(commands, [], 'nothing is used up before there is an answer')
  const { row } = newRefreshToken(deps, { signedIn, client, asked: {} })
  await redemption.redeem(row)
  assert.deepEqual(commands, ['redeemSignIn'])
  assert.deepEqual(await base.signIn(row.id), row)
  await assert.rejects(redeemCode(deps, fits), { reason: 'code-used' })
  assert.equal(await base.signIn(row.id), undefined)

  const { deviceCode, userCode } = await askOnDevice(deps, { clientId: 'client', asked: {}, address })
  const found = await findDevice(deps, { typed: userCode, address })
  commands = []
  await grantDevice(deps, found, signedIn)
  await assert.rejects(refuseDevice(deps, found.id), { failure: 'not-found' })
  assert.deepEqual(commands, ['answerSignIn', 'answerSignIn'])
  const [first, second] = [1, 2].map(() => fetchDevice(deps, { deviceCode, clientId: 'client', address }))
  await (await first)?.redeem(row)
  await assert.rejects((await second)?.redeem(null) ?? assert.fail(), { reason: 'device-unknown' })
  assert.deepEqual(await base.signIn(row.id), row)
})
