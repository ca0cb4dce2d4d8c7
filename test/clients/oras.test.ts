import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { refused, run, succeed } from './command.ts'
import { onBothListeners } from './scene.ts'
import type { Credential } from './server.ts'
import { goTool } from './tool.ts'
import { type Descriptor, manifest, sha256 } from './wire.ts'

// The oras command is not to be had from a package registry; its library is, and test/clients/go/oras-probe drives it.
onBothListeners('oras', (scene) => {
  const probe = ({ user, password }: Credential, ...args: string[]) => {
    const trust = scene.listener === 'https' ? ['-ca-file', scene.caFile] : ['-plain-http']
    return [goTool('oras-probe'), ['-registry', scene.host, ...trust, '-user', user, '-password', password, ...args]] as const
  }
  const asAdmin = (...args: string[]) => succeed(...probe(scene.admin, ...args)).then((text) => text.trim())
  const makeFile = async () => {
    const text = randomUUID()
    const file = join(scene.directory, text)
    await writeFile(file, text)
    return { file, text }
  }

  test('push an artifact, fetch it by tag and by digest, read its layer', async () => {
    const { file, text } = await makeFile()
    const repository = scene.newRepository()
    await asAdmin('ping')
    const digest = await asAdmin('push', `${repository}:v1`, file)
    const stored = await scene.stored(repository, 'v1')
    assert.equal(stored?.digest, digest)
    assert.equal(stored.json.artifactType, 'application/vnd.longshore.probe')
    for (const reference of [':v1', `@${digest}`]) assert.equal(sha256(await asAdmin('fetch', repository + reference)), digest)
    assert.equal(await asAdmin('pull', `${repository}:v1`), text)
    assert.equal(await asAdmin('tags', repository), 'v1')
  })

  test('attach, discover with and without a filter, copy with referrers to another registry and back', async () => {
    const { file } = await makeFile()
    const [repository, back] = [scene.newRepository(), scene.newRepository()]
    const subject = await asAdmin('push', `${repository}:v1`, file)
    const sbom = await asAdmin('-artifact-type', 'application/vnd.longshore.sbom', 'attach', `${repository}:v1`, file)
    const scan = await asAdmin('-artifact-type', 'application/vnd.longshore.scan', 'attach', `${repository}:v1`, file)
    const discover = async (name: string, type: string): Promise<Descriptor[]> =>
      JSON.parse(await asAdmin('-artifact-type', type, 'discover', name))
    const digests = (found: Descriptor[]) => found.map((each) => each.digest).sort()
    assert.deepEqual(digests(await discover(`${repository}:v1`, '')), [sbom, scan].sort())
    assert.deepEqual(digests(await discover(`${repository}:v1`, 'application/vnd.longshore.sbom')), [sbom])
    assert.equal(await scene.stored(repository, subject.replace(':', '-')), undefined, 'no fallback tag was needed')

    assert.equal(await asAdmin('-to-registry', scene.peer.host, 'copy', `${repository}:v1`, `${repository}:v1`), subject)
    assert.equal((await manifest(scene.peer, repository, sbom))?.json.subject?.digest, subject)
    assert.equal(await asAdmin('copy', `${repository}:v1`, `${back}:v1`), subject)
    assert.deepEqual(digests(await discover(`${back}:v1`, '')), [sbom, scan].sort())
  })

  test('delete', async () => {
    const { file } = await makeFile()
    const repository = scene.newRepository()
    const digest = await asAdmin('push', `${repository}:v1`, file)
    await asAdmin('delete', `${repository}@${digest}`)
    assert.equal(await scene.stored(repository, digest), undefined)
    const { code, stderr } = await run(...probe(scene.admin, 'fetch', `${repository}:v1`))
    assert.notEqual(code, 0)
    assert.match(stderr, /not found/)
  })

  test('a wrong password is refused', async () => {
    const { file } = await makeFile()
    const repository = scene.newRepository()
    await refused(...probe(scene.wrong, 'ping'))
    await refused(...probe(scene.wrong, 'push', `${repository}:v1`, file))
    assert.equal(await scene.stored(repository, 'v1'), undefined)
  })

  test('a read-only credential fetches and may not push, attach or delete', async () => {
    const { file } = await makeFile()
    const repository = scene.newRepository()
    const digest = await asAdmin('push', `${repository}:v1`, file)
    const reader = await scene.readOnly(repository)
    await succeed(...probe(reader, 'fetch', `${repository}:v1`))
    await refused(...probe(reader, 'push', `${repository}:v2`, (await makeFile()).file))
    await refused(...probe(reader, 'attach', `${repository}:v1`, (await makeFile()).file))
    await refused(...probe(reader, 'delete', `${repository}@${digest}`))
    assert.equal(await scene.stored(repository, 'v2'), undefined)
    assert.equal((await scene.stored(repository, 'v1'))?.digest, digest)
  })
})
