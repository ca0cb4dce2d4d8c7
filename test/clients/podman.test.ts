import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, succeed } from './command.ts'
import { makeContext, makeLayout } from './images.ts'
import { onBothListeners, type User } from './scene.ts'
import type { Credential } from './server.ts'
import { manifest } from './wire.ts'

onBothListeners('podman', (scene) => {
  const trust = () => (scene.listener === 'https' ? [`--cert-dir=${scene.certificates}`] : ['--tls-verify=false'])
  const podman = (env: User, ...args: string[]) => {
    // vfs leaves no mounts behind; crun refuses machines with both versions of cgroups.
    const store = ['--root', join(env.HOME, 'store'), '--runroot', join(env.HOME, 'run'), '--storage-driver', 'vfs']
    const quiet = ['--runtime', 'runc', '--cgroup-manager', 'cgroupfs', '--events-backend', 'none', '--tmpdir', join(env.HOME, 'tmp')]
    return ['podman', [...store, ...quiet, ...args]] as const
  }
  const ours = (repository: string, reference = ':v1') => `${scene.host}/${repository}${reference}`
  const login = (env: User, { user, password }: Credential) => podman(env, 'login', ...trust(), '-u', user, '-p', password, scene.host)
  const loggedIn = async (credential: Credential): Promise<User> => {
    const env = await scene.newUser()
    await succeed(...login(env, credential), { env })
    return env
  }
  const build = async (env: User, image: string) => {
    const { directory, unique } = await makeContext(scene.directory)
    await succeed(...podman(env, 'build', '-q', '--isolation', 'chroot', '-t', image, directory), { env })
    return unique
  }

  test('login, build, push, pull by tag and by digest, run', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    const unique = await build(env, ours(repository))
    await succeed(...podman(env, 'push', ...trust(), ours(repository)), { env })
    const stored = await scene.stored(repository, 'v1')
    assert.ok(stored)
    for (const reference of [':v1', `@${stored.digest}`]) {
      await succeed(...podman(env, 'rmi', '-a', '-f'), { env })
      await succeed(...podman(env, 'pull', '-q', ...trust(), ours(repository, reference)), { env })
      const said = await succeed(...podman(env, 'run', '--rm', '--network', 'none', ours(repository, reference)), { env })
      assert.equal(said, unique)
    }
    assert.equal((await succeed(...podman(env, 'login', '--get-login', scene.host), { env })).trim(), scene.admin.user)
    await succeed(...podman(env, 'logout', scene.host), { env })
    await refused(...podman(env, 'pull', '-q', ...trust(), ours(repository)), { env })
  })

  test('of an index, the platform asked for is pulled', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory, { platforms: ['amd64', 'arm64'] })
    const repository = scene.newRepository()
    const push = ['--insecure-policy', 'copy', '--all', `oci:${layout.directory}:v1`, `docker://${ours(repository)}`]
    await succeed('skopeo', [...push, ...trust().map((flag) => flag.replace('--', '--dest-'))], { env })
    for (const architecture of ['amd64', 'arm64']) {
      await succeed(...podman(env, 'pull', '-q', ...trust(), '--platform', `linux/${architecture}`, ours(repository)), { env })
      const [image] = JSON.parse(await succeed(...podman(env, 'image', 'inspect', ours(repository)), { env }))
      assert.equal(image.Architecture, architecture)
    }
  })

  test('list tags; pull from one registry and push to another', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    await build(env, ours(repository))
    for (const tag of ['a', 'b']) await succeed(...podman(env, 'push', ...trust(), ours(repository), ours(repository, `:${tag}`)), { env })
    // search has no --cert-dir: it finds the CA in SSL_CERT_FILE.
    const search = ['search', '--list-tags', ...(scene.listener === 'http' ? trust() : [])]
    const listed = await succeed(...podman(env, ...search, ours(repository, '')), { env })
    assert.deepEqual(
      [...listed.matchAll(/^\S+\/\S+ +(\S+)$/gm)].map(([, tag]) => tag),
      ['a', 'b'],
    )
    const theirs = `${scene.peer.host}/${repository}:v1`
    await succeed(...podman(env, 'push', '--tls-verify=false', ours(repository), theirs), { env })
    await succeed(...podman(env, 'rmi', '-a', '-f'), { env })
    await succeed(...podman(env, 'pull', '-q', '--tls-verify=false', theirs), { env })
    await succeed(...podman(env, 'push', ...trust(), theirs, ours(repository, ':back')), { env })
    const config = (await manifest(scene.peer, repository, 'v1'))?.json.config?.digest
    assert.equal((await scene.stored(repository, 'back'))?.json.config?.digest, config)
  })

  test('a wrong password is refused', async () => {
    const env = await scene.newUser()
    await refused(...login(env, scene.wrong), { env })
    const repository = scene.newRepository()
    await build(env, ours(repository))
    const creds = `--creds=${scene.wrong.user}:${scene.wrong.password}`
    await refused(...podman(env, 'push', ...trust(), creds, ours(repository)), { env })
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential pulls and may not push', async () => {
    const admin = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    await build(admin, ours(repository))
    await succeed(...podman(admin, 'push', ...trust(), ours(repository)), { env: admin })
    const env = await loggedIn(await scene.readOnly(repository))
    await succeed(...podman(env, 'pull', '-q', ...trust(), ours(repository)), { env })
    await refused(...podman(env, 'push', ...trust(), ours(repository), ours(repository, ':v2')), { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
  })
})
