import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { localCertificates } from '#adapters/x509/authority.ts'
import { onFreePorts, program, runCli, spawnProgram } from '../world/cli-run.ts'
import { makeDataDirectory, removeDataDirectory } from '../world/server.ts'

const dataDir = makeDataDirectory()
const folder = join(dataDir, '..')
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
let [cert, key, otherKey] = ['', '', '']
before(async () => {
  const one = await localCertificates(join(folder, 'one'), ['acr.example.org'], Date.now())
  const other = await localCertificates(join(folder, 'other'), ['acr.example.org'], Date.now())
  cert = file('cert.pem', one.cert)
  key = file('key.pem', one.key)
  otherKey = file('other.pem', other.key)
})
after(() => removeDataDirectory(dataDir))

const serve = (words: string[]) =>
  runCli(['serve', ...words], { ...onFreePorts(dataDir), LONGSHORE_LOG_LEVEL: 'silent' }, AbortSignal.abort())

const wrong: [what: string, words: () => string[], line: RegExp][] = [
  ['a certificate without its key', () => ['--tls-cert', cert], /^longshore: tlsKey is not set: .* both tlsCert .* and tlsKey/],
  ['a key without its certificate', () => ['--tls-key', key], /^longshore: tlsCert is not set/],
  [
    'a certificate that is not there',
    () => ['--tls-cert', join(folder, 'no.pem'), '--tls-key', key],
    /^longshore: tlsCert: \S+no\.pem cannot be read \(ENOENT\): name a PEM file/,
  ],
  ['a folder for a key', () => ['--tls-cert', cert, '--tls-key', folder], /^longshore: tlsKey: \S+ cannot be read \(EISDIR\)/],
  [
    'a certificate that is no PEM',
    () => ['--tls-cert', file('der.pem', '\0\x01'), '--tls-key', key],
    /^longshore: tlsCert: \S+der\.pem is no PEM file .*-----BEGIN CERTIFICATE-----/,
  ],
  [
    'a key that is no PEM',
    () => ['--tls-cert', cert, '--tls-key', file('no-key.pem', 'key')],
    /^longshore: tlsKey: \S+no-key\.pem is no PEM file .*-----BEGIN PRIVATE KEY-----/,
  ],
  ['the two files swapped', () => ['--tls-cert', key, '--tls-key', cert], /^longshore: tlsCert: \S+key\.pem is no PEM file/],
  [
    'the key of another certificate',
    () => ['--tls-cert', cert, '--tls-key', otherKey],
    /^longshore: tlsKey: \S+other\.pem is not the key of the certificate in \S+cert\.pem \(tlsCert\)/,
  ],
]
for (const [what, words, line] of wrong)
  test(`${what} is refused with the setting and the cure`, async () => {
    const { code, out, problem } = await serve(words())
    assert.equal(code, 2)
    assert.equal(out, '')
    assert.match(problem, line)
    assert.equal(problem.split('\n').length, 2)
  })

test('a certificate whose time is over is served, and the log names the setting and the cure', async () => {
  const ended = join(folder, 'ended')
  await localCertificates(ended, ['acr.example.org'], Date.now() - 5 * 365 * 24 * 60 * 60 * 1000)
  const server = spawnProgram(process.execPath, [program, 'serve'], {
    ...onFreePorts(dataDir),
    LONGSHORE_TLS_CERT: join(ended, 'server.pem'),
    LONGSHORE_TLS_KEY: join(ended, 'server.key'),
  })
  await server.says('docker push').catch(() => server.says('is running at'))
  server.child.kill('SIGTERM')
  await server.ended
  const told = server
    .problem()
    .split('\n')
    .find((line) => line.includes('LONGSHORE_TLS_CERT'))
  assert.match(told ?? '', /its time was over.*bring one that is good now/)
  assert.ok(readFileSync(join(ended, 'server.pem')))
})

for (const [what, path, code] of [
  ['a file', 'a-file', /EEXIST/],
  ['a folder below a file', join('a-file', 'below'), /ENOTDIR/],
] as const)
  test(`${what} for the data folder is told with its path`, async () => {
    file('a-file', '')
    const { code: exit, problem } = await runCli(['serve', '--data-dir', join(folder, path)], {}, AbortSignal.abort())
    assert.equal(exit, 1)
    assert.doesNotMatch(problem, /unexpected/)
    assert.match(problem, code)
    assert.match(problem, new RegExp(join(folder, 'a-file')))
  })

test('a settings file that is not there is told with its path and where it was named', async () => {
  const { code, problem } = await runCli(['serve', '--config', join(folder, 'no.yaml')], {}, AbortSignal.abort())
  assert.equal(code, 2)
  assert.match(problem, /no\.yaml.*(?:--config|LONGSHORE_CONFIG)/)
})

test('a folder that this user may not read is not taken for an empty one', async (t) => {
  if (process.getuid?.() !== 0) return t.diagnostic('only root can be somebody else')
  const closed = makeDataDirectory()
  execFileSync('chmod', ['755', join(closed, '..')])
  const as = { uid: 65534, gid: 65534 }
  for (const words of [['usage'], ['serve'], ['config']]) {
    const ran = spawnProgram(process.execPath, [program, ...words], onFreePorts(closed), as)
    const { code } = await ran.ended
    assert.notEqual(code, 0, words.join(' '))
    assert.match(ran.problem(), /permission denied \(EACCES\)/)
    assert.match(ran.problem(), new RegExp(closed))
  }
  removeDataDirectory(closed)
})
