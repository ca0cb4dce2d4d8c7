import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { refused, run, succeed, told } from './command.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { makeContext } from './images.ts'
import { onBothListeners, type User } from './scene.ts'
import type { Credential } from './server.ts'
import { goTool } from './tool.ts'
import { manifest, mediaTypes } from './wire.ts'

const dockerfile = `FROM scratch AS base
COPY busybox /bin/busybox
COPY unique /etc/unique
RUN ["/bin/busybox", "cp", "/etc/unique", "/etc/ran"]
FROM scratch
COPY --from=base /etc/ran /etc/ran
`

onBothListeners('buildkit', (scene) => {
  let home: string
  let daemon: Daemon
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'longshore-bk-')) // short: a socket's path may not be long
    const ours = scene.listener === 'https' ? `ca = ["${scene.caFile}"]` : 'http = true'
    await writeFile(join(home, 'buildkitd.toml'), `[registry."${scene.host}"]\n${ours}\n[registry."${scene.peer.host}"]\nhttp = true\n`)
    const worker = ['--oci-worker=true', '--oci-worker-net=host', '--oci-worker-snapshotter=native', '--containerd-worker=false']
    const places = ['--config', join(home, 'buildkitd.toml'), '--addr', `unix://${home}/s`, '--root', join(home, 'r')]
    daemon = await startDaemon(goTool('buildkitd'), [...places, ...worker], {
      env: { SSL_CERT_FILE: undefined },
      ready: async () => (await run(...buildctl('debug', 'workers'))).code === 0,
    })
  })
  after(async () => {
    await daemon?.stop()
    if (home) await rm(home, { recursive: true, force: true })
  })

  const buildctl = (...args: string[]) => [goTool('buildctl'), ['--addr', `unix://${home}/s`, ...args]] as const
  const ours = (repository: string, reference = ':v1') => `${scene.host}/${repository}${reference}`
  /** buildctl has no login: it reads the file that docker login writes. */
  const loggedIn = async ({ user, password }: Credential): Promise<User> => {
    const env = { ...(await scene.newUser()), SSL_CERT_FILE: undefined }
    await mkdir(env.DOCKER_CONFIG, { recursive: true })
    const auth = Buffer.from(`${user}:${password}`).toString('base64')
    await writeFile(join(env.DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths: { [scene.host]: { auth } } }))
    return env
  }
  const build = (directory: string, ...flags: string[]) => {
    const source = ['--frontend', 'dockerfile.v0', '--local', `context=${directory}`, '--local', `dockerfile=${directory}`]
    const tokens = scene.listener === 'https' ? ['--registry-auth-tlscontext', `host=${scene.host},ca=${scene.caFile}`] : []
    return buildctl('build', '--progress=plain', ...source, ...tokens, ...flags)
  }
  const image = (name: string, ...more: string[]) => ['--output', ['type=image', `name=${name}`, 'push=true', ...more].join(',')]

  test('build and push with provenance; the cache goes to the registry and comes back', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    const { directory } = await makeContext(scene.directory, dockerfile)
    const cache = `type=registry,ref=${ours(repository, ':cache')}`
    const metadata = join(env.HOME, 'metadata.json')
    const provenance = ['--opt', 'attest:provenance=mode=max', '--metadata-file', metadata]
    await succeed(...build(directory, ...image(ours(repository)), ...provenance, '--export-cache', `${cache},mode=max`), { env })
    const stored = await scene.stored(repository, 'v1')
    assert.ok(stored)
    assert.equal(stored.digest, JSON.parse(await readFile(metadata, 'utf8'))['containerimage.digest'])
    assert.equal(stored.mediaType, mediaTypes.index)
    const [built, attestation] = stored.json.manifests ?? []
    assert.equal(attestation?.annotations?.['vnd.docker.reference.digest'], built?.digest)
    const attested = await scene.stored(repository, attestation?.digest ?? '')
    assert.equal(attested?.json.layers?.[0]?.mediaType, 'application/vnd.in-toto+json')
    const config = (await scene.stored(repository, 'cache'))?.json
    assert.match(JSON.stringify(config), /application\/vnd\.buildkit\.cacheconfig\.v0/)

    await succeed(...buildctl('prune', '--all'))
    const again = build(directory, ...image(ours(repository, ':again')), '--import-cache', cache)
    const result = await run(...again, { env })
    assert.equal(result.code, 0, told(...again, result))
    assert.match(result.stderr, /CACHED/)
    assert.doesNotMatch(result.stderr, /failed to (configure|import) registry cache/i)
  })

  test('two platforms, and layers in zstd', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    const { directory } = await makeContext(scene.directory)
    const zstd = ['compression=zstd', 'force-compression=true', 'oci-mediatypes=true']
    await succeed(...build(directory, ...image(ours(repository), ...zstd), '--opt', 'platform=linux/amd64,linux/arm64'), { env })
    const stored = await scene.stored(repository, 'v1')
    assert.deepEqual(
      stored?.json.manifests?.map((each) => each.platform?.architecture),
      ['amd64', 'arm64'],
    )
    const first = await scene.stored(repository, stored.json.manifests?.[0]?.digest ?? '')
    assert.equal(first?.json.layers?.[0]?.mediaType, 'application/vnd.oci.image.layer.v1.tar+zstd')
  })

  test('a build starts from an image of the registry, by tag and by digest, and goes to another registry', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    const { directory } = await makeContext(scene.directory)
    await succeed(...build(directory, ...image(ours(repository))), { env })
    const base = await scene.stored(repository, 'v1')
    for (const reference of [':v1', `@${base?.digest}`]) {
      await succeed(...buildctl('prune', '--all'))
      const next = await makeContext(scene.directory, `FROM ${ours(repository, reference)}\nCOPY unique /etc/next\n`)
      await succeed(...build(next.directory, ...image(`${scene.peer.host}/${repository}:next`)), { env })
      const layers = (await manifest(scene.peer, repository, 'next'))?.json.layers ?? []
      assert.deepEqual(
        layers.slice(0, 2).map((each) => each.digest),
        base?.json.layers?.map((each) => each.digest),
      )
    }
  })

  test('a wrong password is refused', async () => {
    const env = await loggedIn(scene.wrong)
    const repository = scene.newRepository()
    const { directory } = await makeContext(scene.directory)
    await refused(...build(directory, ...image(ours(repository))), { env })
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential pulls and may not push', async () => {
    const repository = scene.newRepository()
    const { directory } = await makeContext(scene.directory)
    await succeed(...build(directory, ...image(ours(repository))), { env: await loggedIn(scene.admin) })
    await succeed(...buildctl('prune', '--all'))
    const env = await loggedIn(await scene.readOnly(repository))
    const next = await makeContext(scene.directory, `FROM ${ours(repository)}\nCOPY unique /etc/next\n`)
    await succeed(...build(next.directory), { env })
    await refused(...build(next.directory, ...image(ours(repository, ':v2'))), { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
  })
})
