// Each check of the server's side, once as it should be and once as it should not.
import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { findings as known } from '#core/checkup.ts'
import { Computer } from '../world/computer.ts'
import { testOfFiles } from '../world/database.ts'
import { Server } from '../world/server.ts'

const registry = 'local.longshore.localhost'
const home = { localhost: ['127.0.0.1'], [registry]: ['127.0.0.1', '::1'] }

describe('a running server', () => {
  let server: Server
  let port = 0
  before(async () => {
    server = await Server.start({ https: '127.0.0.1:0', admin: '127.0.0.1:0' })
    port = server.started.https?.port ?? 0
  })
  after(() => server.stop())
  const on = async (work: (computer: Computer) => Promise<void>) => {
    const computer = new Computer({ LONGSHORE_DATA_DIR: server.dataDir }).finds(home)
    try {
      await work(computer)
    } finally {
      computer.remove()
    }
  }

  test('where all is well nothing is wrong and the exit code is 0', () =>
    on(async (computer) => {
      const { code, findings, one, of } = await computer.doctor()
      assert.deepEqual(
        findings.filter(({ state }) => state === 'wrong' || state === 'warning'),
        [],
      )
      assert.equal(code, 0)
      assert.equal(one('server-runs').of, `https://localhost:${port}`)
      assert.deepEqual(of('name-found'), ['localhost', registry])
      const { http, https, admin } = server.started
      assert.deepEqual(
        of('port-ours'),
        [http, https, admin].map((each) => `127.0.0.1:${each?.port}`),
      )
      for (const name of [
        'certificate-good',
        'clock-good',
        'disk-free',
        'disk-syncs',
        'disk-one',
        'descriptors-enough',
        'modes-closed',
      ] as const)
        assert.equal(one(name).state, 'good')
      assert.equal(one('proxies-none').cure, null)
    }))

  test('a name that is not found: the line for the hosts file, and --fix writes it', () =>
    on(async (computer) => {
      computer.finds({ localhost: ['127.0.0.1'] }).put('/etc/hosts', '127.0.0.1 localhost\n')
      computer.facts = { ...computer.facts, isRoot: false }
      const { code, one } = await computer.doctor()
      assert.equal(code, 1)
      const { of, state, cure, fixable } = one('name-unknown')
      assert.deepEqual(
        { of, state, cure, fixable },
        { of: registry, state: 'wrong', cure: 'longshore hosts | sudo tee -a /etc/hosts', fixable: true },
      )
      await computer.doctor(['--fix', '--yes'])
      const hosts = readFileSync(join(computer.root, 'etc/hosts'), 'utf8')
      assert.ok(hosts.startsWith('127.0.0.1 localhost\n# begin longshore '), hosts)
      assert.match(hosts, /^127\.0\.0\.1 local\.longshore\.localhost$/m)
      assert.match(hosts, /^::1 local\.longshore\.localhost$/m)
    }))

  test('a line for root needs no sudo; a data folder that was named is named again', () =>
    on(async (computer) => {
      computer.finds({ localhost: ['127.0.0.1'] })
      computer.facts = { ...computer.facts, isRoot: true }
      const { one } = await computer.doctor(['--data-dir', server.dataDir])
      assert.equal(one('name-unknown').cure, `longshore hosts --write --data-dir ${server.dataDir}`)
    }))

  test('a name that leads away from a server that listens on loopback alone', () =>
    on(async (computer) => {
      const { one } = await computer.finds({ ...home, [registry]: ['192.0.2.7'] }).doctor()
      assert.equal(one('name-elsewhere').detail.addresses, '192.0.2.7')
    }))

  test('a name without an IPv4 address, which az asks for', () =>
    on(async (computer) => {
      const { one, code } = await computer.finds({ ...home, [registry]: ['::1'] }).doctor()
      assert.equal(one('name-without-ipv4').of, registry)
      assert.equal(code, 0)
    }))

  test('each registry and each data endpoint is looked up', async () => {
    const own = await Server.start()
    const computer = new Computer({ LONGSHORE_DATA_DIR: own.dataDir })
    try {
      await own.change(({ store }) => putRegistry(store, 'local', { dataLocation: 'westeurope' }))
      const { of } = await computer.doctor()
      assert.deepEqual(of('name-unknown'), [registry, 'local.westeurope.data.longshore.localhost'])
    } finally {
      computer.remove()
      await own.stop()
    }
  })

  test('a proxy that takes what is ours, and one that does not', () =>
    on(async (computer) => {
      Object.assign(computer.env, { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'example.org' })
      const { one, code } = await computer.doctor()
      assert.equal(code, 1)
      const list = 'example.org,localhost,longshore.localhost'
      assert.equal(one('proxies-take-us').cure, `export NO_PROXY='${list}' no_proxy='${list}'`)
      Object.assign(computer.env, { NO_PROXY: list, no_proxy: list })
      const mended = await computer.doctor()
      assert.equal(mended.one('proxies-spare-us').state, 'good')
      assert.equal(mended.code, 0)
    }))

  test('a disk that is too full', () =>
    on(async (computer) => {
      const { one, code } = await computer.doctor(['--disk-floor', '8000TiB'])
      assert.equal(code, 1)
      assert.equal(one('disk-low').cure, 'longshore gc')
      assert.equal(one('disk-low').detail.floor, 8000 * 1024 ** 4)
      assert.match(one('disk-low').message, /^Only [\d.]+ [GT]iB are free for .*; below 8000 TiB pushes are refused\.$/)
      computer.env.LANG = 'es'
      const { message } = (await computer.doctor(['--disk-floor', '1536KiB'])).one('disk-free')
      assert.match(message, /^\d+(?:,\d)? [GT]iB libres para /)
    }))

  test('a disk that does not take a file', () =>
    on(async (computer) => {
      const inTheWay = join(server.dataDir, `doctor-${process.pid}`)
      writeFileSync(inTheWay, '')
      const { one } = await computer.doctor()
      rmSync(inTheWay)
      assert.equal(one('disk-no-sync').detail.reason, 'EEXIST')
    }))

  test('a disk behind a network, parts on several disks, few descriptors', () =>
    on(async (computer) => {
      let device = 0
      computer.facts = {
        ...computer.facts,
        space: () => ({ free: 2 ** 40, total: 2 ** 41, doubtful: 'NFS' }),
        look: () => ({ mode: 0o700, device: device++, isFolder: true }),
        descriptors: () => 1024,
      }
      const { one } = await computer.doctor()
      assert.equal(one('disk-doubtful').detail.kind, 'NFS')
      assert.equal(one('disk-split').state, 'warning')
      assert.deepEqual(one('descriptors-few').detail, { most: 1024, enough: 4096 })
    }))

  testOfFiles('a folder that a front’s group may pass is as it should be where a front is set, and the group is told', () =>
    on(async (computer) => {
      const front = {
        LONGSHORE_BLOB_OFFLOAD: 'nginx:/objects/',
        LONGSHORE_BLOB_OFFLOAD_GROUP: '4242',
        LONGSHORE_TRUSTED_PROXIES: '127.0.0.1',
      }
      Object.assign(computer.env, front)
      chmodSync(server.dataDir, 0o710)
      const { one, of } = await computer.doctor()
      chmodSync(server.dataDir, 0o700)
      assert.deepEqual(of('modes-open'), [])
      assert.deepEqual(one('modes-shared').detail, { group: '4242' })
    }),
  )

  test('the same where the settings are the service’s alone: the folder tells it, and --fix shuts no front out', () =>
    on(async (computer) => {
      const shared = [server.dataDir, join(server.dataDir, 'objects')]
      for (const path of shared) chmodSync(path, 0o710)
      const { one, of } = await computer.doctor(['--fix', '--yes'])
      const modes = shared.map((path) => statSync(path).mode & 0o777)
      for (const path of shared) chmodSync(path, 0o700)
      assert.deepEqual(of('modes-open'), [])
      assert.deepEqual(one('modes-shared').detail, { group: String(statSync(server.dataDir).gid) })
      assert.deepEqual(modes, [0o710, 0o710])
    }))

  test('modes that let others in, and --fix shuts them out', () =>
    on(async (computer) => {
      chmodSync(server.dataDir, 0o755)
      const { one, code } = await computer.doctor()
      assert.equal(code, 1)
      assert.deepEqual(one('modes-open').detail, { is: '0755', should: '0700' })
      assert.equal(one('modes-open').cure, `chmod 0700 ${server.dataDir}`)
      const mended = await computer.doctor(['--fix', '--yes'])
      assert.equal(statSync(server.dataDir).mode & 0o777, 0o700)
      assert.equal(mended.one('modes-closed').of, server.dataDir)
      assert.equal(mended.code, 0)
    }))

  test('--fix shows what it will do and asks; without a terminal it changes nothing', () =>
    on(async (computer) => {
      computer.finds({ localhost: ['127.0.0.1'] }).put('/etc/hosts', 'mine\n')
      const hosts = () => readFileSync(join(computer.root, 'etc/hosts'), 'utf8')
      const nobody = await computer.doctor(['--fix'])
      assert.match(nobody.problem, /This will be done:\n {4}keep 2 lines of ours in the hosts file/)
      assert.match(nobody.problem, /--yes/)
      const asked: string[] = []
      computer.confirm = async (question) => (asked.push(question), false)
      await computer.doctor(['--fix'])
      assert.deepEqual(asked, ['Do it? [y/N] '])
      assert.equal(hosts(), 'mine\n')
      computer.confirm = async () => true
      assert.match((await computer.doctor(['--fix'])).problem, /Done: keep 2 lines/)
      assert.match(hosts(), /^mine\n# begin longshore /)
    }))

  test('what --fix may not do is told with the line for who may', () =>
    on(async (computer) => {
      computer.finds({ localhost: ['127.0.0.1'] })
      mkdirSync(join(computer.root, 'etc/hosts'))
      const { problem, code } = await computer.doctor(['--fix', '--yes'])
      assert.match(problem, /Not done \(EISDIR\): keep 2 lines of ours in the hosts file, between two marks\n {4}longshore hosts /)
      assert.equal(code, 1)
    }))

  test('for people: a mark and a sentence a line, the cure under it, in their language; --quiet tells what is not well', () =>
    on(async (computer) => {
      computer.finds({ localhost: ['127.0.0.1'] })
      const { out, code } = await computer.told(['--quiet'], { LANG: 'fr_FR.UTF-8' })
      assert.equal(code, 1)
      const [first, cure] = out.split('\n')
      assert.equal(first, `✗ ${registry} est introuvable : cette machine ne connaît pas d’elle-même les noms de ce domaine.`)
      assert.match(cure ?? '', /^ {4}longshore hosts /)
      assert.doesNotMatch(out, /✓/)
      assert.match((await computer.told()).out, new RegExp(`^✓ The server answers at https://localhost:${port}\\.$`, 'm'))
    }))
})

test('a stopped server: it says so, and looks at ports all the same', async () => {
  const server = await Server.start({ https: '127.0.0.1:0', admin: '127.0.0.1:0' })
  const { http, https, admin } = server.started
  await server.down()
  const flags = Object.entries({ HTTP: http, HTTPS: https, ADMIN: admin }).map(([name, at]) => [
    `LONGSHORE_${name}`,
    `127.0.0.1:${at?.port}`,
  ])
  const computer = new Computer({ LONGSHORE_DATA_DIR: server.dataDir, ...Object.fromEntries(flags) }).finds(home)
  const inTheWay = createServer().listen(https?.port, '127.0.0.1')
  try {
    const { one, of, code } = await computer.doctor()
    assert.equal(one('server-stopped').cure, 'longshore serve')
    assert.deepEqual(of('port-free'), [`127.0.0.1:${http?.port}`, `127.0.0.1:${admin?.port}`])
    assert.equal(one('port-taken').of, `127.0.0.1:${https?.port}`)
    if (process.platform === 'linux') assert.match(String(one('port-taken').detail.holder), new RegExp(`\\(${process.pid}\\)$`))
    assert.equal(code, 1)
    computer.facts = { ...computer.facts, vacancy: async (_, port) => (port === https?.port ? 'not-permitted' : 'not-here') }
    const other = await computer.doctor()
    assert.equal(other.one('port-not-permitted').of, `127.0.0.1:${https?.port}`)
    assert.equal(other.of('port-not-here').length, 2)
  } finally {
    inTheWay.close()
    computer.remove()
    await server.stop()
  }
})

test('a server that runs and does not listen where it says', async () => {
  const server = await Server.start()
  const computer = new Computer({ LONGSHORE_DATA_DIR: server.dataDir }).finds(home)
  computer.facts = { ...computer.facts, vacancy: async () => 'free', get: async () => ({ met: false, reason: 'ECONNREFUSED' }) }
  try {
    const { one, code } = await computer.doctor()
    assert.equal(one('port-silent').of, `127.0.0.1:${server.address.port}`)
    assert.equal(one('server-silent').detail.reason, 'ECONNREFUSED')
    assert.equal(code, 1)
  } finally {
    computer.remove()
    await server.stop()
  }
})

test('no registry yet: it says so, makes none, and looks at the machine', async () => {
  const computer = new Computer().finds(home)
  const dataDir = join(computer.folder, 'none')
  Object.assign(computer.env, {
    LONGSHORE_DATA_DIR: dataDir,
    LONGSHORE_HTTP: 'off',
    LONGSHORE_HTTPS: '127.0.0.1:0',
    LONGSHORE_ADMIN: 'off',
  })
  const { one, code } = await computer.doctor()
  assert.equal(one('server-absent').cure, 'longshore serve')
  assert.equal(code, 1)
  assert.throws(() => statSync(dataDir))
  computer.remove()
})

test('a data folder that cannot be used is one of the findings, and the rest is looked at all the same', async () => {
  const computer = new Computer().finds(home)
  const dataDir = join(computer.folder, 'file')
  writeFileSync(dataDir, '')
  Object.assign(computer.env, {
    LONGSHORE_DATA_DIR: dataDir,
    LONGSHORE_HTTP: 'off',
    LONGSHORE_HTTPS: '127.0.0.1:0',
    LONGSHORE_ADMIN: 'off',
  })
  const { one, code } = await computer.doctor()
  assert.equal(one('folder-unusable').of, dataDir)
  assert.match(one('folder-unusable').message, new RegExp(`^The data folder cannot be used: ${dataDir} is not what it must be`))
  assert.equal(one('proxies-none').state, 'good')
  assert.equal(code, 1)
  computer.remove()
})

test('every finding that is not good has a test that provokes it', () => {
  const texts = ['doctor', 'doctor-clients', 'doctor-elsewhere'].map((name) =>
    readFileSync(new URL(`${name}.test.ts`, import.meta.url), 'utf8'),
  )
  const named = Object.keys(known).filter((name) => !texts.some((text) => text.includes(`'${name}'`)))
  assert.deepEqual(named, [])
})
