import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import { hashPassword, isPassword } from './argon2.ts'
import { renewCaBundle, writeCaBundle } from './ca-bundle.ts'
import { systemHostsFile, writeHostsBlock } from './hosts-file.ts'
import { readKeyFile } from './key-file.ts'
import { get } from './machine-network.ts'
import { holder, vacancy } from './machine-ports.ts'
import { machineOf } from './machine.ts'
import { openFilesLimit } from './open-files.ts'
import { PasswordWorkers } from './password-hasher.ts'
import { openSecretBox } from './secret-box.ts'
import { socketPath } from './socket-path.ts'

const root = mkdtempSync(join(tmpdir(), 'longshore-system-'))
after(() => rmSync(root, { recursive: true }))
const folderOf = (name: string) => {
  const folder = join(root, name)
  mkdirSync(folder)
  return folder
}
const modeOf = (path: string) => statSync(path).mode & 0o777

test('the block of a hosts file is put, replaced and taken away, and nothing around it changes', () => {
  const path = join(folderOf('hosts'), 'hosts')
  const blocks = ['# begin me\na\nb\n# end me\n', '# begin me\nc\n# end me\n'] as const
  const cases: readonly (readonly [before: string, lines: readonly string[], after: string])[] = [
    ['', ['a', 'b'], blocks[0]],
    ['x\n', ['a', 'b'], `x\n${blocks[0]}`],
    ['x', ['a', 'b'], `x\n${blocks[0]}`],
    [`x\n${blocks[0]}y\n`, ['c'], `x\n${blocks[1]}y\n`],
    [`x\n${blocks[0]}y`, [], 'x\ny'],
    ['x', [], 'x'],
    ['x\r\ny', ['c'], 'x\r\ny\r\n# begin me\r\nc\r\n# end me\r\n'],
    ['x\r\n# begin me\r\nc\r\n# end me\r\ny\r\n', [], 'x\r\ny\r\n'],
    ['# end me\n# begin me\nx\n', ['c'], `# end me\n# begin me\nx\n${blocks[1]}`],
    ['# begin you\na\n# end you\n', ['c'], `# begin you\na\n# end you\n${blocks[1]}`],
  ]
  for (const [before, lines, text] of cases) {
    writeFileSync(path, before)
    chmodSync(path, 0o640)
    assert.equal(writeHostsBlock(path, 'me', lines), before !== text)
    assert.equal(readFileSync(path, 'utf8'), text)
    assert.equal(writeHostsBlock(path, 'me', lines), false)
    assert.equal(modeOf(path), 0o640)
  }
  rmSync(path)
  assert.equal(writeHostsBlock(path, 'me', []), false)
  assert.equal(existsSync(path), false)
  assert.equal(writeHostsBlock(path, 'me', ['c']), true)
  assert.deepEqual([readFileSync(path, 'utf8'), modeOf(path)], [blocks[1], 0o644])
  const link = `${path}.link`
  symlinkSync(path, link)
  writeHostsBlock(link, 'me', ['a', 'b'])
  assert.equal(readFileSync(path, 'utf8'), blocks[0], 'a link leads to the file and stays one')
  assert.equal(systemHostsFile({ SystemRoot: '/w' }, 'win32'), join('/w', 'System32', 'drivers', 'etc', 'hosts'))
  assert.equal(systemHostsFile({ SystemRoot: '/w' }, 'linux'), '/etc/hosts')
})

test('the bundle is the system’s roots and the authority, written where it differs and made anew where it was made', () => {
  const folder = folderOf('bundle')
  const path = join(folder, 'bundle.pem')
  writeFileSync(join(folder, 'ca.pem'), 'OURS\n\n')
  renewCaBundle(folder)
  assert.equal(existsSync(path), false, 'nobody was told of it')
  assert.equal(writeCaBundle(folder), path)
  const first = readFileSync(path, 'utf8')
  assert.match(first, /-----END CERTIFICATE-----\n\nOURS\n$/)
  const { ino } = statSync(path)
  writeCaBundle(folder)
  assert.equal(statSync(path).ino, ino, 'what is as it should be stays')
  writeFileSync(join(folder, 'ca.pem'), 'OTHERS')
  writeFileSync(`${path}.new`, 'half', { mode: 0o400 })
  renewCaBundle(folder)
  assert.equal(readFileSync(path, 'utf8'), first.replace('OURS', 'OTHERS'))
  assert.deepEqual([modeOf(path), existsSync(`${path}.new`)], [0o644, false])
})

test('a key is made once, for its owner alone; what is no key is refused', () => {
  const path = join(folderOf('key'), 'secret.key')
  writeFileSync(`${path}.new`, 'half', { mode: 0o400 })
  const key = readKeyFile(path)
  assert.equal(key.length, 32)
  assert.deepEqual(readKeyFile(path), key)
  assert.deepEqual([modeOf(path), existsSync(`${path}.new`)], [0o400, false])
  for (const [name, bytes] of [
    ['short', 31],
    ['long', 33],
  ] as const) {
    writeFileSync(join(root, name), Buffer.alloc(bytes))
    assert.throws(() => readKeyFile(join(root, name)), { reason: 'key-foreign' })
  }
})

test('a sealed secret opens with its key and its context, whole', () => {
  const folder = folderOf('box')
  const box = openSecretBox(join(folder, 'a.key'))
  const sealed = box.seal('pässword', 'credential/1')
  assert.notEqual(box.seal('pässword', 'credential/1'), sealed)
  assert.equal(openSecretBox(join(folder, 'a.key')).open(sealed, 'credential/1'), 'pässword')
  assert.throws(() => box.open(sealed, 'credential/2'))
  assert.throws(() => openSecretBox(join(folder, 'b.key')).open(sealed, 'credential/1'))
  const bytes = Buffer.from(sealed, 'base64url')
  for (const at of [0, 12, 28, bytes.length - 1]) {
    const broken = Buffer.from(bytes)
    broken[at] = (broken[at] ?? 0) ^ 1
    assert.throws(() => box.open(broken.toString('base64url'), 'credential/1'), `byte ${at}`)
  }
  assert.throws(() => box.open(bytes.subarray(0, -1).toString('base64url'), 'credential/1'))
  assert.equal(box.open(box.seal('', ''), ''), '')
})

test('a socket’s path of any length listens; on Linux a long one through an open folder until it is released', () => {
  if (process.platform !== 'linux') return
  const path = (bytes: number) => `/${'d'.repeat(bytes - 1)}`
  assert.equal(socketPath(path(107)).path, path(107))
  assert.equal(socketPath(`/${'ä'.repeat(53)}`).path, `/${'ä'.repeat(53)}`)
  const folder = folderOf('s'.repeat(120))
  const { path: short, release } = socketPath(join(folder, 'control.sock'))
  assert.match(short, /^\/proc\/self\/fd\/\d+\/control\.sock$/)
  writeFileSync(short, 'here')
  assert.equal(readFileSync(join(folder, 'control.sock'), 'utf8'), 'here')
  release()
  assert.equal(existsSync(short), false)
  assert.throws(() => socketPath(`/${'x'.repeat(107)}/y`), { code: 'ENOENT' })
})

test('GET, whoever answers: status, time and body, cut where it is too long', async () => {
  const mebibyte = 'x'.repeat(1024)
  const bodies: Record<string, string> = { '/': 'hello', '/limit': mebibyte.repeat(256), '/long': `${mebibyte.repeat(256)}yz` }
  const server = createHttpServer((request, response) => {
    if (request.url === '/undated') response.sendDate = false
    response.writeHead(request.url === '/undated' ? 404 : 200).end(bodies[request.url ?? ''] ?? '')
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  const ask = async (path: string) => {
    const got = await get(`http://127.0.0.1:${port}${path}`)
    assert.ok(got.met)
    return got
  }
  try {
    const { status, date, body } = await ask('/')
    assert.deepEqual([status, body], [200, 'hello'])
    assert.ok(Math.abs((date ?? 0) - Date.now()) < 60_000)
    const { status: absent, date: none } = await ask('/undated')
    assert.deepEqual([absent, none], [404, undefined])
    assert.equal((await ask('/limit')).body.length, 256 * 1024)
    assert.ok((await ask('/long')).body.length <= 256 * 1024)
    assert.equal(await vacancy('127.0.0.1', port), 'taken')
    if (process.platform === 'linux') assert.equal(holder(port)?.pid, process.pid)
  } finally {
    server.close()
  }
  await new Promise((closed) => server.once('close', closed))
  assert.deepEqual(await get(`http://127.0.0.1:${port}/`), { met: false, reason: 'ECONNREFUSED' })
  assert.equal(await vacancy('127.0.0.1', port), 'free')
  assert.equal(holder(port), undefined)
  assert.equal(await vacancy('192.0.2.1', port), 'not-here')
})

test('on Linux who listens on IPv6 alone is the holder of its port, too', async () => {
  if (process.platform !== 'linux') return
  const server = createServer().listen(0, '::1')
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  assert.equal(holder(port)?.program, readFileSync('/proc/self/comm', 'utf8').trim())
  server.close()
})

test('a machine: its files below its root, its programs, its roots, what a disk takes', async () => {
  const folder = folderOf('machine')
  const bin = join(folder, 'bin')
  for (const each of [bin, join(folder, 'etc'), join(folder, 'etc/ssl'), join(bin, 'folder')]) mkdirSync(each)
  const pem = (letter: string) => `-----BEGIN CERTIFICATE-----\n${letter}\n-----END CERTIFICATE-----`
  writeFileSync(join(folder, 'etc/ssl/cert.pem'), `# roots\n${pem('A')}\n${pem('B')}\n`)
  writeFileSync(join(folder, 'etc/bom'), '\uFEFF{}')
  writeFileSync(join(bin, 'tells'), '#!/bin/sh\necho "$1 $WORD"; echo problem >&2; exit ${2:-0}\n', { mode: 0o755 })
  writeFileSync(join(bin, 'plain'), '', { mode: 0o644 })
  const machine = machineOf({ env: { PATH: `:/none:${bin}`, HOME: '/h', WORD: 'w' }, root: folder })
  assert.deepEqual(machine.roots(), [pem('A'), pem('B')])
  assert.equal(machine.read('/etc/bom'), '{}')
  assert.deepEqual([machine.read('/etc/none'), machine.look('/etc/none'), machine.list('/etc/none')], [undefined, undefined, []])
  assert.deepEqual(machine.list('/etc/ssl'), ['cert.pem'])
  assert.deepEqual([machine.look('/etc/ssl')?.isFolder, machine.look('/etc/bom')?.isFolder], [true, false])
  assert.deepEqual(['tells', 'plain', 'folder', 'none'].map(machine.has), [true, false, false, false])
  assert.deepEqual(await machine.ask('tells', ['a']), { code: 0, out: 'a w\n', problem: 'problem\n' })
  assert.equal((await machine.ask('tells', ['a', '3']))?.code, 3)
  assert.equal(await machine.ask('plain', []), undefined)
  assert.deepEqual(machineOf({ env: {}, root: join(folder, 'etc') }).roots(), [])
  assert.deepEqual(
    [{ HOME: '/h', USERPROFILE: '/u' }, { USERPROFILE: '/u' }].map((env) => machineOf({ env }).home),
    ['/h', '/u'],
  )
  assert.equal(machine.sync(folder), undefined)
  assert.deepEqual(machine.list(folder), ['bin', 'etc'], 'it leaves no trace')
  assert.equal(machine.sync(join(folder, 'none')), 'ENOENT')
  const { free = 0, total = 0 } = machine.space(folder) ?? {}
  assert.ok(free > 0 && total > free)
  assert.equal(machine.space(join(folder, 'none')), undefined)
  if (process.platform === 'linux') assert.equal(machine.descriptors(undefined), machine.descriptors(process.pid))
  assert.ok(openFilesLimit() > 0)
  assert.deepEqual(await machine.addresses('name.invalid'), [])
  assert.deepEqual(new Set((await machine.addresses('127.0.0.1')).map(({ family }) => family)), new Set([4]))
  assert.deepEqual(await machine.addresses('::1'), [{ address: '::1', family: 6 }])
})

test('a password and its hash: another one, a damaged one, and one of another cost', () => {
  const hash = hashPassword('pass')
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(hashPassword('pass'), hash)
  assert.deepEqual([isPassword('pass', hash), isPassword('Pass', hash), isPassword('', hash)], [true, false, false])
  for (const broken of ['', 'x', hash.slice(0, -1), hash.replace('argon2id', 'argon2i'), `${hash}=`])
    assert.equal(isPassword('pass', broken), false)
  assert.equal(isPassword('pass', hash.replace('t=2', 't=1')), false)
})

test('passwords are hashed in threads; who waits stands in one of two lines, the known first', async () => {
  const workers = new PasswordWorkers({ threads: 1, longestLine: 2 })
  try {
    const hash = await workers.hash('pass')
    assert.ok(isPassword('pass', hash))
    const order: string[] = []
    const ask = (name: string, known: boolean) => workers.verify(name, hash, { known }).then((good) => order.push(`${name} ${good}`))
    const all = [ask('first', false), ask('a', false), ask('b', false), ask('c', true), ask('d', true)]
    for (const known of [false, true]) await assert.rejects(workers.verify('more', hash, { known }), { failure: 'overloaded' })
    await Promise.all(all)
    assert.deepEqual(order, ['first false', 'c false', 'd false', 'a false', 'b false'])
    assert.equal(await workers.verify('pass', hash), true)
    const waiting = [ask('x', false), ask('y', false), ask('z', false)]
    assert.equal(await workers.verify('pass', hash), true, 'what was right is known, and waits for nobody')
    assert.equal(order.length, 5)
    await Promise.all(waiting)
    assert.equal(await workers.verify('pass', hashPassword('other')), false, 'of that string alone')
    await assert.rejects(workers.verify('pass', hash.replace('m=19456', 'm=1')), Error)
    assert.equal(await workers.verify('other', hash), false, 'a thread that could not answer goes on')
  } finally {
    await workers.close()
  }
})

test('a thread for passwords ends when none has come for a while, and another one begins with the next', { timeout: 20_000 }, async () => {
  const begun: Worker[] = []
  const onWorker = (worker: Worker) => void begun.push(worker)
  process.on('worker', onWorker)
  const workers = new PasswordWorkers({ threads: 1, longestLine: 2, restsFor: 20 })
  try {
    const hash = await workers.hash('pass')
    const [first] = begun
    assert.ok(first)
    await once(first, 'exit')
    assert.equal(await workers.verify('pass', hash), true)
    assert.equal(begun.length, 2)
  } finally {
    process.off('worker', onWorker)
    await workers.close()
  }
})
