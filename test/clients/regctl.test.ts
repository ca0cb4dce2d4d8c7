import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, succeed } from './command.ts'
import { makeLayout } from './images.ts'
import { onBothListeners, type User } from './scene.ts'
import type { Credential } from './server.ts'
import { goTool } from './tool.ts'
import { manifest, mediaTypes } from './wire.ts'

onBothListeners('regctl', (scene) => {
  const regctl = (...args: string[]) => [goTool('regctl'), args] as const
  const ours = (repository: string, reference = ':v1') => `${scene.host}/${repository}${reference}`
  const login = ({ user }: Credential) => regctl('registry', 'login', scene.host, '-u', user, '--pass-stdin')
  const knowing = async (): Promise<User> => {
    const env = await scene.newUser()
    const tls = scene.listener === 'https' ? ['--cacert', await readFile(scene.caFile, 'utf8')] : ['--tls', 'disabled']
    await succeed(...regctl('registry', 'set', '--skip-check', scene.host, ...tls), { env })
    await succeed(...regctl('registry', 'set', '--skip-check', scene.peer.host, '--tls', 'disabled'), { env })
    return env
  }
  const loggedIn = async (credential: Credential) => {
    const env = await knowing()
    await succeed(...login(credential), { env, input: credential.password })
    return env
  }

  test('push an index, then pull it by tag and by digest', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory, { platforms: ['amd64', 'arm64'] })
    const repository = scene.newRepository()
    await succeed(...regctl('image', 'copy', `ocidir://${layout.directory}:v1`, ours(repository)), { env })
    assert.equal((await scene.stored(repository, 'v1'))?.digest, layout.digest)
    assert.equal((await succeed(...regctl('image', 'digest', ours(repository)), { env })).trim(), layout.digest)
    for (const reference of [':v1', `@${layout.digest}`]) {
      const target = `ocidir://${env.HOME}/${reference.slice(1, 3)}:back`
      await succeed(...regctl('image', 'copy', ours(repository, reference), target), { env })
      assert.equal((await succeed(...regctl('image', 'digest', target), { env })).trim(), layout.digest)
    }
    const arm = await succeed(...regctl('image', 'digest', '--platform', 'linux/arm64', ours(repository)), { env })
    assert.equal(arm.trim(), layout.manifests[1]?.digest)
  })

  test('make a Docker manifest list of what is there', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed(...regctl('image', 'copy', `ocidir://${layout.directory}:v1`, ours(repository)), { env })
    await succeed(...regctl('index', 'create', '-m', mediaTypes.dockerList, '--ref', ours(repository), ours(repository, ':list')), { env })
    const stored = await scene.stored(repository, 'list')
    assert.equal(stored?.mediaType, mediaTypes.dockerList)
    assert.equal(stored.json.manifests?.[0]?.digest, layout.digest)
  })

  test('a blob sent in chunks arrives whole', async () => {
    const env = await loggedIn(scene.admin)
    const repository = scene.newRepository()
    const chunked = ['--blob-max', '1', '--blob-chunk', '300000', '--skip-check', scene.host]
    await succeed(...regctl('registry', 'set', ...chunked), { env })
    const layout = await makeLayout(scene.directory)
    await succeed(...regctl('image', 'copy', `ocidir://${layout.directory}:v1`, ours(repository)), { env })
    for (const layer of layout.layers) assert.ok(await scene.holdsBlob(repository, layer.digest))
  })

  test('an artifact that refers to an image is found from it, and goes with it to another registry', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory)
    const [repository, back] = [scene.newRepository(), scene.newRepository()]
    await succeed(...regctl('image', 'copy', `ocidir://${layout.directory}:v1`, ours(repository)), { env })
    const note = ['--artifact-type', 'application/vnd.longshore.note', '--annotation', 'kind=note']
    await succeed(...regctl('artifact', 'put', ...note, '--subject', ours(repository)), { env, input: 'a note' })
    const other = ['--artifact-type', 'application/vnd.longshore.other', '--subject', ours(repository)]
    await succeed(...regctl('artifact', 'put', ...other), { env, input: 'another' })
    const list = async (reference: string, ...filter: string[]) =>
      JSON.parse(await succeed(...regctl('artifact', 'list', '--format', '{{json .}}', ...filter, reference), { env })).descriptors
    assert.equal((await list(ours(repository))).length, 2)
    const [found] = await list(ours(repository), '--filter-artifact-type', 'application/vnd.longshore.note')
    assert.equal(found.annotations.kind, 'note')
    assert.equal(await succeed(...regctl('artifact', 'get', ours(repository, `@${found.digest}`)), { env }), 'a note')
    assert.equal(await scene.stored(repository, layout.digest.replace(':', '-')), undefined, 'no fallback tag was needed')

    const theirs = `${scene.peer.host}/${repository}:v1`
    await succeed(...regctl('image', 'copy', '--referrers', ours(repository), theirs), { env })
    assert.equal((await manifest(scene.peer, repository, 'v1'))?.digest, layout.digest)
    await succeed(...regctl('image', 'copy', '--referrers', theirs, ours(back)), { env })
    assert.equal((await list(ours(back))).length, 2)
  })

  test('list tags and repositories, delete a tag, delete a manifest', async () => {
    const env = await loggedIn(scene.admin)
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    for (const tag of ['a', 'b'])
      await succeed(...regctl('image', 'copy', `ocidir://${layout.directory}:v1`, ours(repository, `:${tag}`)), { env })
    assert.equal(await succeed(...regctl('tag', 'ls', ours(repository, '')), { env }), 'a\nb\n')
    assert.ok((await succeed(...regctl('repo', 'ls', scene.host), { env })).split('\n').includes(repository))
    await succeed(...regctl('tag', 'delete', ours(repository, ':a')), { env })
    assert.equal(await scene.stored(repository, 'a'), undefined)
    assert.equal((await scene.stored(repository, 'b'))?.digest, layout.digest)
    await succeed(...regctl('manifest', 'delete', ours(repository, `@${layout.digest}`)), { env })
    assert.equal(await scene.stored(repository, 'b'), undefined)
  })

  test('a wrong password is refused', async () => {
    const env = await knowing()
    const { user, password } = scene.wrong
    const host = `reg=${scene.host},user=${user},pass=${password}`
    await refused(...regctl('tag', 'ls', '--host', host, ours(scene.newRepository(), '')), { env })
    const file = join(env.HOME, 'file')
    await writeFile(file, 'text')
    const repository = scene.newRepository()
    await refused(...regctl('artifact', 'put', '--host', host, '--artifact-type', 'a/b', '-f', file, ours(repository)), { env })
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential pulls and may not push', async () => {
    const layout = await makeLayout(scene.directory)
    const repository = scene.newRepository()
    await succeed(...regctl('image', 'copy', `ocidir://${layout.directory}:v1`, ours(repository)), { env: await loggedIn(scene.admin) })
    const env = await loggedIn(await scene.readOnly(repository))
    assert.equal((await succeed(...regctl('image', 'digest', ours(repository)), { env })).trim(), layout.digest)
    await refused(...regctl('artifact', 'put', '--artifact-type', 'a/b', ours(repository, ':v2')), { env, input: 'text' })
    await refused(...regctl('tag', 'delete', ours(repository)), { env })
    assert.equal(await scene.stored(repository, 'v2'), undefined)
    assert.ok(await scene.stored(repository, 'v1'))
  })
})
