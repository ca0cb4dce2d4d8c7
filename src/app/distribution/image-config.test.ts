import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseManifest } from '#core/manifest.ts'
import { parseRepositoryName } from '#core/reference.ts'
import { platformOf } from './image-config.ts'
import { KeptPlatforms } from './kept-platforms.ts'
import { digestOfSmall, SmallBlobWriter } from './small-blobs.ts'

type Deps = Parameters<typeof platformOf>[0]

const bytes = Buffer.from('{"architecture":"arm64","os":"linux"}')
const digest = digestOfSmall(bytes, 'sha256')
const imageType = 'application/vnd.oci.image.manifest.v1+json'
const manifest = parseManifest(
  Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: bytes.length },
      layers: [],
    }),
  ),
  imageType,
)

/** Repositories, and how often they were asked for the config. */
async function repositories(sparse: 'off' | 'index' | 'all' = 'index') {
  const writer = new SmallBlobWriter()
  await writer.append(bytes)
  const sealed = await writer.seal('sha256')
  const links = new Set<string>()
  let asked = 0
  const store = {
    blob: async (id: number, name: string) => {
      asked++
      return links.has(`${id} ${name}`) ? { ...sealed, storageKey: 'key' } : undefined
    },
  }
  const deps = { store, settings: { sparse }, platforms: new KeptPlatforms(2) } as unknown as Deps
  const put = async (name: string, id = 1) => {
    const before = asked
    const registry = { id } as Parameters<typeof platformOf>[1]
    const { architecture } = await platformOf(deps, registry, parseRepositoryName(name), manifest)
    return [architecture, asked - before]
  }
  return { links, put }
}

test('a config is read once for all tags of its image, and by each repository through its own link', async () => {
  const { links, put } = await repositories()
  links.add('1 team/app').add('2 team/app')
  assert.deepEqual(await put('team/app'), ['arm64', 1])
  assert.deepEqual(await put('team/app'), ['arm64', 0])
  assert.deepEqual(await put('team/other'), [null, 1])
  assert.deepEqual(await put('team/app', 2), ['arm64', 1])
})

test('a config that was not there is looked for again', async () => {
  const { links, put } = await repositories()
  assert.deepEqual(await put('team/app'), [null, 1])
  links.add('1 team/app')
  assert.deepEqual(await put('team/app'), ['arm64', 1])
})

test('where a manifest may name what is not there, the link is asked for each time', async () => {
  const { links, put } = await repositories('all')
  links.add('1 team/app')
  assert.deepEqual(await put('team/app'), ['arm64', 1])
  links.clear()
  assert.deepEqual(await put('team/app'), [null, 1])
})

test('only so many are kept: the one that was asked for longest ago is forgotten', async () => {
  const { links, put } = await repositories()
  for (const name of ['a', 'b', 'c']) links.add(`1 ${name}`)
  for (const name of ['a', 'b', 'a', 'c']) await put(name)
  assert.deepEqual(await put('a'), ['arm64', 0])
  assert.deepEqual(await put('b'), ['arm64', 1])
})
