import assert from 'node:assert/strict'
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign as rawSign } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import type { MetadataStore } from '#ports/metadata-store.ts'
import type { StoredSigningKey } from '#ports/signing-keys.ts'
import type { SecretBox } from '#ports/secret-box.ts'
import type { Signer } from '#ports/signer.ts'
import { openSigner } from './signer.ts'

const day = 24 * 60 * 60 * 1000

/** What a signer asks of the store: its keys. test/model/tokens.test.ts has it on the real one. */
class Keyring implements Pick<MetadataStore, 'signingKeys' | 'putSigningKey'> {
  kept: StoredSigningKey[] = []
  signingKeys = async (registryId: number) => this.kept.filter((each) => each.registryId === registryId)
  putSigningKey: MetadataStore['putSigningKey'] = async ({ key, revokeOthers, now }) => {
    const others = revokeOthers ? [] : this.kept.filter((each) => each.verifyUntil >= now)
    this.kept = [...others.map((each) => ({ ...each, signUntil: Math.min(each.signUntil, now) })), key]
  }
}

/** Shows that a secret is bound to its place. */
const box: SecretBox = {
  seal: (secret, context) => `${context}|${Buffer.from(secret).toString('base64')}`,
  open: (sealed, context) => {
    const [bound, body = ''] = sealed.split('|')
    if (bound !== context) throw new Error('moved')
    return Buffer.from(body, 'base64').toString()
  },
}

let keyring: Keyring
let now: number
const newSigner = (registryId = 1): Signer =>
  openSigner({ store: keyring as unknown as MetadataStore, secrets: box, clock: { now: () => now, elapsed: () => now } }, registryId)
let signer: Signer

beforeEach(() => {
  keyring = new Keyring()
  now = 1_800_000_000_000
  signer = newSigner()
})

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const headerOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { alg: string; typ: string; kid: string }
/** Our own private key, so that a forgery differs from a good token in one thing only. */
const ownKey = (): KeyObject => {
  const { privateSealed, kid } = keyring.kept[0] as StoredSigningKey
  return createPrivateKey({ key: JSON.parse(box.open(privateSealed, kid)) as never, format: 'jwk' })
}
const forge = (header: unknown, payload: unknown, signature: (input: Buffer) => Buffer | string): string => {
  const input = `${encode(header)}.${encode(payload)}`
  const made = signature(Buffer.from(input))
  return `${input}.${typeof made === 'string' ? made : made.toString('base64url')}`
}
const es256 = (key: KeyObject) => (input: Buffer) => rawSign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })

test('what is signed is verified, by this signer and by another one on the same keys', async () => {
  const claims = { sub: 'x', n: 1, list: ['a'], deep: { a: null } }
  const token = await signer.sign(claims)
  assert.deepEqual(await signer.verify(token), claims)
  assert.deepEqual(await newSigner().verify(token), claims)
  assert.deepEqual({ ...headerOf(token), kid: '' }, { alg: 'ES256', typ: 'JWT', kid: '' })
})

test('the published keys are public, verify our tokens and hold no private part', async () => {
  const token = await signer.sign({ sub: 'x' })
  const { keys } = await signer.keys()
  assert.equal(keys.length, 1)
  assert.equal(keys[0]?.kid, headerOf(token).kid)
  assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  assert.equal(createPublicKey({ key: keys[0] as never, format: 'jwk' }).type, 'public')
})

test('the private key is sealed under its own id', async () => {
  await signer.sign({})
  const [stored] = keyring.kept
  assert.ok(stored?.privateSealed.startsWith(`${stored.kid}|`))
  assert.doesNotMatch(stored?.publicJwk ?? '', /"d"/)
})

test('a forgery that differs in nothing is a good token: the forger below works', async () => {
  const token = await signer.sign({ sub: 'x' })
  assert.deepEqual(await signer.verify(forge(headerOf(token), { sub: 'y' }, es256(ownKey()))), { sub: 'y' })
})

test('C1 a key that the token itself brings is not used, not even with our kid', async () => {
  const header = headerOf(await signer.sign({ sub: 'x' }))
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = own.publicKey.export({ format: 'jwk' })
  for (const more of [
    {},
    { jwk },
    { jwk: { ...jwk, kid: header.kid } },
    { x5c: ['MIIB'] },
    { x5u: 'https://evil.example/x' },
    { jku: 'https://evil.example/x' },
  ])
    assert.equal(
      await signer.verify(forge({ ...header, ...more }, { sub: 'x' }, es256(own.privateKey))),
      undefined,
      JSON.stringify(more).slice(0, 30),
    )
})

test('C1 a token that is ours but for one more header is refused', async () => {
  const header = headerOf(await signer.sign({ sub: 'x' }))
  for (const more of [
    { jwk: {} },
    { x5c: [] },
    { x5u: '' },
    { jku: '' },
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { b64: false, crit: ['b64'] },
    { zip: 'DEF' },
    { cty: 'JWT' },
    { x5t: 'x' },
  ])
    assert.equal(await signer.verify(forge({ ...header, ...more }, { sub: 'x' }, es256(ownKey()))), undefined, JSON.stringify(more))
})

for (const alg of ['none', 'None', 'nOnE', '', 'HS256', 'RS256', 'ES384', 'ES512', 'PS256', 'EdDSA', 'es256', null, 7, ['ES256']])
  test(`C2 alg ${JSON.stringify(alg)} is refused, with no signature and with our own key's`, async () => {
    const header = headerOf(await signer.sign({ sub: 'x' }))
    assert.equal(await signer.verify(forge({ ...header, alg }, { sub: 'x' }, es256(ownKey()))), undefined)
    assert.equal(await signer.verify(`${encode({ ...header, alg })}.${encode({ sub: 'x' })}.`), undefined)
    assert.equal(await signer.verify(`${encode({ ...header, alg })}.${encode({ sub: 'x' })}`), undefined)
  })

test('C2 our public key in any form is no secret of HS256', async () => {
  const header = { ...headerOf(await signer.sign({ sub: 'x' })), alg: 'HS256' }
  const { publicJwk } = keyring.kept[0] as StoredSigningKey
  const key = createPublicKey({ key: JSON.parse(publicJwk) as never, format: 'jwk' })
  const secrets = [
    key.export({ format: 'pem', type: 'spki' }),
    key.export({ format: 'der', type: 'spki' }),
    publicJwk,
    JSON.stringify(key.export({ format: 'jwk' })),
    '',
  ]
  for (const secret of secrets)
    for (const alg of ['HS256', 'ES256'])
      assert.equal(
        await signer.verify(forge({ ...header, alg }, { sub: 'x' }, (input) => createHmac('sha256', secret).update(input).digest())),
        undefined,
      )
})

test('C2 signatures of another form are refused: DER, zeros, too short, too long, of another key, of other bytes', async () => {
  const token = await signer.sign({ sub: 'x' })
  const header = headerOf(token)
  const good = es256(ownKey())
  const forms: Record<string, (input: Buffer) => Buffer | string> = {
    DER: (input) => rawSign('sha256', input, { key: ownKey(), dsaEncoding: 'der' }),
    zeros: () => Buffer.alloc(64),
    'r zero': (input) => Buffer.concat([Buffer.alloc(32), good(input).subarray(32)]),
    's zero': (input) => Buffer.concat([good(input).subarray(0, 32), Buffer.alloc(32)]),
    short: (input) => good(input).subarray(0, 63),
    long: (input) => Buffer.concat([good(input), Buffer.alloc(1)]),
    empty: () => '',
    'of another key': es256(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    'of another hash': (input) => rawSign('sha512', input, { key: ownKey(), dsaEncoding: 'ieee-p1363' }),
    'of other bytes': () => good(Buffer.from('other')),
    'with padding': (input) => `${good(input).toString('base64url')}==`,
    'in base64': (input) => `${good(input).toString('base64url').slice(0, -2)}+/`,
  }
  for (const [form, signature] of Object.entries(forms))
    assert.equal(await signer.verify(forge(header, { sub: 'x' }, signature)), undefined, form)
  const [, , signature = ''] = token.split('.')
  assert.equal(await signer.verify(`${encode(header)}.${encode({ sub: 'root' })}.${signature}`), undefined, 'another payload')
})

test('C2 another type or another kid is refused', async () => {
  const header = headerOf(await signer.sign({ sub: 'x' }))
  for (const other of [
    { typ: 'at+jwt' },
    { typ: 'jwt' },
    { typ: undefined },
    { kid: undefined },
    { kid: '' },
    { kid: '__proto__' },
    { kid: 'x' },
    { kid: 7 },
    { kid: [header.kid] },
  ])
    assert.equal(await signer.verify(forge({ ...header, ...other }, { sub: 'x' }, es256(ownKey()))), undefined, JSON.stringify(other))
})

test('C3 a million dots, and whatever else is too long, is refused at once', async () => {
  await signer.sign({})
  const begun = performance.now()
  for (const text of ['.'.repeat(1_000_000), `a${'.a'.repeat(4000)}`, `${'a'.repeat(8000)}.a.${'a'.repeat(8000)}`])
    assert.equal(await signer.verify(text), undefined)
  assert.ok(performance.now() - begun < 50)
})

test('C3 a token of ours that is longer than 12 KiB is not looked at', async () => {
  const token = await signer.sign({ sub: 'x'.repeat(9300) })
  assert.equal(await newSigner().verify(token), undefined)
})

test('C4 an encrypted token is refused before anything is derived or unpacked', async () => {
  await signer.sign({})
  const part = encode('x')
  const begun = performance.now()
  for (const header of [
    { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2 ** 31, p2s: 'x' },
    { alg: 'dir', enc: 'A256GCM', zip: 'DEF' },
  ])
    assert.equal(await signer.verify(`${encode(header)}.${part}.${part}.${part}.${part}`), undefined)
  assert.ok(performance.now() - begun < 50)
})

test('C6 a payload that is no object of claims is refused', async () => {
  const header = headerOf(await signer.sign({}))
  for (const payload of ['null', '[]', '1', '"x"', 'true', '', '{', '{}{}', '\ufeff\ufeff{}'])
    assert.equal(await signer.verify(forge(header, payload, es256(ownKey()))), undefined, payload)
})

test('text that is no token at all is refused', async () => {
  for (const text of [
    '',
    '.',
    '..',
    'a.b.c',
    'a.b',
    ' ',
    'Bearer x',
    `${await signer.sign({})} `,
    `${await signer.sign({})}\n`,
    '\0.\0.\0',
    'e30.e30.e30',
  ])
    assert.equal(await signer.verify(text), undefined, text.slice(0, 10))
})

test('A token of another registry is refused', async () => {
  const other = newSigner(2)
  const token = await other.sign({ sub: 'x' })
  await signer.sign({})
  assert.equal(await signer.verify(token), undefined)
  assert.deepEqual(await other.verify(token), { sub: 'x' })
})

test('after a rotation new tokens have a new key, and the old ones stay good until their key ends', async () => {
  const before = await signer.sign({ sub: 'before' })
  await signer.rotate({ revoke: false })
  const after = await signer.sign({ sub: 'after' })
  assert.notEqual(headerOf(before).kid, headerOf(after).kid)
  assert.deepEqual(await signer.verify(before), { sub: 'before' })
  assert.deepEqual(await signer.verify(after), { sub: 'after' })
  assert.equal((await signer.keys()).keys.length, 2)
})

test('after a rotation that revokes, the old tokens end at once, remembered or not', async () => {
  const before = await signer.sign({ sub: 'before' })
  assert.ok(await signer.verify(before))
  await signer.rotate({ revoke: true })
  assert.equal(await signer.verify(before), undefined)
  assert.equal((await signer.keys()).keys.length, 1)
  assert.ok(await signer.verify(await signer.sign({})))
})

test('a key signs for 30 days and verifies for one more; then neither, though a signature was seen before', async () => {
  const token = await signer.sign({ sub: 'x' })
  now += 30 * day - 1
  assert.equal(headerOf(await signer.sign({})).kid, headerOf(token).kid)
  now += 1
  assert.notEqual(headerOf(await signer.sign({})).kid, headerOf(token).kid)
  assert.ok(await signer.verify(token))
  now += day
  assert.equal(await signer.verify(token), undefined)
})

test('signatures asked for at once on a new registry are all good', async () => {
  const tokens = await Promise.all(Array.from({ length: 8 }, (_, n) => signer.sign({ n })))
  for (const [n, token] of tokens.entries()) assert.deepEqual(await signer.verify(token), { n })
})

test('a key that another server rotated or revoked is known to this one at once', async () => {
  const [here, there] = [newSigner(), newSigner()]
  const before = await here.sign({ sub: 'x' })
  assert.ok(await here.verify(before))
  await there.rotate({ revoke: false })
  assert.notEqual(headerOf(await here.sign({ sub: 'x' })).kid, headerOf(before).kid)
  assert.ok(await here.verify(before))
  await there.rotate({ revoke: true })
  assert.equal(await here.verify(before), undefined)
  assert.ok(await here.verify(await there.sign({ sub: 'y' })))
})
