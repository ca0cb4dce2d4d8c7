// az acr repository and az acr manifest, over the registry's own metadata API.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import type { Layout } from '../images.ts'
import { exposedCredential, pushNew } from './pushed.ts'
import { attachTo } from './referrer.ts'
import { onStage } from './stage.ts'

interface Attributes {
  deleteEnabled: boolean
  writeEnabled: boolean
  readEnabled: boolean
  listEnabled: boolean
}
interface Repository {
  registry: string
  imageName: string
  createdTime: string
  lastUpdateTime: string
  manifestCount: number
  tagCount: number
  changeableAttributes: Attributes
}
interface TagRow {
  name: string
  digest: string
  createdTime: string
  changeableAttributes: Attributes
}
interface ManifestRow {
  digest: string
  mediaType: string
  imageSize: number
  architecture: string
  os: string
  tags?: string[]
  changeableAttributes: Attributes
}

const open: Attributes = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true }
const registry = ['--registry', 'local']
const name = ['--name', 'local']

onStage('repository and manifest', (stage) => {
  const az: typeof stage.owner.az = (...args) => stage.owner.az(...args)
  const fails: typeof stage.owner.fails = (...args) => stage.owner.fails(...args)
  const push = (...targets: string[]) =>
    pushNew(
      stage,
      stage.owner,
      targets.map((each) => `${stage.host}/${each}`),
    )
  let first: Layout
  let second: Layout
  before(async () => {
    assert.deepEqual(await az('acr', 'repository', 'list', ...name), [], 'an empty registry has no repository')
    first = await push('team/app:v1', 'team/app:same')
    second = await push('team/app:v2')
    await push('team/web:v1')
  })

  test('repository list, in the order of the alphabet, and a few of them', async () => {
    assert.deepEqual(await az('acr', 'repository', 'list', ...name), ['team/app', 'team/web'])
    assert.deepEqual(await az('acr', 'repository', 'list', ...name, '--top', '1'), ['team/app'])
  })

  test('repository show: of a repository, of a tag, of a digest', async () => {
    const repository = await az<Repository>('acr', 'repository', 'show', ...name, '--repository', 'team/app')
    assert.deepEqual(
      {
        registry: repository.registry,
        imageName: repository.imageName,
        manifests: repository.manifestCount,
        tags: repository.tagCount,
      },
      { registry: stage.host, imageName: 'team/app', manifests: 2, tags: 3 },
    )
    for (const attribute of Object.keys(open)) assert.equal(repository.changeableAttributes[attribute as keyof Attributes], true)
    assert.ok(Date.parse(repository.lastUpdateTime) >= Date.parse(repository.createdTime))
    const tag = await az<TagRow>('acr', 'repository', 'show', ...name, '--image', 'team/app:v1')
    assert.equal(tag.name, 'v1')
    assert.equal(tag.digest, first.digest)
    const manifest = await az<ManifestRow>('acr', 'repository', 'show', ...name, '--image', `team/app@${first.digest}`)
    assert.equal(manifest.digest, first.digest)
    assert.deepEqual(manifest.tags?.sort(), ['same', 'v1'])
    await fails(/repository name not known to registry/, 'acr', 'repository', 'show', ...name, '--repository', 'team/absent')
    await fails(/the specified tag does not exist/, 'acr', 'repository', 'show', ...name, '--image', 'team/app:absent')
  })

  test('show-tags: names, details, by time, a few', async () => {
    const tags = (...more: string[]) => az('acr', 'repository', 'show-tags', ...name, '--repository', 'team/app', ...more)
    assert.deepEqual(await tags(), ['same', 'v1', 'v2'])
    assert.deepEqual(await tags('--orderby', 'time_desc'), ['v2', 'same', 'v1'])
    assert.deepEqual(await tags('--orderby', 'time_asc', '--top', '2'), ['v1', 'same'])
    const detailed = (await tags('--detail')) as TagRow[]
    assert.deepEqual(
      detailed.map((each) => [each.name, each.digest]),
      [
        ['same', first.digest],
        ['v1', first.digest],
        ['v2', second.digest],
      ],
    )
  })

  test('show-manifests and manifest list-metadata tell sizes, platforms and tags', async () => {
    for (const words of [
      ['acr', 'repository', 'show-manifests', ...name, '--repository', 'team/app', '--detail'],
      ['acr', 'manifest', 'list-metadata', ...registry, '--name', 'team/app'],
    ]) {
      const rows = await az<ManifestRow[]>(...words)
      assert.deepEqual(rows.map(({ digest }) => digest).sort(), [first.digest, second.digest].sort())
      const row = rows.find(({ digest }) => digest === first.digest)
      assert.deepEqual(row?.tags?.sort(), ['same', 'v1'])
      assert.deepEqual([row.architecture, row.os], ['amd64', 'linux'])
      assert.equal(row.mediaType, 'application/vnd.oci.image.manifest.v1+json')
      const layers = first.layers.reduce((sum, { size }) => sum + size, 0)
      assert.ok(row.imageSize >= layers, `${row.imageSize} of ${layers}`)
    }
    const newest = await az<ManifestRow[]>(
      'acr',
      'manifest',
      'list-metadata',
      ...registry,
      '-n',
      'team/app',
      '--orderby',
      'time_desc',
      '--top',
      '1',
    )
    assert.deepEqual(
      newest.map(({ digest }) => digest),
      [second.digest],
    )
  })

  test('manifest show: by tag, by digest, by the full name; --raw is the bytes', async () => {
    interface Manifest {
      schemaVersion: number
      layers: { digest: string }[]
    }
    const byTag = await az<Manifest>('acr', 'manifest', 'show', ...registry, '--name', 'team/app:v1')
    assert.deepEqual(
      byTag.layers.map(({ digest }) => digest),
      first.layers.map(({ digest }) => digest),
    )
    assert.deepEqual(await az('acr', 'manifest', 'show', ...registry, '--name', `team/app@${first.digest}`), byTag)
    assert.deepEqual(await az('acr', 'manifest', 'show', `local.${stage.domain}/team/app:v1`), byTag)
    const raw = await stage.owner.run('acr', 'manifest', 'show', ...registry, '--name', 'team/app:v1', '--raw')
    const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
    assert.ok(
      [raw.stdout, raw.stdout.replace(/\n$/, '')].some((text) => digest(text) === first.digest),
      raw.stdout,
    )
  })

  test('manifest list and show-metadata', async () => {
    const manifests = await az<{ schemaVersion: number }[]>('acr', 'manifest', 'list', ...registry, '--name', 'team/app')
    assert.equal(manifests.length, 2)
    for (const { schemaVersion } of manifests) assert.equal(schemaVersion, 2)
    const tag = await az<TagRow>('acr', 'manifest', 'show-metadata', ...registry, '--name', 'team/app:v2')
    assert.deepEqual([tag.name, tag.digest], ['v2', second.digest])
    const manifest = await az<ManifestRow>('acr', 'manifest', 'show-metadata', `local.${stage.domain}/team/app@${second.digest}`)
    assert.equal(manifest.digest, second.digest)
  })

  test('every command of manifest takes the full name, and refuses that of another cloud', async () => {
    const full = `local.${stage.domain}`
    const image = `${full}/named/app`
    const { digest } = await pushNew(stage, stage.owner, [`${image}:v1`, `${image}:v2`])
    const verb = (words: string, ...more: string[]) => ['acr', 'manifest', ...words.split(' '), ...more]
    const [manifests, rows, referrers, row, locked] = await Promise.all([
      az<{ layers: unknown[] }[]>(...verb('list', image)),
      az<ManifestRow[]>(...verb('list-metadata', image)),
      az<{ manifests: unknown[] }>(...verb('list-referrers', `${image}:v1`)),
      az<ManifestRow>(...verb('show-metadata', `${image}@${digest}`)),
      az<TagRow>(...verb('update-metadata', `${image}:v1`, '--delete-enabled', 'false')),
    ])
    assert.equal(manifests[0]?.layers.length, 2)
    assert.deepEqual(
      rows.map((each) => [each.digest, each.tags]),
      [[digest, ['v1', 'v2']]],
    )
    assert.deepEqual(referrers.manifests, [])
    assert.deepEqual([row.digest, row.changeableAttributes], [digest, { ...row.changeableAttributes, ...open }])
    assert.deepEqual([locked.name, locked.changeableAttributes.deleteEnabled], ['v1', false])
    await fails(/operation is disallowed/, 'acr', 'repository', 'untag', '-n', full, '--image', 'named/app:v1')
    await az(...verb('update-metadata', `${image}:v1`, '--delete-enabled', 'true'))
    await fails(/suffix/, ...verb('show', 'local.azurecr.io/named/app:v1'))
    await az(...verb('delete', `${image}:v2`, '--yes'))
    assert.deepEqual(await az('acr', 'repository', 'list', ...name), ['team/app', 'team/web'], 'with its last manifest a repository goes')
  })

  test('what is locked is not written, not deleted, and not read, until it is opened again', async () => {
    const locked = await az<TagRow>('acr', 'repository', 'update', ...name, '--image', 'team/app:v1', '--write-enabled', 'false')
    assert.equal(locked.changeableAttributes.writeEnabled, false)
    await assert.rejects(push('team/app:v1'), /operation is disallowed/)
    await az('acr', 'repository', 'update', ...name, '--image', 'team/app:v1', '--write-enabled', 'true', '--delete-enabled', 'false')
    await fails(/operation is disallowed/, 'acr', 'repository', 'untag', ...name, '--image', 'team/app:v1')
    await az('acr', 'repository', 'update', ...name, '--image', 'team/app:v1', '--delete-enabled', 'true')
    const metadata = ['acr', 'manifest', 'update-metadata', ...registry, '--name']
    const manifest = await az<ManifestRow>(...metadata, `team/app@${second.digest}`, '--read-enabled', 'false')
    assert.equal(manifest.changeableAttributes.readEnabled, false)
    await fails(/operation is disallowed/, 'acr', 'manifest', 'show', ...registry, '--name', `team/app@${second.digest}`)
    await az(...metadata, `team/app@${second.digest}`, '--read-enabled', 'true')
    await az('acr', 'manifest', 'show', ...registry, '--name', `team/app@${second.digest}`)
    const repository = ['acr', 'repository', 'update', ...name, '--repository', 'team/web']
    assert.equal((await az<Repository>(...repository, '--delete-enabled', 'false')).changeableAttributes.deleteEnabled, false)
    await fails(/operation is disallowed/, 'acr', 'repository', 'delete', ...name, '--repository', 'team/web', '--yes')
    await az(...repository, '--delete-enabled', 'true')
  })

  test('list-referrers tells what is attached to an image', async () => {
    const credential = await exposedCredential(stage.owner)
    const { digest } = await attachTo(stage, 'team/web', 'v1', 'application/vnd.example.signature', credential)
    const referrers = await az<{ manifests?: { digest: string; artifactType: string }[] }>(
      'acr',
      'manifest',
      'list-referrers',
      ...registry,
      '--name',
      'team/web:v1',
    )
    const found =
      'manifests' in referrers ? (referrers.manifests ?? []) : (referrers as unknown as { digest: string; artifactType: string }[])
    assert.deepEqual(
      found.map((each) => [each.digest, each.artifactType]),
      [[digest, 'application/vnd.example.signature']],
    )
    const none = await az<{ manifests?: unknown[] }>(
      'acr',
      'manifest',
      'list-referrers',
      ...registry,
      '--name',
      'team/web:v1',
      '--artifact-type',
      'application/vnd.example.other',
    )
    assert.deepEqual(Array.isArray(none) ? none : none.manifests, [])
  })

  test('untag leaves the manifest; manifest delete takes it with its tags', async () => {
    await az('acr', 'repository', 'untag', ...name, '--image', 'team/app:same')
    assert.deepEqual(await az('acr', 'repository', 'show-tags', ...name, '--repository', 'team/app'), ['v1', 'v2'])
    await az('acr', 'repository', 'untag', ...name, '--image', 'team/app:v1')
    const untagged = await az<ManifestRow>('acr', 'repository', 'show', ...name, '--image', `team/app@${first.digest}`)
    assert.equal(untagged.digest, first.digest)
    assert.equal(untagged.tags?.length ?? 0, 0)
    await az('acr', 'manifest', 'delete', ...registry, '--name', `team/app@${first.digest}`, '--yes')
    await fails(/not found|MANIFEST_UNKNOWN/i, 'acr', 'manifest', 'show', ...registry, '--name', `team/app@${first.digest}`)
    const rows = await az<ManifestRow[]>('acr', 'manifest', 'list-metadata', ...registry, '--name', 'team/app')
    assert.deepEqual(
      rows.map(({ digest }) => digest),
      [second.digest],
    )
  })

  test('repository delete: of an image by its tag, then of all', async () => {
    await push('gone/soon:v1', 'gone/soon:other')
    await push('gone/soon:v2')
    await az('acr', 'repository', 'delete', ...name, '--image', 'gone/soon:v1', '--yes')
    assert.deepEqual(
      await az('acr', 'repository', 'show-tags', ...name, '--repository', 'gone/soon'),
      ['v2'],
      'the manifest goes with both tags',
    )
    const gone = await az<{ manifestsDeleted: string[]; tagsDeleted: string[] }>(
      'acr',
      'repository',
      'delete',
      ...name,
      '--repository',
      'gone/soon',
      '--yes',
    )
    assert.equal(gone.manifestsDeleted.length, 1)
    assert.deepEqual(gone.tagsDeleted, ['v2'])
    assert.deepEqual(await az('acr', 'repository', 'list', ...name), ['team/app', 'team/web'])
    await fails(/repository name not known to registry/, 'acr', 'repository', 'show-tags', ...name, '--repository', 'gone/soon')
  })
})
