import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import { assignment } from '#cli/shell.ts'
import { program, runCli, spawnProgram } from '../world/cli-run.ts'
import { json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-env-'))
after(() => rmSync(folder, { recursive: true }))

/** The lines as a shell takes them. */
const evaluated = (lines: string): Record<string, string> => {
  const printed = execFileSync('sh', ['-c', 'eval "$1"; env -0', 'sh', lines], { env: { PATH: process.env.PATH ?? '' } }).toString()
  const all = printed.split('\0').map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const)
  return Object.fromEntries(all.filter(([name]) => /^(?:A[RZ]|REQ|SSL|NODE)/.test(name)))
}

for (const state of ['running', 'stopped'] as const) {
  describe(`on the data folder of a ${state} server`, () => {
    let server: Server
    let port = 0
    before(async () => {
      server = await Server.start({ https: '127.0.0.1:0' })
      port = server.started.https?.port ?? 0
      if (state === 'stopped') await server.down()
    })
    after(() => server.stop())
    const done = async (words: string[], more: Record<string, string> = {}) => {
      const settings = state === 'stopped' ? { LONGSHORE_HTTPS: `127.0.0.1:${port}` } : {}
      const { code, out, problem } = await runCli(words, { LONGSHORE_DATA_DIR: server.dataDir, ...settings, ...more })
      assert.equal(code, 0, problem)
      return { out, problem }
    }

    test('env prints what az and the SDKs read', async () => {
      const { out, problem } = await done(['env'])
      assert.equal(problem, '')
      const bundle = join(server.dataDir, 'tls', 'bundle.pem')
      assert.deepEqual(evaluated(out), {
        ARM_CLOUD_METADATA_URL: `https://localhost:${port}/metadata/endpoints?api-version=2019-05-01`,
        REQUESTS_CA_BUNDLE: bundle,
        SSL_CERT_FILE: bundle,
        NODE_EXTRA_CA_CERTS: join(server.dataDir, 'tls', 'ca.pem'),
        AZURE_CORE_INSTANCE_DISCOVERY: 'false',
        AZURE_CORE_COLLECT_TELEMETRY: '0',
        AZURE_AUTHORITY_HOST: `https://localhost:${port}`,
        AZURE_CONFIG_DIR: join(server.dataDir, 'azure'),
      })
    })

    test('where this shell has a proxy, our names are kept from it', async () => {
      const list = (lines: string) => /^export NO_PROXY='(.*)'$/m.exec(lines)?.[1]
      const proxy = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'example.org,.internal' }
      assert.equal(list((await done(['env'], proxy)).out), 'example.org,.internal,localhost,longshore.localhost')
      assert.equal(list((await done(['env'], { https_proxy: 'http://proxy:3128' })).out), 'localhost,longshore.localhost')
      assert.equal(list((await done(['env'], { ...proxy, NO_PROXY: 'localhost' })).out), undefined)
    })

    test('the bundle has the roots of the system and our authority; it is not written again without need', async () => {
      await done(['env'])
      const path = join(server.dataDir, 'tls', 'bundle.pem')
      const { mtimeMs, mode } = statSync(path)
      assert.equal(mode & 0o777, 0o644)
      const text = readFileSync(path, 'utf8')
      assert.ok(text.endsWith(readFileSync(join(server.dataDir, 'tls', 'ca.pem'), 'utf8')))
      const others = text.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0
      assert.ok(others > rootCertificates.length / 2, `${others} certificates`)
      await done(['env'])
      assert.equal(statSync(path).mtimeMs, mtimeMs)
    })

    test('a new authority is in the bundle at once', async () => {
      await done(['env'])
      await done(['ca', '--renew'])
      const fresh = readFileSync(join(server.dataDir, 'tls', 'ca.pem'), 'utf8')
      assert.ok(readFileSync(join(server.dataDir, 'tls', 'bundle.pem'), 'utf8').endsWith(fresh))
    })

    test('a profile that the environment names is kept; what it remembers of another cloud is not', async () => {
      const profile = join(folder, state)
      mkdirSync(profile)
      const { out } = await done(['env'], { AZURE_CONFIG_DIR: profile })
      assert.equal(evaluated(out).AZURE_CONFIG_DIR, undefined)
      const control = `https://localhost:${port}`
      const kept = (acr: string, arm = control) =>
        JSON.stringify({
          clouds: [
            {
              name: 'Longshore',
              endpoints: { resource_manager: arm, active_directory: `${arm}/adfs`, microsoft_graph_resource_id: `${arm}/graph` },
              suffixes: { acr_login_server_endpoint: acr },
            },
          ],
        })
      const file = join(profile, 'cloudEndpoints.json')
      const suffix = `.longshore.localhost:${port}`
      const contents: [string, boolean][] = [
        [kept(suffix), true],
        [kept('.longshore.localhost'), false],
        [kept(suffix, 'https://localhost:1'), false],
        ['{"clouds": {}}', false],
        ['{', false],
      ]
      for (const [text, stays] of contents) {
        writeFileSync(file, text)
        await done(['env'], { AZURE_CONFIG_DIR: profile })
        assert.equal(existsSync(file), stays, text)
      }
    })

    test('hosts prints a line for IPv4 and one for IPv6 for each registry', async () => {
      assert.equal((await done(['hosts'])).out, '127.0.0.1 local.longshore.localhost\n::1 local.longshore.localhost\n')
    })

    test('hosts --write keeps a block of a file up to date and touches nothing else', async () => {
      const file = join(folder, `hosts-${state}`)
      const link = `${file}-link`
      writeFileSync(file, '127.0.0.1 localhost\n\n# mine', { mode: 0o640 })
      symlinkSync(file, link)
      const { out, problem } = await done(['hosts', '--write', link])
      assert.equal(out, '')
      assert.equal(problem, `${link} is up to date now.\n`)
      const block = `# begin longshore ${server.dataDir}\n127.0.0.1 local.longshore.localhost\n::1 local.longshore.localhost\n# end longshore ${server.dataDir}\n`
      const whole = `127.0.0.1 localhost\n\n# mine\n${block}`
      assert.equal(readFileSync(file, 'utf8'), whole)
      assert.equal(statSync(file).mode & 0o777, 0o640)
      const { ino } = statSync(file)
      assert.equal((await done(['hosts', '--write', link])).problem, `${link} was up to date.\n`)
      assert.equal(statSync(file).ino, ino, 'not written again')
      writeFileSync(file, whole.replace('127.0.0.1 local.', '10.0.0.1 old.').concat('# after\n'))
      await done(['hosts', '--write', link])
      assert.equal(readFileSync(file, 'utf8'), `${whole}# after\n`)
    })
  })
}

test('who may not write the hosts file is told the line that works', async () => {
  const server = await Server.start()
  await server.down()
  const place = mkdtempSync(join(tmpdir(), 'longshore-hosts-'))
  const file = join(place, 'hosts')
  writeFileSync(file, '', { mode: 0o444 })
  chmodSync(place, 0o555)
  const isRoot = process.getuid?.() === 0
  if (isRoot) execFileSync('chown', ['-R', '65534:65534', join(server.dataDir, '..')])
  const words = [program, 'hosts', '--write', file]
  const ran = spawnProgram(process.execPath, words, { LONGSHORE_DATA_DIR: server.dataDir }, isRoot ? { uid: 65534, gid: 65534 } : {})
  assert.equal((await ran.ended).code, 1)
  assert.match(
    ran.problem(),
    new RegExp(`^longshore: ${file} may not be written by this user \\(EACCES\\)\\. .* hosts \\| sudo tee -a ${file}"\n$`),
  )
  chmodSync(place, 0o755)
  rmSync(place, { recursive: true })
  await server.stop()
})

test('hosts names the data endpoint of a registry that has one', async () => {
  const server = await Server.start()
  try {
    await server.change(({ store }) => putRegistry(store, 'local', { dataLocation: 'westeurope' }))
    const { out } = await runCli(['hosts'], { LONGSHORE_DATA_DIR: server.dataDir })
    const names = ['local.longshore.localhost', 'local.westeurope.data.longshore.localhost']
    assert.equal(out, names.map((name) => `127.0.0.1 ${name}\n::1 ${name}\n`).join(''))
  } finally {
    await server.stop()
  }
})

test('a file with the line ends of Windows keeps them; one that is not there is made', async (t) => {
  const server = await Server.start()
  t.after(() => server.stop())
  const file = join(folder, 'windows')
  writeFileSync(file, '# one\r\n# two\r\n')
  const env = { LONGSHORE_DATA_DIR: server.dataDir }
  assert.equal((await runCli(['hosts', '--write', file], env)).code, 0)
  const text = readFileSync(file, 'utf8')
  assert.deepEqual(text.match(/(?<!\r)\n/g), null)
  assert.equal((await runCli(['hosts', '--write', file], env)).problem, `${file} was up to date.\n`)
  const absent = join(folder, 'absent')
  assert.equal((await runCli(['hosts', '--write', absent], env)).code, 0)
  assert.equal(readFileSync(absent, 'utf8'), text.slice('# one\r\n# two\r\n'.length).replaceAll('\r', ''))
})

test('with a certificate of the operator’s own no variable names a CA', async (t) => {
  const server = await Server.start({ https: '127.0.0.1:0' })
  t.after(() => server.stop())
  await server.down()
  const tls = join(server.dataDir, 'tls')
  const own = { LONGSHORE_TLS_CERT: join(tls, 'server.pem'), LONGSHORE_TLS_KEY: join(tls, 'server.key') }
  const { code, out, problem } = await runCli(['env', '--public-url', 'https://acr.example.com', '--domain', 'acr.example.com'], {
    LONGSHORE_DATA_DIR: server.dataDir,
    ...own,
  })
  assert.equal(code, 0, problem)
  assert.equal(problem, '')
  assert.deepEqual(Object.keys(evaluated(out)).sort(), [
    'ARM_CLOUD_METADATA_URL',
    'AZURE_AUTHORITY_HOST',
    'AZURE_CONFIG_DIR',
    'AZURE_CORE_COLLECT_TELEMETRY',
    'AZURE_CORE_INSTANCE_DISCOVERY',
  ])
  assert.equal(evaluated(out).AZURE_AUTHORITY_HOST, 'https://acr.example.com')
})

test('a server without HTTPS is warned of', async (t) => {
  const server = await Server.start()
  t.after(() => server.stop())
  const { code, problem } = await runCli(['env'], { LONGSHORE_DATA_DIR: server.dataDir })
  assert.equal(code, 0)
  assert.match(problem, /^longshore: warning: this server has no HTTPS address/)
})

test('a registry whose name this machine does not find is told with the way to it; the first one has another name', async (t) => {
  const server = await Server.start({ https: '127.0.0.1:0' })
  t.after(() => server.stop())
  const name = 'contoso.longshore.localhost'
  const said = async (found: readonly string[]) => {
    const facts = { addresses: async (asked: string) => (found.includes(asked) ? [{ address: '127.0.0.1', family: 4 as const }] : []) }
    const { code, problem } = await runCli(['env'], { LONGSHORE_DATA_DIR: server.dataDir }, undefined, { machine: { facts } })
    assert.equal(code, 0)
    return problem
  }
  assert.equal(await said([]), '')
  await server.change(({ store }) => putRegistry(store, 'contoso'))
  assert.equal(await said([]), `longshore: ${name}: this machine does not find that name by itself; "longshore doctor" says what to do.\n`)
  assert.equal(await said([name]), '')
})

test('what env names is what the server tells', async (t) => {
  const server = await Server.start({ https: '127.0.0.1:0' })
  t.after(() => server.stop())
  const { out } = await runCli(['env'], { LONGSHORE_DATA_DIR: server.dataDir })
  const { ARM_CLOUD_METADATA_URL: url = '', REQUESTS_CA_BUNDLE: bundle = '' } = evaluated(out)
  const { port, pathname, search } = new URL(url)
  const answer = await send(server, 'GET', pathname + search, { as: 'nobody', ca: readFileSync(bundle, 'utf8'), port: Number(port) })
  assert.equal(answer.status, 200)
  assert.equal(json<{ resourceManager: string }[]>(answer)[0]?.resourceManager, new URL(url).origin)
})

const hard = ['plain', "it's", '$HOME `id` "x" \\ %', 'two\nlines', "''", '\u2019typographic\u2018', '']

test('sh gets each value back as it was', () => {
  for (const value of hard) {
    const script = `${assignment.sh('VALUE', value)}\nprintf %s "$VALUE"`
    assert.equal(execFileSync('sh', ['-c', script]).toString(), value)
  }
})

test('fish and PowerShell are quoted by their own rules', () => {
  assert.equal(assignment.fish('A', `it's a \\ $b`), `set -gx A 'it\\'s a \\\\ $b'`)
  assert.equal(assignment.powershell('A', `it's “a” ’b’ $c \``), `$env:A = 'it''s “a” ’’b’’ $c \`'`)
})

test('an unknown shell is told with those that are known', async () => {
  const { code, problem } = await runCli(['env', '--shell', 'csh'], {})
  assert.equal(code, 2)
  assert.match(problem, /sh, fish, powershell/)
})
