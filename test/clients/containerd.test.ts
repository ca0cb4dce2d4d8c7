import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { refused, run, succeed } from './command.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { makeLayout } from './images.ts'
import { onBothListeners } from './scene.ts'
import type { Credential } from './server.ts'
import { manifest } from './wire.ts'

onBothListeners('containerd', (scene) => {
  let home: string
  let daemon: Daemon
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'longshore-ctrd-')) // short: a socket's path may not be long
    const settings = `version = 2\nroot = "${home}/root"\nstate = "${home}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "${home}/s"\n`
    await writeFile(join(home, 'config.toml'), settings)
    daemon = await startDaemon('containerd', ['--config', join(home, 'config.toml')], {
      ready: async () => (await run('ctr', ['-a', join(home, 's'), 'version'])).code === 0,
    })
    const hosts = join(home, 'hosts', scene.host)
    await mkdir(hosts, { recursive: true })
    const ca = scene.listener === 'https' ? `  ca = "${scene.caFile}"\n` : ''
    const can = `  capabilities = ["pull", "resolve", "push"]\n`
    await writeFile(join(hosts, 'hosts.toml'), `server = "${scene.endpoint.url}"\n[host."${scene.endpoint.url}"]\n${can}${ca}`)
  })
  after(async () => {
    await daemon?.stop()
    if (home) await rm(home, { recursive: true, force: true })
  })

  const ctr = (...args: string[]) => ['ctr', ['-a', join(home, 's'), ...args]] as const
  const registry = ({ user, password }: Credential) => ['--hosts-dir', join(home, 'hosts'), '--user', `${user}:${password}`]
  const ours = (repository: string, reference = ':v1') => `${scene.host}/${repository}${reference}`
  /** Brings an image into containerd under the name that it will be pushed to. */
  const load = async (name: string, platforms: string[], bulk = 0) => {
    const layout = await makeLayout(scene.directory, { platforms, bulk })
    await succeed('tar', ['-C', layout.directory, '-cf', `${layout.directory}.tar`, '.'])
    await succeed(...ctr('images', 'import', '--all-platforms', '--no-unpack', '--digests', '--base-name', name, `${layout.directory}.tar`))
    await succeed(...ctr('images', 'tag', '--force', `${name}@${layout.digest}`, `${name}:v1`))
    return layout
  }
  /** ctr reads what it pushes from its daemon, by a way of its own that breaks off now and then (containerd#5734): then it is asked once more, and that is told. */
  const push = async (...words: string[]) => {
    const command = ctr('images', 'push', ...registry(scene.admin), ...words)
    const { code, stderr } = await run(...command)
    if (code === 0) return
    assert.match(stderr, /failed to copy: rpc error: code = Internal desc = unexpected EOF/)
    console.log(`asked once more: ${stderr}`)
    await succeed(...command)
  }
  const forget = (...names: string[]) => succeed(...ctr('images', 'remove', '--sync', ...names))

  test('push an index, pull it whole by tag and by digest', async () => {
    const repository = scene.newRepository()
    const layout = await load(ours(repository, ''), ['amd64', 'arm64'])
    await push(ours(repository))
    assert.equal((await scene.stored(repository, 'v1'))?.digest, layout.digest)
    await forget(ours(repository), ours(repository, `@${layout.digest}`))
    for (const reference of [':v1', `@${layout.digest}`]) {
      const name = ours(repository, reference)
      await succeed(...ctr('images', 'pull', '--all-platforms', ...registry(scene.admin), name))
      const listed = await succeed(...ctr('images', 'list', `name==${name}`))
      assert.match(listed, new RegExp(layout.digest))
      assert.match(listed, /linux\/amd64,linux\/arm64/)
      await forget(name)
    }
  })

  test('a pulled image runs', async () => {
    const repository = scene.newRepository()
    const layout = await load(ours(repository, ''), ['amd64'], 16 << 20)
    await push(ours(repository))
    await forget(ours(repository), ours(repository, `@${layout.digest}`))
    await succeed(...ctr('images', 'pull', '--snapshotter', 'native', ...registry(scene.admin), ours(repository)))
    const said = await succeed(...ctr('run', '--rm', '--snapshotter', 'native', ours(repository), 'once'))
    assert.match(said, /^[0-9a-f-]{36}$/)
  })

  test('pull from another registry, push here, and back', async () => {
    const repository = scene.newRepository()
    const layout = await makeLayout(scene.directory)
    const theirs = `${scene.peer.host}/${repository}:v1`
    await succeed('skopeo', ['--insecure-policy', 'copy', '--dest-tls-verify=false', `oci:${layout.directory}:v1`, `docker://${theirs}`])
    await succeed(...ctr('images', 'pull', '--plain-http', theirs))
    await push(ours(repository), theirs)
    assert.equal((await scene.stored(repository, 'v1'))?.digest, layout.digest)
    await succeed(...ctr('images', 'push', '--plain-http', `${scene.peer.host}/${repository}:back`, theirs))
    assert.equal((await manifest(scene.peer, repository, 'back'))?.digest, layout.digest)
  })

  test('a wrong password is refused', async () => {
    const repository = scene.newRepository()
    await load(ours(repository, ''), ['amd64'])
    await refused(...ctr('images', 'push', ...registry(scene.wrong), ours(repository)))
    await refused(...ctr('images', 'pull', ...registry(scene.wrong), ours(repository)))
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential pulls and may not push', async () => {
    const repository = scene.newRepository()
    await load(ours(repository, ''), ['amd64'])
    await push(ours(repository))
    const reader = await scene.readOnly(repository)
    await succeed(...ctr('images', 'pull', '--snapshotter', 'native', ...registry(reader), ours(repository)))
    // Another image: what is refused must be the upload of a blob. When the manifest's PUT is, ctr may report only its closed pipe.
    const other = scene.newRepository()
    await load(ours(other, ''), ['amd64'])
    await refused(...ctr('images', 'push', ...registry(reader), ours(repository, ':v2'), ours(other)))
    assert.equal(await scene.stored(repository, 'v2'), undefined)
  })
})
