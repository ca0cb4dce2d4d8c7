import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { openMemoryMetadataStore } from '#adapters/sqlite/memory-store.ts'
import { certificateReader } from '#adapters/x509/certificate-reader.ts'
import { argon2Hasher } from '#adapters/system/password-hasher.ts'
import { FailedLogins } from '#app/tokens/rate-limits.ts'
import { signInUser } from '#app/identity/sign-in.ts'
import { changeUser, createUser } from '#app/identity/users.ts'
import { nobodysHash } from '#ports/password-hasher.ts'

test('C10 a name that there is not, or that is switched off, costs one slow hash, as a wrong password does', async () => {
  const store = openMemoryMetadataStore()
  const hashes: string[] = []
  const hasher = {
    hash: argon2Hasher.hash,
    verify: (password: string, hash: string) => {
      hashes.push(hash)
      return argon2Hasher.verify(password, hash)
    },
  }
  const clock = { now: () => 1_800_000_000_000, elapsed: () => 0 }
  const random = (bytes: number) => randomBytes(bytes)
  const deps = {
    store,
    hasher,
    clock,
    certificates: certificateReader,
    random,
    ids: { next: randomUUID },
    failedLogins: new FailedLogins(clock),
  }
  await store.putTenant({ id: randomUUID(), domain: 'example.org' })
  for (const name of ['known', 'disabled']) await createUser(deps, { login: `${name}@example.org`, displayName: name })
  const disabled = await store.userByLogin('disabled@example.org')
  await changeUser(deps, disabled?.id ?? '', { enabled: false })
  for (const username of ['known', 'disabled', 'stranger', 'stranger@elsewhere.example', '']) {
    hashes.length = 0
    await assert.rejects(signInUser(deps, { username, password: 'wrong', address: '10.0.0.1' }), { reason: 'password-wrong' }, username)
    assert.deepEqual(
      hashes.map((each) => each.split('$').slice(0, 4).join('$')),
      ['$argon2id$v=19$m=19456,t=2,p=1'],
      username,
    )
  }
  const shapeOf = (hash: string) =>
    hash
      .split('$')
      .map((part, at) => (at < 4 ? part : part.length))
      .join('$')
  assert.equal(shapeOf(nobodysHash), shapeOf(await argon2Hasher.hash('x')), 'the cost of a name that there is not is that of today')
  await store.close()
})
