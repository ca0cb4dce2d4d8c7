import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, succeed } from './command.ts'
import { makeContext } from './images.ts'
import { onBothListeners, type User } from './scene.ts'
import type { Credential } from './server.ts'
import { manifest, mediaTypes } from './wire.ts'

onBothListeners('buildah', (scene) => {
  const trust = () => (scene.listener === 'https' ? [`--cert-dir=${scene.certificates}`] : ['--tls-verify=false'])
  // vfs leaves no mounts behind, so the directory can simply be removed.
  const buildah = (env: User, ...args: string[]) =>
    ['buildah', ['--root', join(env.HOME, 'store'), '--runroot', join(env.HOME, 'run'), '--storage-driver', 'vfs', ...args]] as const
  const ours = (repository: string, reference = ':v1') => `${scene.host}/${repository}${reference}`
  const login = (env: User, { user, password }: Credential) => buildah(env, 'login', ...trust(), '-u', user, '-p', password, scene.host)
  const loggedIn = async (credential: Credential): Promise<User> => {
    const env = await scene.newUser()
    await succeed(...login(env, credential), { env })
    return env
  }
  const build = async (env: User, image: string) => {
    const { directory } = await makeContext(scene.directory)
    return (await succeed(...buildah(env, 'bud', '-q', '--isolation', 'chroot', '-t', image, directory), { env })).trim()
  }

  test('build, push, pull by tag and by digest', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    const id = await build(env, ours(repository))
    const digestFile = join(env.HOME, 'digest')
    await succeed(...buildah(env, 'push', ...trust(), '--digestfile', digestFile, ours(repository)), { env })
    const stored = await scene.stored(repository, 'v1')
    assert.ok(stored)
    assert.equal((await succeed('cat', [digestFile])).trim(), stored.digest)
    assert.equal(stored.json.config?.digest, `sha256:${id}`)
    await succeed(...buildah(env, 'rmi', id), { env })
    for (const reference of [':v1', `@${stored.digest}`]) {
      const pulled = await succeed(...buildah(env, 'pull', '-q', ...trust(), ours(repository, reference)), { env })
      assert.equal(pulled.trim(), id)
    }
  })

  test('push in both formats', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    await build(env, ours(repository))
    const formats = { oci: mediaTypes.manifest, v2s2: mediaTypes.dockerManifest }
    for (const [format, mediaType] of Object.entries(formats)) {
      await succeed(
        ...buildah(env, 'push', ...trust(), '--format', format, ours(repository), `docker://${ours(repository, `:${format}`)}`),
        { env },
      )
      assert.equal((await scene.stored(repository, format))?.mediaType, mediaType)
    }
  })

  test('a manifest list of two builds goes up with its images', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    await succeed(...buildah(env, 'manifest', 'create', 'both'), { env })
    for (const architecture of ['amd64', 'arm64']) {
      const { directory } = await makeContext(scene.directory)
      const place = ['--platform', `linux/${architecture}`, '--manifest', 'both']
      await succeed(...buildah(env, 'bud', '-q', '--isolation', 'chroot', ...place, directory), { env })
    }
    await succeed(...buildah(env, 'manifest', 'push', '--all', ...trust(), 'both', `docker://${ours(repository)}`), { env })
    const stored = await scene.stored(repository, 'v1')
    assert.equal(stored?.mediaType, mediaTypes.index)
    assert.deepEqual(stored.json.manifests?.map((each) => each.platform?.architecture).sort(), ['amd64', 'arm64'])
    for (const { digest } of stored.json.manifests ?? []) assert.ok(await scene.stored(repository, digest))
  })

  test('pull here, push to another registry, and back', async () => {
    const env = await loggedIn(scene.admin)
    const [repository, back] = [scene.newRepository(), scene.newRepository()]
    const id = await build(env, ours(repository))
    await succeed(...buildah(env, 'push', ...trust(), ours(repository)), { env })
    const theirs = `${scene.peer.host}/${repository}:v1`
    await succeed(...buildah(env, 'rmi', id), { env })
    await succeed(...buildah(env, 'pull', '-q', ...trust(), ours(repository)), { env })
    await succeed(...buildah(env, 'push', '--tls-verify=false', ours(repository), `docker://${theirs}`), { env })
    assert.equal((await manifest(scene.peer, repository, 'v1'))?.json.config?.digest, `sha256:${id}`)
    await succeed(...buildah(env, 'rmi', '--force', id), { env })
    await succeed(...buildah(env, 'pull', '-q', '--tls-verify=false', theirs), { env })
    await succeed(...buildah(env, 'push', ...trust(), theirs, `docker://${ours(back)}`), { env })
    assert.equal((await scene.stored(back, 'v1'))?.json.config?.digest, `sha256:${id}`)
  })

  test('a wrong password is refused', async () => {
    const env = await scene.newUser()
    await refused(...login(env, scene.wrong), { env })
    const repository = scene.newRepository()
    await build(env, ours(repository))
    const creds = `--creds=${scene.wrong.user}:${scene.wrong.password}`
    await refused(...buildah(env, 'push', ...trust(), creds, ours(repository)), { env })
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential pulls and may not push', async () => {
    const admin = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    await build(admin, ours(repository))
    await succeed(...buildah(admin, 'push', ...trust(), ours(repository)), { env: admin })
    const env = await loggedIn(await scene.readOnly(repository))
    await succeed(...buildah(env, 'pull', '-q', ...trust(), ours(repository)), { env })
    await refused(...buildah(env, 'push', ...trust(), ours(repository), `docker://${ours(repository, ':v2')}`), { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
  })
})
