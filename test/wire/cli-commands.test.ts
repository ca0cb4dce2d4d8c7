import assert from 'node:assert/strict'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { socketTransport } from '#client/socket.ts'
import {
  type AdminCredentials,
  type AuthorityInfo,
  type Collected,
  type Explained,
  type Scrubbed,
  type UsageReport,
} from '#core/maintenance.ts'
import { runCli } from '../world/cli-run.ts'
import { makeImage, pushBlob, pushImage, someBytes, tokenFor } from '../world/content.ts'
import { testOfFiles } from '../world/database.ts'
import { send } from '../world/send.ts'
import { Server } from '../world/server.ts'

const zero = `sha256:${'0'.repeat(64)}`

for (const state of ['running', 'stopped'] as const) {
  describe(`on the data folder of a ${state} server`, () => {
    let server: Server
    before(async () => {
      server = await Server.start({ https: '127.0.0.1:0', gcLease: '300ms', gcDelay: '0ms', gcInterval: '1h' })
      if (state === 'stopped') await server.down()
    })
    after(() => server.stop())

    const env = () => ({
      LONGSHORE_DATA_DIR: server.dataDir,
      LONGSHORE_GC_LEASE: '300ms',
      LONGSHORE_GC_DELAY: '0ms',
    })
    const cli = (...words: string[]) => runCli(words, env())
    const done = async (...words: string[]) => {
      const { code, out, problem } = await cli(...words)
      assert.equal(code, 0, problem)
      return out
    }
    const data = async <Shape>(...words: string[]) => JSON.parse(await done(...words, '--output', 'json')) as Shape
    /** The server runs while the work is done. */
    const up = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (state === 'stopped') await server.up()
      try {
        return await work()
      } finally {
        if (state === 'stopped') await server.down()
      }
    }

    test('credential show prints exactly what az acr credential show prints', async () => {
      const credentials = await data<AdminCredentials>('credential', 'show')
      assert.deepEqual(Object.keys(credentials), ['username', 'passwords'])
      assert.deepEqual(
        credentials.passwords.map((each) => [Object.keys(each), each.name]),
        [
          [['name', 'value'], 'password'],
          [['name', 'value'], 'password2'],
        ],
      )
      assert.equal(credentials.username, server.user)
      assert.equal(credentials.passwords[0]?.value, server.password)
      assert.deepEqual(await data('credential', 'show', '--registry', 'local'), credentials)
      assert.match(await done('credential', 'show'), new RegExp(`^username +local\npassword +${server.password}\npassword2 +\\S+\n$`))
    })

    test('a renewed password works, the old one does not, the other one stays', async () => {
      const [, second] = (await data<AdminCredentials>('credential', 'show')).passwords
      const renewed = await data<AdminCredentials>('credential', 'renew', '--password-name', 'password2')
      assert.equal(renewed.passwords[0]?.value, server.password)
      assert.notEqual(renewed.passwords[1]?.value, second?.value)
      const status = (password = '') => send(server, 'GET', '/v2/', { as: { user: 'local', password } }).then((answer) => answer.status)
      await up(async () => {
        assert.equal(await status(renewed.passwords[1]?.value), 200)
        assert.equal(await status(renewed.passwords[0]?.value), 200)
        assert.equal(await status(second?.value), 401)
      })
    })

    test('registry update changes what is told, and what the server does', async () => {
      const image = await up(() => pushImage(server, 'team/app', 'v1'))
      const pull = () => send(server, 'GET', `/v2/team/app/manifests/${image.digest}`, { as: 'nobody' }).then(({ status }) => status)
      const standard = {
        name: 'local',
        adminUserEnabled: true,
        anonymousPullEnabled: false,
        sku: 'Premium',
        rateLimits: 'off',
        indexChildren: 'kept',
        storageLimit: null,
      }
      assert.deepEqual(await data('registry', 'show'), standard)
      assert.equal(await up(pull), 401)
      const changed = await data(
        'registry',
        'update',
        '--anonymous-pull-enabled',
        'true',
        '--rate-limits',
        'tier',
        '--index-children',
        'free',
        '--storage-limit',
        '1GiB',
      )
      assert.deepEqual(changed, {
        ...standard,
        anonymousPullEnabled: true,
        rateLimits: 'tier',
        indexChildren: 'free',
        storageLimit: 2 ** 30,
      })
      assert.deepEqual(await data('registry', 'show'), changed)
      assert.equal(await up(pull), 200)
      const back = ['--anonymous-pull-enabled', 'false', '--rate-limits', 'off', '--index-children', 'kept', '--storage-limit', 'none']
      await done('registry', 'update', ...back)
      assert.deepEqual(await data('registry', 'show'), standard)
    })

    test('with the admin user off, credential show tells how to switch it on', async () => {
      await done('registry', 'update', '--admin-enabled', 'false')
      const { code, problem } = await cli('credential', 'show')
      assert.equal(code, 1)
      assert.match(
        problem,
        /^longshore: the admin user of registry local is off: .*"longshore registry update --registry local --admin-enabled true"\n$/,
      )
      await done('registry', 'update', '--admin-enabled', 'true')
    })

    test('usage counts what was pushed: bytes in JSON, units in the table', async () => {
      const earlier = await data<UsageReport>('usage')
      const image = await up(() => pushImage(server, 'team/counted', 'v1'))
      const report = await data<UsageReport>('usage')
      const size = image.manifest.length + image.config.length + image.layers.reduce((sum, layer) => sum + layer.length, 0)
      assert.equal(report.used - earlier.used, size)
      const { repositories, manifests, tags, blobs } = report
      assert.deepEqual(
        [repositories, manifests, tags, blobs],
        [earlier.repositories + 1, earlier.manifests + 1, earlier.tags + 1, earlier.blobs + 2],
      )
      assert.match(await done('usage'), /^Registry +local\nUsed +[0-9.]+ (?:B|KiB)\nUnreferenced /)
    })

    test('gc takes what nothing holds, and explain tells before, between and after', async () => {
      const digest = await up(() => pushBlob(server, 'team/lost', someBytes(1000)))
      const held = await data<Explained>('gc', '--explain', digest)
      assert.equal(held.links[0]?.repository, 'team/lost')
      assert.match(await done('gc', '--explain', digest), /team\/lost may read it; its lease/)
      await new Promise((resolve) => setTimeout(resolve, 400))
      const free = await data<Explained>('gc', '--explain', digest)
      assert.equal(free.held, false)
      assert.match(await done('gc', '--explain', digest), new RegExp(`^Nothing holds ${digest} any more`))
      const collected = await data<Collected>('gc')
      assert.deepEqual([collected.condemned, collected.condemnedBytes], [1, 1000])
      await done('gc')
      assert.equal(await done('gc', '--explain', digest), `Registry local knows nothing of ${digest}.\n`)
    })

    test('explain names the tags of a manifest and the manifests of a blob', async () => {
      const image = await up(() => pushImage(server, 'team/explained', 'v1'))
      const [layer] = JSON.parse(image.manifest.toString()).layers as { digest: string }[]
      assert.match(
        await done('gc', '--explain', image.digest),
        new RegExp(`^${image.digest} is held .*\nIt is a manifest of team/explained, with the tags v1.\n$`),
      )
      const sentences = await done('gc', '--explain', layer?.digest ?? '')
      assert.match(sentences, new RegExp(`Manifest ${image.digest} of team/explained names it.`))
      assert.match(sentences, /Its bytes are object \S+ \(200 B\), state ready\./)
      assert.equal((await cli('gc', '--explain', 'latest')).code, 2)
    })

    testOfFiles('scrub finds nothing on sound bytes, and ends with 1 for a damaged, a missing and a strange file', async () => {
      const sound = await data<Scrubbed>('scrub')
      assert.ok(sound.objects > 0 && sound.bytes > 0)
      assert.deepEqual([sound.bad, sound.strangers], [[], []])
      await up(() => pushImage(server, 'team/damaged', 'v1', makeImage({}, [100, 20_000, 30_000])))
      const objects = globSync(join(server.dataDir, 'objects', '*', '*')).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
      const [one = '', other = ''] = objects
      const bytes = readFileSync(one)
      writeFileSync(one, bytes.fill((bytes[0] ?? 0) ^ 255, 0, 1))
      rmSync(other)
      const strange = join(server.dataDir, 'objects', '00', '00000000-0000-4000-8000-000000000000')
      writeFileSync(strange, '?')
      const { code, out } = await cli('scrub', '--output', 'json')
      const { bad, strangers } = JSON.parse(out) as Scrubbed
      assert.equal(code, 1)
      assert.deepEqual(bad.map((each) => each.problem).sort(), ['corrupt', 'missing'])
      assert.deepEqual(strangers, ['00/00000000-0000-4000-8000-000000000000'])
      assert.ok(existsSync(strange))
      rmSync(strange)
      // Quarantined: found once.
      assert.match(await done('scrub'), /Bad +0\n/)
    })

    test('key rotate leaves tokens good, key rotate --revoke ends them', async () => {
      const status = (as: { token: string }) => send(server, 'GET', '/v2/', { as }).then((answer) => answer.status)
      const token = await up(() => tokenFor(server, 'registry:catalog:*'))
      const { keys } = await data<{ keys: unknown[] }>('key', 'rotate')
      assert.ok(keys.length >= 2)
      assert.equal(await up(() => status(token)), 200)
      assert.equal(
        (await data<{ keys: unknown[] }>('key', 'rotate', '--revoke')).keys.length,
        2,
        'one of the registry, one of the directory',
      )
      assert.equal(await up(() => status(token)), 401)
      assert.equal(await up(async () => status(await tokenFor(server, 'registry:catalog:*'))), 200)
    })

    test('ca --path prints the path alone; ca --renew makes another authority that the server uses at once', async () => {
      const path = (await done('ca', '--path')).trimEnd()
      assert.equal(path, join(server.dataDir, 'tls', 'ca.pem'))
      const before = readFileSync(path, 'utf8')
      const renewed = await data<AuthorityInfo>('ca', '--renew')
      const fresh = readFileSync(path, 'utf8')
      assert.notEqual(fresh, before)
      assert.equal(renewed.path, path)
      await up(async () => {
        const port = server.started.https?.port ?? 0
        assert.equal((await send(server, 'GET', '/v2/', { ca: fresh, port })).status, 200)
        await assert.rejects(send(server, 'GET', '/v2/', { ca: before, port }))
      })
    })

    test('an unknown registry is told with those that are known', async () => {
      const { code, problem } = await cli('usage', '--registry', 'contoso')
      assert.equal(code, 1)
      assert.equal(problem, 'longshore: there is no registry "contoso"; known are: local\n')
    })
  })
}

test('the door of a running server is open to its owner alone, and goes with the server', async () => {
  const server = await Server.start()
  const socket = join(server.dataDir, 'control.sock')
  assert.equal(statSync(socket).mode & 0o777, 0o600)
  await server.down()
  assert.equal(existsSync(socket), false)
  await server.stop()
})

test('a server that stops does not wait for a command that hangs', async () => {
  const server = await Server.start({ shutdownGrace: '100ms' })
  const asking = connect(join(server.dataDir, 'control.sock'))
  // The body never comes.
  asking.write('POST /machine/collect HTTP/1.1\r\nHost: operator\r\nContent-Length: 2\r\n\r\n')
  await once(asking, 'connect')
  const ended = once(asking, 'close')
  asking.resume().on('error', () => {})
  await send(server, 'GET', '/v2/')
  await server.down()
  await ended
  await server.stop()
})

test('the socket of the operator serves ARM and Graph to whoever opens it, and its own commands; nothing else', async (t) => {
  const server = await Server.start()
  t.after(() => server.stop())
  const ask = socketTransport(join(server.dataDir, 'control.sock'))
  const status = async (method: string, path: string, body?: string) =>
    (await ask({ method, path, ...(body === undefined ? {} : { body }) })).status
  assert.equal(await status('GET', '/subscriptions?api-version=2022-12-01'), 200)
  assert.equal(await status('GET', '/graph/v1.0/users'), 200)
  assert.equal(await status('GET', '/v2/'), 400)
  assert.equal(await status('POST', '/machine/addresses', '{}'), 200)
  assert.equal(await status('GET', '/machine/addresses'), 405)
  assert.equal(await status('POST', '/machine/__proto__', '{}'), 404)
  assert.equal(await status('POST', '/machine/usage', '{"registry":7}'), 400)
  assert.equal(await status('POST', '/machine/usage', '{"registry":"absent"}'), 409)
})

testOfFiles('a data folder that was moved under a running server is told as that', async () => {
  const server = await Server.start()
  const moved = `${server.dataDir}-moved`
  renameSync(server.dataDir, moved)
  try {
    for (const command of ['usage', 'scrub']) {
      const { code, problem } = await runCli([command], { LONGSHORE_DATA_DIR: moved })
      assert.equal(code, 1)
      assert.match(
        problem,
        /^longshore: \S+ is not there \(\w+\): was the data folder moved or deleted while a server ran on it\?/,
        command,
      )
    }
  } finally {
    renameSync(moved, server.dataDir)
    await server.stop()
  }
})

test('commands make no registry where there is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-none-'))
  for (const dataDir of [folder, join(folder, 'absent')]) {
    const { code, problem } = await runCli(['gc', '--explain', zero, '--data-dir', dataDir])
    assert.equal(code, 1)
    assert.match(
      problem,
      new RegExp(`^longshore: there is no registry in ${dataDir}: start it once with "longshore serve --data-dir ${dataDir}"`),
    )
  }
  assert.equal(existsSync(join(folder, 'absent')), false)
  assert.equal(existsSync(join(folder, 'longshore.db')), false)
  rmSync(folder, { recursive: true })
})

test('a data folder of 300 bytes works like any other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-deep-'))
  const deep = join(folder, ...Array.from({ length: 12 }, () => 'a-name-of-twenty-five-byte'))
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(deep, 'ballast'), '-')
  const server = await Server.start({ dataDir: deep })
  const { code, problem } = await runCli(['credential', 'show', '--data-dir', deep])
  assert.equal(code, 0, problem)
  await server.stop()
  assert.equal(existsSync(join(deep, 'control.sock')), false)
  rmSync(folder, { recursive: true })
})
