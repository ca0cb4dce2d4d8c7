import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { localCertificates } from './authority.ts'
import { makeAuthority, makeLeaf } from './issue.ts'
import { nameConstraints } from './name-constraints.ts'
import { NameOutsideAuthority } from './name-outside-authority.ts'

const root = mkdtempSync(join(tmpdir(), 'longshore-x509-'))
after(() => rmSync(root, { recursive: true }))
const day = 24 * 60 * 60 * 1000
const now = Date.now()
const names = ['registry.localhost', '*.registry.localhost', '127.0.0.1', '::1']
let folders = 0
const newFolder = () => join(root, String(++folders))
const leafOf = (cert: string) => new X509Certificate(cert)
const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** Whether OpenSSL takes the leaf on the ground of this authority alone. */
function opensslTakes(caPem: string, leafPem: string, at = now): boolean {
  const folder = newFolder()
  execFileSync('mkdir', [folder])
  writeFileSync(join(folder, 'ca.pem'), caPem)
  writeFileSync(join(folder, 'leaf.pem'), leafPem)
  const time = String(Math.floor(at / 1000))
  return (
    spawnSync('openssl', ['verify', '-x509_strict', '-attime', time, '-CAfile', join(folder, 'ca.pem'), join(folder, 'leaf.pem')])
      .status === 0
  )
}

test('the authority is one, signs nothing but leaves, and its key stays with its owner', async () => {
  const folder = newFolder()
  const { caPath } = await localCertificates(folder, names, now)
  const authority = new X509Certificate(readFileSync(caPath))
  assert.equal(authority.ca, true)
  assert.equal(authority.verify(authority.publicKey), true)
  assert.equal(statSync(join(folder, 'ca.key')).mode & 0o777, 0o400)
  assert.equal(statSync(join(folder, 'server.key')).mode & 0o777, 0o600)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.ok(authority.validFromDate.getTime() <= now && authority.validToDate.getTime() > now + 3000 * day)
})

test('the leaf is signed by the authority, for the server, for exactly the names that were asked', async () => {
  const { caPath, cert, key } = await localCertificates(newFolder(), names, now)
  const [authority, leaf] = [new X509Certificate(readFileSync(caPath)), leafOf(cert)]
  assert.equal(leaf.checkIssued(authority) && leaf.verify(authority.publicKey), true)
  assert.equal(leaf.ca, false)
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  for (const name of ['registry.localhost', 'a.registry.localhost']) assert.ok(leaf.checkHost(name), name)
  for (const name of ['127.0.0.1', '::1']) assert.ok(leaf.checkIP(name), name)
  for (const name of ['example.com', 'localhost', 'evilregistry.localhost', 'registry.localhost.example.com'])
    assert.equal(leaf.checkHost(name), undefined, name)
  assert.equal(leaf.checkIP('127.0.0.2'), undefined)
  assert.match(key, /BEGIN PRIVATE KEY/)
  assert.ok(leaf.validToDate.getTime() - leaf.validFromDate.getTime() <= 398 * day, 'no longer than browsers take')
})

test('a name outside of the authority is refused, and the certificate that was there stays', async () => {
  const folder = newFolder()
  const { cert } = await localCertificates(folder, names, now)
  for (const outside of ['example.com', 'localhost', 'evilregistry.localhost', '127.0.0.2', '::2', '10.0.0.1'])
    await assert.rejects(
      localCertificates(folder, [...names, outside], now),
      (error) => error instanceof NameOutsideAuthority && error.message.includes(`"${outside}"`),
    )
  assert.equal((await localCertificates(folder, names, now)).cert, cert)
})

test('a name below one of the authority is inside', async () => {
  const folder = newFolder()
  await localCertificates(folder, names, now)
  assert.ok(
    leafOf((await localCertificates(folder, ['deep.below.registry.localhost'], now)).cert).checkHost('deep.below.registry.localhost'),
  )
})

test('a name that nobody asked for is left out where it lies outside', async () => {
  const folder = newFolder()
  await localCertificates(folder, names, now)
  const { cert } = await localCertificates(folder, [...names, 'container-7f3a'], now, ['container-7f3a'])
  assert.equal(leafOf(cert).checkHost('container-7f3a'), undefined)
  assert.ok(leafOf(cert).checkHost('registry.localhost'))
})

test('the leaf stays while it is good, and is made again when its names change or its end is near', async () => {
  const folder = newFolder()
  const first = await localCertificates(folder, names, now)
  assert.equal((await localCertificates(folder, names, now + 300 * day)).cert, first.cert)
  const renewed = await localCertificates(folder, names, now + 331 * day)
  assert.notEqual(renewed.cert, first.cert)
  assert.ok(leafOf(renewed.cert).validToDate.getTime() > now + 700 * day)
  const other = await localCertificates(folder, names.slice(0, 1), now + 331 * day)
  assert.equal(leafOf(other.cert).checkIP('127.0.0.1'), undefined)
  const ca = new X509Certificate(readFileSync(first.caPath))
  for (const { cert } of [first, renewed, other]) assert.equal(leafOf(cert).verify(ca.publicKey), true)
})

test('the leaf does not outlive its authority', async () => {
  const folder = newFolder()
  const { caPath } = await localCertificates(folder, names, now)
  const { cert } = await localCertificates(folder, names, now + 3500 * day)
  assert.equal(leafOf(cert).validToDate.getTime(), new X509Certificate(readFileSync(caPath)).validToDate.getTime())
})

test('two authorities have keys and names of their own', async () => {
  const [one, other] = [await makeAuthority(names, now), await makeAuthority(names, now)]
  assert.notEqual(new X509Certificate(one.cert).subject, new X509Certificate(other.cert).subject)
  const leaf = leafOf((await makeLeaf(one.cert, one.key, names, now)).cert)
  assert.equal(leaf.verify(new X509Certificate(other.cert).publicKey), false)
})

test('the authority is constrained to its names: who stole its key can sign for nothing else', async () => {
  const { cert, key } = await makeAuthority(names, now)
  const authority = new X509Certificate(cert)
  // Node has no reader for the extension: its bytes must stand in the certificate, marked critical.
  const extension = Buffer.from('0603551d1e0101ff04', 'hex')
  assert.ok(authority.raw.includes(extension), 'critical name constraints')
  assert.ok(authority.raw.includes(Buffer.from(nameConstraints(names))))
  for (const [name, good] of [
    ['registry.localhost', true],
    ['a.registry.localhost', true],
    ['127.0.0.1', true],
    ['::1', true],
    ['example.com', false],
    ['evilregistry.localhost', false],
    ['127.0.0.2', false],
    ['::2', false],
  ] as const) {
    const leaf = (await makeLeaf(cert, key, ['registry.localhost', name], now)).cert
    assert.ok(leafOf(leaf).verify(authority.publicKey))
    if (hasOpenssl) assert.equal(opensslTakes(cert, leaf), good, name)
  }
})

test('a leaf for addresses alone is taken too: its subject is no host name that the authority could forbid', async () => {
  const { cert, key } = await makeAuthority(names, now)
  for (const name of ['127.0.0.1', '::1']) {
    const leaf = (await makeLeaf(cert, key, [name], now)).cert
    assert.ok(leafOf(leaf).checkIP(name))
    if (hasOpenssl) assert.ok(opensslTakes(cert, leaf), name)
  }
})

test('an authority of many names is written so that strict readers take it: each length in its shortest form', async () => {
  for (const count of [1, 2, 5, 6, 8, 12, 30]) {
    const many = Array.from({ length: count }, (_, each) => `host-number-${each}.registry.example`)
    const der = Buffer.from(nameConstraints(many))
    let found = 0
    const read = (at: number, end: number): void => {
      while (at < end) {
        const tag = der[at] ?? 0
        const first = der[at + 1] ?? 0
        const extra = first > 0x80 ? first - 0x80 : 0
        const length = extra === 0 ? first : der.readUIntBE(at + 2, extra)
        if (extra > 0) assert.ok(length >= 0x80 && der[at + 2] !== 0, `a length of ${length} in ${extra} bytes (${count} names)`)
        const body = at + 2 + extra
        if (tag === 0x82) assert.equal(der.subarray(body, body + length).toString(), many[found++])
        else read(body, body + length)
        at = body + length
        assert.ok(at <= end)
      }
    }
    read(0, der.length)
    assert.equal(found, count)
    const { cert, key } = await makeAuthority(many, now)
    const leaf = (await makeLeaf(cert, key, many, now)).cert
    assert.ok(leafOf(leaf).verify(new X509Certificate(cert).publicKey))
    if (hasOpenssl) assert.ok(opensslTakes(cert, leaf))
  }
})

test('an address of IPv6 is constrained to itself however it is written', async () => {
  for (const [short, full] of [
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::5', '20010db8000000000000000000000005'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['fe80::', 'fe800000000000000000000000000000'],
  ] as const)
    assert.ok(
      Buffer.from(nameConstraints([short]))
        .toString('hex')
        .includes(`8720${full}${'f'.repeat(32)}`),
      short,
    )
})

test('an address of IPv4 in the form of IPv6 is constrained to itself', () => {
  assert.ok(
    Buffer.from(nameConstraints(['::ffff:10.0.0.1']))
      .toString('hex')
      .includes('872000000000000000000000ffff0a000001'),
  )
})
