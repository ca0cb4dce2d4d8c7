import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, run, succeed } from './command.ts'
import { makeForeignLayer, makeLayout } from './images.ts'
import { onBothListeners } from './scene.ts'
import type { Credential } from './server.ts'
import { manifest, mediaTypes } from './wire.ts'

onBothListeners('skopeo', (scene) => {
  const trust = (prefix = '') =>
    scene.listener === 'https' ? [`--${prefix}cert-dir=${scene.certificates}`] : [`--${prefix}tls-verify=false`]
  const as = ({ user, password }: Credential, prefix = '') => [`--${prefix}creds=${user}:${password}`]
  const ours = (repository: string, reference = ':v1') => `docker://${scene.host}/${repository}${reference}`
  const copy = (...args: string[]) => ['--insecure-policy', 'copy', ...args]
  const to = () => [...trust('dest-'), ...as(scene.admin, 'dest-')]
  const from = () => [...trust('src-'), ...as(scene.admin, 'src-')]

  test('login, then push and inspect with what it kept', async () => {
    const env = await scene.newUser()
    const { user, password } = scene.admin
    await succeed('skopeo', ['login', ...trust(), '-u', user, '--password-stdin', scene.host], { env, input: password })
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed('skopeo', copy(...trust('dest-'), `oci:${layout.directory}:v1`, ours(repository)), { env })
    const seen = JSON.parse(await succeed('skopeo', ['inspect', ...trust(), ours(repository)], { env }))
    assert.equal(seen.Digest, layout.digest)
    assert.deepEqual(
      seen.Layers,
      layout.layers.map((layer) => layer.digest),
    )
    await succeed('skopeo', ['logout', scene.host], { env })
    await refused('skopeo', ['inspect', ...trust(), ours(repository)], { env })
  })

  test('an index goes up and comes down unchanged, by tag and by digest', async () => {
    const env = await scene.newUser()
    const layout = await makeLayout(scene.directory, { platforms: ['amd64', 'arm64'] })
    const repository = scene.newRepository()
    await succeed('skopeo', copy('--all', ...to(), `oci:${layout.directory}:v1`, ours(repository)), { env })
    const stored = await scene.stored(repository, 'v1')
    assert.equal(stored?.digest, layout.digest)
    assert.equal(stored.mediaType, mediaTypes.index)
    for (const [name, reference] of [
      ['tag', ':v1'],
      ['digest', `@${layout.digest}`],
    ]) {
      const target = `dir:${join(scene.directory, `pulled-by-${name}`)}`
      await succeed('skopeo', copy('--all', ...from(), ours(repository, reference), target), { env })
      const raw = await succeed('skopeo', ['inspect', '--raw', target], { env })
      assert.equal(raw, stored.body.toString())
    }
  })

  test('a layer of 64 MiB comes back as it went', async () => {
    const env = await scene.newUser()
    const layout = await makeLayout(scene.directory, { bulk: 64 << 20 })
    const repository = scene.newRepository()
    await succeed('skopeo', copy(...to(), `oci:${layout.directory}:v1`, ours(repository)), { env })
    const back = join(env.HOME, 'back')
    await succeed('skopeo', copy(...from(), ours(repository), `oci:${back}:v1`), { env })
    const blob = join('blobs/sha256', layout.layers[1]?.digest.slice('sha256:'.length) ?? '')
    await succeed('cmp', [join(layout.directory, blob), join(back, blob)])
  })

  test('push as Docker schema 2', async () => {
    const env = await scene.newUser()
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed('skopeo', copy('--format=v2s2', ...to(), `oci:${layout.directory}:v1`, ours(repository)), { env })
    assert.equal((await scene.stored(repository, 'v1'))?.mediaType, mediaTypes.dockerManifest)
  })

  test('list tags, then delete', async () => {
    const env = await scene.newUser()
    const repository = scene.newRepository()
    for (const tag of ['a', 'b', 'c']) {
      const layout = await makeLayout(scene.directory)
      await succeed('skopeo', copy(...to(), `oci:${layout.directory}:v1`, ours(repository, `:${tag}`)), { env })
    }
    const list = async () =>
      JSON.parse(await succeed('skopeo', ['list-tags', ...trust(), ...as(scene.admin), `docker://${scene.host}/${repository}`], { env }))
        .Tags
    assert.deepEqual(await list(), ['a', 'b', 'c'])
    await succeed('skopeo', ['delete', ...trust(), ...as(scene.admin), ours(repository, ':b')], { env })
    assert.deepEqual(await list(), ['a', 'c'])
    assert.equal(await scene.stored(repository, 'b'), undefined)
  })

  test('copy to another registry and back', async () => {
    const env = await scene.newUser()
    const layout = await makeLayout(scene.directory, { platforms: ['amd64', 'arm64'] })
    const [repository, back] = [scene.newRepository(), scene.newRepository()]
    const theirs = `docker://${scene.peer.host}/${repository}:v1`
    await succeed('skopeo', copy('--all', ...to(), `oci:${layout.directory}:v1`, ours(repository)), { env })
    await succeed('skopeo', copy('--all', ...from(), '--dest-tls-verify=false', ours(repository), theirs), { env })
    assert.equal((await manifest(scene.peer, repository, 'v1'))?.digest, layout.digest)
    await succeed('skopeo', copy('--all', '--src-tls-verify=false', ...to(), theirs, ours(back)), { env })
    assert.equal((await scene.stored(back, 'v1'))?.digest, layout.digest)
  })

  test('a wrong password is refused', async () => {
    const env = await scene.newUser()
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    const { user, password } = scene.wrong
    await refused('skopeo', ['login', ...trust(), '-u', user, '--password-stdin', scene.host], { env, input: password })
    await refused('skopeo', copy(...trust('dest-'), ...as(scene.wrong, 'dest-'), `oci:${layout.directory}:v1`, ours(repository)), { env })
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential pulls and may not push', async () => {
    const env = await scene.newUser()
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed('skopeo', copy(...to(), `oci:${layout.directory}:v1`, ours(repository)), { env })
    const reader = await scene.readOnly(repository)
    await succeed('skopeo', ['inspect', ...trust(), ...as(reader), ours(repository)], { env })
    const push = copy(...trust('dest-'), ...as(reader, 'dest-'), `oci:${layout.directory}:v1`, ours(repository, ':v2'))
    await refused('skopeo', push, { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
  })

  test('a non-distributable layer stays where it is', async () => {
    const env = await scene.newUser()
    const foreign = await makeForeignLayer('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip')
    const layout = await makeLayout(scene.directory, { foreign })
    const repository = scene.newRepository()
    await succeed('skopeo', copy(...to(), `oci:${layout.directory}:v1`, ours(repository)), { env })
    assert.equal((await scene.stored(repository, 'v1'))?.digest, layout.digest)
    assert.equal(await scene.holdsBlob(repository, foreign.descriptor.digest), false)
  })

  if (scene.listener === 'https') {
    test('without the CA the certificate is not trusted', async () => {
      const env = { ...(await scene.newUser()), SSL_CERT_FILE: undefined }
      const { code, stderr } = await run('skopeo', ['inspect', ...as(scene.admin), ours('any/thing')], { env })
      assert.notEqual(code, 0)
      assert.match(stderr, /certificate signed by unknown authority/)
    })
  }
})
