import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, run, succeed } from './command.ts'
import { makeForeignLayer, makeLayout } from './images.ts'
import { onBothListeners, type User } from './scene.ts'
import type { Credential } from './server.ts'
import { goTool } from './tool.ts'
import { manifest, mediaTypes } from './wire.ts'

onBothListeners('crane', (scene) => {
  const crane = (...args: string[]) => [goTool('crane'), scene.listener === 'http' ? ['--insecure', ...args] : args] as const
  const ours = (repository: string, reference = ':v1') => `${scene.host}/${repository}${reference}`
  const loggedIn = async ({ user, password }: Credential): Promise<User> => {
    const env = await scene.newUser()
    await succeed(...crane('auth', 'login', scene.host, '-u', user, '--password-stdin'), { env, input: password })
    return env
  }

  test('push, digest, pull by tag and by digest, validate', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    const pushed = await succeed(...crane('push', layout.directory, ours(repository)), { env })
    assert.equal(pushed.trim(), ours(repository, `@${layout.digest}`))
    assert.equal((await succeed(...crane('digest', ours(repository)), { env })).trim(), layout.digest)
    await succeed(...crane('validate', '--remote', ours(repository)), { env })
    for (const reference of [':v1', `@${layout.digest}`]) {
      const target = join(env.HOME, reference.slice(1, 3))
      await succeed(...crane('pull', '--format=oci', ours(repository, reference), target), { env })
      const index = JSON.parse(await readFile(join(target, 'index.json'), 'utf8'))
      assert.equal(index.manifests[0].digest, layout.digest)
    }
  })

  test('an index, a platform of it, and one more manifest in it', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory, { platforms: ['amd64', 'arm64'] })
    const extra = await makeLayout(scene.directory, { platforms: ['riscv64'] })
    const repository = scene.newRepository()
    await succeed(...crane('push', layout.directory, ours(repository)), { env })
    const stored = await scene.stored(repository, 'v1')
    assert.equal(stored?.digest, layout.digest)
    assert.equal(stored.mediaType, mediaTypes.index)
    const arm = await succeed(...crane('digest', '--platform=linux/arm64', ours(repository)), { env })
    assert.equal(arm.trim(), layout.manifests[1]?.digest)
    await succeed(...crane('push', extra.directory, ours(repository, ':extra')), { env })
    await succeed(...crane('index', 'append', ours(repository), '-m', ours(repository, ':extra'), '-t', ours(repository, ':v2')), { env })
    assert.equal((await scene.stored(repository, 'v2'))?.json.manifests?.length, 3)
  })

  test('change an image in the registry, tag it, read a file of it', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed(...crane('push', layout.directory, ours(repository)), { env })
    await succeed(...crane('mutate', ours(repository), '--label', 'by=crane', '-t', ours(repository, ':v2')), { env })
    const config = JSON.parse(await succeed(...crane('config', ours(repository, ':v2')), { env }))
    assert.equal(config.config.Labels.by, 'crane')
    await succeed(...crane('tag', ours(repository, ':v2'), 'latest'), { env })
    assert.equal((await scene.stored(repository, 'latest'))?.digest, (await scene.stored(repository, 'v2'))?.digest)
    const tar = join(env.HOME, 'root.tar')
    await succeed(...crane('export', ours(repository), tar), { env })
    assert.match(await succeed('tar', ['-tf', tar]), /bin\/busybox/)
  })

  test('a layer is mounted from another repository', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory)
    const [repository, copy] = [scene.newRepository(), scene.newRepository()]
    await succeed(...crane('push', layout.directory, ours(repository)), { env })
    const { code, stderr } = await run(...crane('-v', 'copy', ours(repository), ours(copy)), { env })
    assert.equal(code, 0, stderr)
    assert.match(stderr, new RegExp(`mount=sha256(:|%3A)${layout.layers[0]?.digest.slice('sha256:'.length)}`))
    assert.match(stderr, /mounted blob/)
    assert.equal((await scene.stored(copy, 'v1'))?.digest, layout.digest)
  })

  test('one image pushed eight times at once', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory, { bulk: 1 << 20 })
    const repository = scene.newRepository()
    const tags = Array.from({ length: 8 }, (_, index) => `t${index}`)
    await Promise.all(tags.map((tag) => succeed(...crane('push', layout.directory, ours(repository, `:${tag}`)), { env })))
    for (const tag of tags) assert.equal((await scene.stored(repository, tag))?.digest, layout.digest)
    await succeed(...crane('validate', '--remote', ours(repository, ':t0')), { env })
  })

  test('tags, catalog, delete', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    for (const tag of ['b', 'a']) await succeed(...crane('push', layout.directory, ours(repository, `:${tag}`)), { env })
    assert.equal(await succeed(...crane('ls', `${scene.host}/${repository}`), { env }), 'a\nb\n')
    assert.ok((await succeed(...crane('catalog', scene.host), { env })).split('\n').includes(repository))
    await succeed(...crane('delete', ours(repository, `@${layout.digest}`)), { env })
    assert.equal(await scene.stored(repository, layout.digest), undefined)
    assert.equal(await scene.stored(repository, 'a'), undefined)
  })

  test('copy to another registry and back', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory, { platforms: ['amd64', 'arm64'] })
    const [repository, back] = [scene.newRepository(), scene.newRepository()]
    const theirs = `${scene.peer.host}/${repository}:v1`
    await succeed(...crane('push', layout.directory, ours(repository)), { env })
    await succeed(...crane('copy', ours(repository), theirs), { env })
    assert.equal((await manifest(scene.peer, repository, 'v1'))?.digest, layout.digest)
    await succeed(...crane('copy', theirs, ours(back)), { env })
    assert.equal((await scene.stored(back, 'v1'))?.digest, layout.digest)
  })

  test('a non-distributable layer is pushed only when asked', async () => {
    const env = await loggedIn(scene.admin)
    const foreign = await makeForeignLayer('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip')
    const layout = await makeLayout(scene.directory, { foreign })
    const repository = scene.newRepository()
    await succeed(...crane('push', layout.directory, ours(repository)), { env })
    assert.deepEqual((await scene.stored(repository, 'v1'))?.json.layers?.[2], foreign.descriptor)
    assert.equal(await scene.holdsBlob(repository, foreign.descriptor.digest), false)
    await succeed(...crane('--allow-nondistributable-artifacts', 'push', layout.directory, ours(repository, ':v2')), { env })
    assert.equal(await scene.holdsBlob(repository, foreign.descriptor.digest), true)
  })

  test('a wrong password is refused', async () => {
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    const env = await loggedIn(scene.wrong) // crane stores a login without asking the registry
    await refused(...crane('push', layout.directory, ours(repository)), { env })
    await refused(...crane('ls', `${scene.host}/${repository}`), { env })
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential pulls and may not push or delete', async () => {
    const layout = await makeLayout(scene.directory)
    const other = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed(...crane('push', layout.directory, ours(repository)), { env: await loggedIn(scene.admin) })
    const env = await loggedIn(await scene.readOnly(repository))
    assert.equal((await succeed(...crane('digest', ours(repository)), { env })).trim(), layout.digest)
    await refused(...crane('push', other.directory, ours(repository, ':v2')), { env })
    await refused(...crane('delete', ours(repository, `@${layout.digest}`)), { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
    assert.equal((await scene.stored(repository, 'v1'))?.digest, layout.digest)
  })

  if (scene.listener === 'https') {
    test('without the CA the certificate is not trusted', async () => {
      const env = { ...(await loggedIn(scene.admin)), SSL_CERT_FILE: undefined }
      const { code, stderr } = await run(...crane('ls', ours('any/thing', '')), { env })
      assert.notEqual(code, 0)
      assert.match(stderr, /certificate signed by unknown authority/)
    })
  }
})
