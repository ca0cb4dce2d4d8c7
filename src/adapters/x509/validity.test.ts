import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, mock, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { SecureContext } from 'node:tls'
import { forgetAuthority, readAuthority, readFormer, write, writeAuthority } from './authority-files.ts'
import { localCertificates, passingLeaf } from './authority.ts'
import { certificateReader } from './certificate-reader.ts'
import { makeClientCertificate } from './client-certificate.ts'
import { makeAuthority, makeLeaf } from './issue.ts'
import { NameOutsideAuthority } from './name-outside-authority.ts'
import { listenerCertificates } from './listener-certificates.ts'
import { openCertificates } from './server-certificates.ts'
import { validityOf } from './validity.ts'

const root = mkdtempSync(join(tmpdir(), 'longshore-validity-'))
after(() => rmSync(root, { recursive: true }))
let folders = 0
const newFolder = () => join(root, String(++folders))
const day = 24 * 60 * 60 * 1000
// A certificate's times are whole seconds.
const now = Math.floor(Date.now() / 1000) * 1000
const names = ['registry.localhost', '127.0.0.1']
const modeOf = (path: string) => statSync(path).mode & 0o777

test('a pair is good from its first moment until its last, and nothing without its own key', async () => {
  const [one, other] = [await makeAuthority(names, now), await makeAuthority(names, now)]
  const { validFromDate: from, validToDate: to } = new X509Certificate(one.cert)
  assert.deepEqual([from.getTime(), to.getTime()], [now - day, now + 3650 * day])
  const cases = [
    [from.getTime() - 1, 'early'],
    [from.getTime(), 'good'],
    [to.getTime() - 1, 'good'],
    [to.getTime(), 'ended'],
  ] as const
  for (const [at, validity] of cases) assert.equal(validityOf(one, at), validity)
  assert.equal(validityOf(undefined, now), 'absent')
  for (const broken of [{ key: other.key }, { key: 'x' }, { cert: 'x' }, { cert: '' }])
    assert.equal(validityOf({ ...one, ...broken }, now), 'unreadable')
  const leaf = new X509Certificate((await makeLeaf(one.cert, one.key, names, now)).cert)
  assert.deepEqual([leaf.validFromDate.getTime(), leaf.validToDate.getTime()], [now - day, now + 390 * day])
})

test('the files of an authority: none of them may be missing, and the key is its owner’s', () => {
  const folder = mkdtempSync(join(root, 'files-'))
  const authority = { cert: 'CERT', key: 'KEY', names: ['a', 'b'] }
  writeAuthority(folder, authority)
  assert.deepEqual(readAuthority(folder), authority)
  assert.deepEqual(
    ['ca.key', 'ca.names', 'ca.pem'].map((name) => modeOf(join(folder, name))),
    [0o400, 0o644, 0o644],
  )
  writeFileSync(join(folder, 'server.names'), 'a')
  writeAuthority(folder, { ...authority, cert: 'NEXT' })
  assert.equal(existsSync(join(folder, 'server.names')), false, 'a leaf of the one before is of no use')
  for (const name of ['ca.pem', 'ca.key', 'ca.names']) {
    writeAuthority(folder, authority)
    rmSync(join(folder, name))
    assert.equal(readAuthority(folder), undefined, name)
  }
  forgetAuthority(folder)
  forgetAuthority(folder)
  assert.equal(readFormer(folder), undefined)
  writeFileSync(join(folder, 'former.key'), '{')
  assert.equal(readFormer(folder), undefined)
  const path = join(folder, 'ca.key')
  writeFileSync(`${path}.new`, 'half', { mode: 0o400 })
  write(path, 'whole', 0o640)
  assert.deepEqual([readFileSync(path, 'utf8'), modeOf(path)], ['whole', 0o640])
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.new')),
    [],
  )
})

test('an authority whose time it is not makes place for another, and comes back with its time', async () => {
  const folder = newFolder()
  const first = await localCertificates(folder, names, now)
  assert.equal(first.replaced, 'absent')
  assert.equal((await localCertificates(folder, names, now)).replaced, undefined)
  const ca = () => readFileSync(join(folder, 'ca.pem'), 'utf8')
  const of = ca()
  const early = await localCertificates(folder, names, now - 2 * day)
  assert.equal(early.replaced, 'early')
  assert.notEqual(ca(), of)
  assert.equal(readFormer(folder)?.cert, of)
  assert.equal((await localCertificates(folder, names, now + 3649.5 * day)).replaced, 'ended')
  assert.equal(ca(), of, 'the former one is good at that time')
  chmodSync(join(folder, 'ca.key'), 0o600)
  writeFileSync(join(folder, 'ca.key'), 'x')
  const kept = readFormer(folder)?.cert
  assert.equal((await localCertificates(folder, names, now)).replaced, 'unreadable')
  assert.equal(readFormer(folder)?.cert, kept, 'what cannot be read is not kept')
  forgetAuthority(folder)
  assert.equal((await localCertificates(folder, names, now)).replaced, 'absent')
  assert.notEqual(ca(), kept, 'one that was sent away does not come back')
})

test('the leaf is made again when a file of it is missing, is another’s, or is not of its time', async () => {
  const folder = newFolder()
  const first = (await localCertificates(folder, names, now)).cert
  const again = async (at = now) => (await localCertificates(folder, names, at)).cert
  assert.equal(await again(), first)
  let last = first
  for (const spoil of [
    () => rmSync(join(folder, 'server.pem')),
    () => rmSync(join(folder, 'server.key')),
    () => rmSync(join(folder, 'server.names')),
    () => writeFileSync(join(folder, 'server.names'), 'other'),
    async () => writeFileSync(join(folder, 'server.key'), (await makeAuthority(names, now)).key),
    async () => {
      const other = await makeAuthority(names, now)
      const leaf = await makeLeaf(other.cert, other.key, names, now)
      writeFileSync(join(folder, 'server.pem'), leaf.cert)
      writeFileSync(join(folder, 'server.key'), leaf.key)
    },
  ]) {
    await spoil()
    const next = await again()
    assert.notEqual(next, last)
    last = next
  }
  assert.equal(await again(now + 330 * day - 1), last)
  assert.notEqual(await again(now + 330 * day), last, 'sixty days before its end')
  assert.deepEqual(
    ['server.pem', 'server.key', 'server.names'].map((name) => modeOf(join(folder, name))),
    [0o644, 0o600, 0o644],
  )
})

test('a leaf for a name that comes and goes stays within the authority too', async () => {
  const folder = newFolder()
  await localCertificates(folder, ['*.registry.localhost', '127.0.0.1'], now)
  const { cert, key } = await passingLeaf(folder, ['a.registry.localhost'], now)
  assert.ok(new X509Certificate(cert).checkHost('a.registry.localhost'))
  assert.ok(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
  assert.ok(cert.endsWith(readFileSync(join(folder, 'ca.pem'), 'utf8')), 'with whose it is')
  for (const outside of ['b.example', '127.0.0.2', 'xregistry.localhost'])
    await assert.rejects(passingLeaf(folder, [outside], now), NameOutsideAuthority)
})

test('what is read of a certificate, and of what is none', async () => {
  const { cert, key } = await makeClientCertificate('app', { years: 2, now })
  const read = certificateReader.read(`before\n${cert}${cert}`)
  const same = new X509Certificate(cert)
  assert.equal(read?.pem, same.toString())
  assert.deepEqual(Buffer.from(read?.der ?? []), same.raw)
  assert.deepEqual(
    [read?.sha1, read?.sha256],
    [same.fingerprint, same.fingerprint256].map((each) => each.replaceAll(':', '').toLowerCase()),
  )
  assert.deepEqual([read?.subject, read?.key], ['CN=app', { type: 'rsa', bits: 3072 }])
  const end = new Date(now)
  end.setUTCFullYear(end.getUTCFullYear() + 2)
  assert.deepEqual([read?.notBefore, read?.notAfter], [now - 60_000, end.getTime()])
  assert.deepEqual([same.ca, same.checkPrivateKey(createPrivateKey(key))], [false, true])
  assert.equal(
    certificateReader.read((await makeClientCertificate('n'.repeat(70), { years: 1, now })).cert)?.subject,
    `CN=${'n'.repeat(64)}`,
  )
  assert.deepEqual(certificateReader.read((await makeAuthority(names, now)).cert)?.key, { type: 'ec', bits: 0 })
  for (const text of ['', 'x', cert.replace(/\n[^-]{20}/, '\n'), cert.replace('BEGIN', 'START')])
    assert.equal(certificateReader.read(text), undefined)
})

test('the listener’s certificate: the operator’s own is told when it is not of its time; the local one follows its authority', async () => {
  const told: string[] = []
  const open = (change: Partial<Parameters<typeof openCertificates>[0]>) =>
    openCertificates({
      folder: newFolder(),
      names,
      implied: [],
      own: undefined,
      terms: {},
      now: () => now,
      failed: ({ message }) => told.push(message),
      replaced: (validity) => told.push(`replaced ${validity}`),
      untimely: (validity) => told.push(`untimely ${validity}`),
      ...change,
    })
  const pair = await makeAuthority(names, now)
  const own = { paths: [], read: () => pair }
  const mine = await open({ own })
  assert.deepEqual([mine.caPath, mine.current(), told], [undefined, pair, []])
  mine.close()
  ;(await open({ own, now: () => now - 2 * day })).close()
  assert.deepEqual(told.splice(0), ['untimely early'])
  let further: (name: string) => Promise<string | undefined> = async () => undefined
  const source = await open({})
  const failed = ({ message }: Error) => void told.push(message)
  const local = listenerCertificates(source, { terms: {}, further: (name) => further(name), failed })
  assert.deepEqual(told.splice(0), ['replaced absent'])
  const first = local.fallback().cert
  const whole = await local.forName('registry.localhost')
  further = async (name) => (name === 'b' ? 'other.example' : `${name}.registry.localhost`)
  const leaf = await local.forName('a')
  assert.notEqual(leaf, whole)
  assert.equal(await local.forName('a'), leaf, 'made once')
  assert.equal(await local.forName('b'), whole)
  assert.match(told.splice(0).join(), /may not sign for "other\.example"/)
  let changes = 0
  local.onChange(() => changes++)
  await source.renewAuthority()
  assert.notEqual(local.fallback().cert, first)
  assert.deepEqual([changes, told.splice(0)], [1, ['replaced absent']])
  assert.notEqual((await local.forName('a')) satisfies SecureContext, leaf, 'leaves of the one before are forgotten')
  further = async () => undefined
  assert.notEqual(await local.forName('a'), whole)
  source.close()
})

test('the local certificate is looked at each minute, and made again when its time is over; leaves are forgotten with it', async () => {
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    let time = now
    const told: string[] = []
    const options = {
      folder: newFolder(),
      names,
      implied: [],
      own: undefined,
      terms: {},
      now: () => time,
      failed: ({ message }: Error) => told.push(message),
      replaced: (validity: string) => told.push(validity),
      untimely: () => {},
    }
    const source = await openCertificates(options)
    const further = async (name: string) => (name === 'a' ? 'a.registry.localhost' : undefined)
    const certificates = listenerCertificates(source, { terms: {}, further, failed: options.failed })
    const looked = async (minutes: number) => {
      mock.timers.tick(minutes * 60_000)
      for (let turn = 0; turn < 20; turn++) await pause(5)
    }
    const [first, leaf] = [certificates.fallback().cert, await certificates.forName('a')]
    let changes = 0
    certificates.onChange(() => changes++)
    await looked(10)
    assert.deepEqual([certificates.fallback().cert, await certificates.forName('a'), changes], [first, leaf, 0], 'what is good stays')
    time = now + 390 * day
    await looked(1)
    const second = certificates.fallback().cert
    assert.notEqual(second, first)
    assert.notEqual(await certificates.forName('a'), leaf)
    assert.deepEqual([changes, told], [1, ['absent']])
    time = now + 390 * day + 331 * day
    await looked(24 * 60)
    assert.notEqual(certificates.fallback().cert, second, 'each day also before its end')
    source.close()
    time = now + 3000 * day
    const last = certificates.fallback().cert
    await looked(24 * 60)
    assert.equal(certificates.fallback().cert, last, 'closed, it looks no more')
  } finally {
    mock.timers.reset()
  }
})
