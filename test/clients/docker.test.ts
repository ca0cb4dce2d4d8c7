import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Environment, refused, run, succeed, told } from './command.ts'
import { type DockerEngine, docker, startDockerEngine } from './docker-engine.ts'
import { type FarEndpoint, openFarEndpoint } from './far-endpoint.ts'
import { makeContext, makeLayout, makePlugin } from './images.ts'
import { onBothListeners } from './scene.ts'
import { type Credential, readOnlyLogin } from './server.ts'
import { type Endpoint, manifest, mediaTypes } from './wire.ts'

onBothListeners('docker', (scene) => {
  let engine: DockerEngine
  let far: FarEndpoint | undefined
  let endpoint: Endpoint
  before(async () => {
    if (scene.listener === 'https') far = await openFarEndpoint(scene.endpoint)
    endpoint = far?.endpoint ?? scene.endpoint
    const { host, ca } = endpoint
    engine = await startDockerEngine(ca ? { [host]: ca, [host.toUpperCase()]: ca } : {})
  })
  after(async () => {
    await engine?.stop()
    await far?.close()
  })

  const ours = (repository: string, reference = ':v1') => `${endpoint.host}/${repository}${reference}`
  // The engine has the CA from certs.d and nothing else.
  const newUser = async () => ({ ...(await scene.newUser()), ...engine.env, SSL_CERT_FILE: undefined })
  const login = ({ user }: Credential, host = endpoint.host) => [docker, ['login', '-u', user, '--password-stdin', host]] as const
  const loggedIn = async (credential: Credential): Promise<Environment> => {
    const env = await newUser()
    await succeed(...login(credential), { env, input: credential.password })
    return env
  }
  const build = async (env: Environment, image: string, dockerfile?: string) => {
    const { directory, unique } = await makeContext(scene.directory, dockerfile)
    await succeed(docker, ['build', '-q', '--network', 'none', '-t', image, directory], { env: { DOCKER_BUILDKIT: '1', ...env } })
    return unique
  }
  /** Pushes, and answers the digest that the client printed. */
  const push = async (env: Environment, image: string) => {
    const printed = await succeed(docker, ['push', image], { env })
    return { printed, digest: /digest: (sha256:[0-9a-f]{64})/.exec(printed)?.[1] ?? '' }
  }

  test('login, build, push, pull by tag and by digest, run', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    const unique = await build(env, ours(repository))
    const { digest } = await push(env, ours(repository))
    const stored = await scene.stored(repository, 'v1')
    assert.equal(stored?.digest, digest)
    assert.equal(stored.mediaType, mediaTypes.dockerManifest)
    for (const reference of [':v1', `@${digest}`]) {
      await succeed(docker, ['system', 'prune', '-a', '-f'], { env })
      const pulled = await succeed(docker, ['pull', ours(repository, reference)], { env })
      assert.match(pulled, new RegExp(`Digest: ${digest}`))
      assert.equal(await succeed(docker, ['run', '--rm', '--network', 'none', ours(repository, reference)], { env }), unique)
    }
    await succeed(docker, ['logout', endpoint.host], { env })
    await refused(docker, ['pull', ours(repository)], { env })
  })

  test('both builders start from an image of the registry', async () => {
    // For BuildKit it is the client that fetches the token, so the client needs the CA too.
    const env = { ...(await loggedIn(scene.admin)), ...(scene.listener === 'https' && { SSL_CERT_FILE: scene.caFile }) }
    const repository = scene.newRepository()
    await build(env, ours(repository))
    await push(env, ours(repository))
    for (const DOCKER_BUILDKIT of ['0', '1']) {
      await succeed(docker, ['system', 'prune', '-a', '-f'], { env })
      const next = ours(repository, `:next-${DOCKER_BUILDKIT}`)
      await build({ ...env, DOCKER_BUILDKIT }, next, `FROM ${ours(repository)}\nCOPY unique /etc/next\n`)
      const { digest } = await push(env, next)
      assert.equal((await scene.stored(repository, `next-${DOCKER_BUILDKIT}`))?.digest, digest)
    }
  })

  test('a layer is mounted from another repository, and every tag goes at once', async () => {
    const env = await loggedIn(scene.admin)
    const [repository, other] = [scene.newRepository(), scene.newRepository()]
    await build(env, ours(repository))
    await push(env, ours(repository))
    for (const tag of ['a', 'b']) await succeed(docker, ['tag', ours(repository), ours(other, `:${tag}`)], { env })
    const printed = await succeed(docker, ['push', '--all-tags', ours(other, '')], { env })
    assert.match(printed, new RegExp(`Mounted from ${repository}`))
    for (const tag of ['a', 'b']) assert.ok(await scene.stored(other, tag))
  })

  test('make a manifest list and push it', async () => {
    const env = { ...(await loggedIn(scene.admin)), DOCKER_CLI_EXPERIMENTAL: 'enabled' }
    const repository = scene.newRepository()
    for (const tag of ['one', 'two']) {
      await build(env, ours(repository, `:${tag}`))
      await push(env, ours(repository, `:${tag}`))
    }
    const insecure = scene.listener === 'http' ? ['--insecure'] : []
    const list = ours(repository, ':list')
    const parts = [ours(repository, ':one'), ours(repository, ':two')] as const
    await succeed(docker, ['manifest', 'create', ...insecure, list, ...parts], { env })
    await succeed(docker, ['manifest', 'annotate', list, parts[1], '--arch', 'arm64', '--os', 'linux'], { env })
    const printed = await succeed(docker, ['manifest', 'push', ...insecure, list], { env })
    const stored = await scene.stored(repository, 'list')
    assert.equal(stored?.mediaType, mediaTypes.dockerList)
    assert.ok(printed.includes(stored.digest))
    const inspected = JSON.parse(await succeed(docker, ['manifest', 'inspect', ...insecure, list], { env }))
    assert.deepEqual(inspected.manifests, stored.json.manifests)
  })

  test('a plugin is pushed and installed', async () => {
    const env = await loggedIn(scene.admin)
    const plugin = ours(scene.newRepository())
    const directory = await makePlugin(scene.directory)
    await succeed(docker, ['plugin', 'create', plugin, directory], { env })
    await succeed(docker, ['plugin', 'push', plugin], { env })
    await succeed(docker, ['plugin', 'rm', plugin], { env })
    await succeed(docker, ['plugin', 'install', '--disable', '--grant-all-permissions', plugin], { env })
    assert.match(await succeed(docker, ['plugin', 'ls'], { env }), /tried by a test/)
  })

  test('of an index, the platform asked for is pulled', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory, { platforms: ['amd64', 'arm64'] })
    const repository = scene.newRepository()
    const { user, password } = scene.admin
    const trust = scene.listener === 'https' ? `--dest-cert-dir=${scene.certificates}` : '--dest-tls-verify=false'
    const copy = ['--insecure-policy', 'copy', '--all', trust, `--dest-creds=${user}:${password}`]
    await succeed('skopeo', [...copy, `oci:${layout.directory}:v1`, `docker://${scene.host}/${repository}:v1`])
    for (const architecture of ['amd64', 'arm64']) {
      const pulled = await succeed(docker, ['pull', '--platform', `linux/${architecture}`, ours(repository)], { env })
      assert.match(pulled, new RegExp(`Digest: ${layout.digest}`))
      const [image] = JSON.parse(await succeed(docker, ['image', 'inspect', ours(repository)], { env }))
      assert.equal(image.Architecture, architecture)
    }
  })

  test('pull here, push to another registry, and back', async () => {
    const env = await loggedIn(scene.admin)
    const [repository, back] = [scene.newRepository(), scene.newRepository()]
    await build(env, ours(repository))
    const { digest } = await push(env, ours(repository))
    const theirs = `${scene.peer.host}/${repository}:v1`
    await succeed(docker, ['tag', ours(repository), theirs], { env })
    await push(env, theirs)
    assert.equal((await manifest(scene.peer, repository, 'v1'))?.digest, digest)
    await succeed(docker, ['system', 'prune', '-a', '-f'], { env })
    await succeed(docker, ['pull', theirs], { env })
    await succeed(docker, ['tag', theirs, ours(back)], { env })
    assert.equal((await push(env, ours(back))).digest, digest)
  })

  test('the host may be written in upper case', async () => {
    const host = endpoint.host.replace('127.0.0.1', 'localhost').toUpperCase()
    const env = await newUser()
    const { code, stdout, stderr } = await run(...login(scene.admin, host), { env, input: scene.admin.password })
    assert.equal(code, 0, told(...login(scene.admin, host), { code, stdout, stderr }))
    assert.match(stdout, /Login Succeeded/)
    const repository = scene.newRepository()
    await build(env, `${host}/${repository}:v1`)
    const { digest } = await push(env, `${host}/${repository}:v1`)
    assert.equal((await scene.stored(repository, 'v1'))?.digest, digest)
    await refused(...login(scene.wrong, host), { env, input: scene.wrong.password })
  })

  test('a wrong password is refused', async () => {
    const env = await newUser()
    await refused(...login(scene.wrong), { env, input: scene.wrong.password })
    const repository = scene.newRepository()
    await build(env, ours(repository))
    await refused(docker, ['push', ours(repository)], { env })
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  if (scene.listener === 'https') {
    test('without the CA the certificate is not trusted', async () => {
      const env = await newUser()
      const host = endpoint.host.replace('docker', 'Docker') // certs.d does not know this spelling
      const { code, stderr } = await run(...login(scene.admin, host), { env, input: scene.admin.password })
      assert.notEqual(code, 0)
      assert.match(stderr, /certificate signed by unknown authority/)
    })
  }

  test('a read-only credential pulls and may not push', async () => {
    const admin = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    await build(admin, ours(repository))
    await push(admin, ours(repository))
    const env = await loggedIn(await readOnlyLogin(endpoint, repository, scene.admin))
    await succeed(docker, ['pull', ours(repository)], { env })
    await build(env, ours(repository, ':v2'))
    await refused(docker, ['push', ours(repository, ':v2')], { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
  })
})
