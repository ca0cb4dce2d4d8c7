import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  describeBytes,
  digestOf,
  type Image,
  makeImage,
  mediaTypes,
  pushBlob,
  pushImage,
  putManifest,
  someBytes,
} from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { type Answer, errorCode, header, json, send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor()
})
after(() => door.stop())

type Body = Record<string, unknown>
const open = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true }
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/
/** A registry tells the name by which it was called. */
const host = () => `127.0.0.1:${door.address.port}`
const get = (path: string) => send(door, 'GET', `/acr/v1/${path}`)
const body = async (path: string): Promise<Body> => {
  const answer = await get(path)
  assert.equal(answer.status, 200, answer.body.toString())
  return json(answer)
}
const patch = (path: string, change: object | string) =>
  send(door, 'PATCH', `/acr/v1/${path}`, { body: typeof change === 'string' ? change : JSON.stringify(change) })
const remove = (path: string) => send(door, 'DELETE', `/acr/v1/${path}`)
const error = (answer: Answer) => json<{ errors: [{ code: string; message: string; detail: unknown }] }>(answer).errors[0]

/** All pages of a list, following Link as `az` does: with the list's own path and the link's parameters. */
async function walk(path: string, query: string, keyOf: (page: Body) => string[]): Promise<string[]> {
  const found: string[] = []
  for (let next: string | undefined = query; next !== undefined; ) {
    const answer = await get(`${path}?${next}`)
    assert.equal(answer.status, 200)
    found.push(...keyOf(json(answer)))
    next = /^<[^?]+\?([^>]+)>; rel="next"$/.exec(header(answer, 'link'))?.[1]
  }
  return found
}
const namesOf = (page: Body) => (page.tags as { name: string }[]).map((each) => each.name)
const digestsOf = (page: Body) => (page.manifests as { digest: string }[]).map((each) => each.digest)

test('the catalog of an empty registry is null; it comes page by page with ACR’s Link', async () => {
  const empty = await openDoor()
  assert.equal((await send(empty, 'GET', '/acr/v1/_catalog')).body.toString(), '{"repositories":null}')
  const image = makeImage()
  for (const name of ['library/busybox', 'a', 'library/alpine']) await pushImage(empty, name, 'v1', image)
  const first = await send(empty, 'GET', '/acr/v1/_catalog?n=1&api-version=2021-07-01')
  assert.deepEqual(json(first), { repositories: ['a'] })
  assert.equal(header(first, 'link'), '</acr/v1/_catalog?last=a&n=1&orderby=>; rel="next"')
  const second = await send(empty, 'GET', '/acr/v1/_catalog?last=a&n=1&orderby=')
  assert.equal(header(second, 'link'), '</acr/v1/_catalog?last=library%2Falpine&n=1&orderby=>; rel="next"')
  const third = await send(empty, 'GET', '/acr/v1/_catalog?last=library%2Falpine&n=1&orderby=')
  assert.deepEqual([json(third), third.headers.link], [{ repositories: ['library/busybox'] }, undefined])
  await empty.stop()
})

test('a repository tells itself under a name with slashes, written in either way', async () => {
  await pushImage(door, 'team/app', 'v1')
  await pushImage(door, 'team/app', 'v2')
  for (const path of ['team/app', 'team%2Fapp?api-version=2021-07-01']) {
    const { createdTime, lastUpdateTime, ...rest } = await body(path)
    for (const each of [createdTime, lastUpdateTime]) assert.match(String(each), time)
    assert.deepEqual(rest, {
      registry: host(),
      imageName: 'team/app',
      manifestCount: 2,
      tagCount: 2,
      changeableAttributes: open,
    })
  }
})

test('a tag tells itself, alone and in a list; of one manifest when a digest is given', async () => {
  const image = await pushImage(door, 'tags', 'v1')
  await pushImage(door, 'tags', 'other')
  const { registry, imageName, tag } = await body('tags/_tags/v1')
  const { createdTime, lastUpdateTime, ...rest } = tag as Body
  assert.deepEqual([registry, imageName], [host(), 'tags'])
  for (const each of [createdTime, lastUpdateTime]) assert.match(String(each), time)
  assert.deepEqual(rest, { name: 'v1', digest: image.digest, signed: false, changeableAttributes: open })
  assert.deepEqual(((await body('tags/_tags')).tags as Body[])[1], tag)
  assert.deepEqual(namesOf(await body(`tags/_tags?digest=${encodeURIComponent(image.digest)}`)), ['v1'])
})

test('an image tells its size, platform and types; what is not known is left out', async () => {
  const image = await pushImage(door, 'images', 'v1', makeImage({}, [200, 300]))
  await putManifest(door, 'images', 'latest', image.manifest)
  const { manifest } = await body(`images/_manifests/${image.digest}`)
  const { createdTime, lastUpdateTime, ...rest } = manifest as Body
  for (const each of [createdTime, lastUpdateTime]) assert.match(String(each), time)
  assert.deepEqual(rest, {
    digest: image.digest,
    imageSize: image.config.length + 500,
    architecture: 'amd64',
    os: 'linux',
    mediaType: mediaTypes.image,
    configMediaType: mediaTypes.config,
    tags: ['latest', 'v1'],
    changeableAttributes: open,
  })
  assert.deepEqual((await body('images/_manifests')).manifests, [manifest])
  for (const tag of ['v1', 'latest']) assert.equal((await remove(`images/_tags/${tag}`)).status, 202)
  assert.ok(!('tags' in ((await body(`images/_manifests/${image.digest}`)).manifest as Body)), 'clients know the untagged by that')
})

for (const [what, config, mediaType] of [
  ['a config beyond the size of a row', { architecture: 'arm64', os: 'windows', more: 'x'.repeat(40_000) }, mediaTypes.config],
  ['a config that is no JSON', 'none', mediaTypes.config],
  ['a config of an artifact', { architecture: 'arm64', os: 'windows' }, 'application/vnd.cncf.helm.config.v1+json'],
  ['a config that is not there', undefined, mediaTypes.config],
] as const)
  test(`${what} is pushed as ever, and its platform is told where there is one`, async () => {
    const bytes = Buffer.from(typeof config === 'string' ? config : JSON.stringify(config ?? { architecture: 'never', os: 'sent' }))
    if (config !== undefined) await pushBlob(door, 'configs', bytes)
    const layer = someBytes()
    await pushBlob(door, 'configs', layer)
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.image,
      config: describeBytes(mediaType, bytes),
      layers: [describeBytes(mediaTypes.layer, layer)],
    }
    const pushed = await putManifest(door, 'configs', 'v1', manifest)
    assert.equal(pushed.status, 201)
    const told = (await body(`configs/_manifests/${header(pushed, 'docker-content-digest')}`)).manifest as Body
    const known = typeof config === 'object' && mediaType === mediaTypes.config
    assert.deepEqual([told.architecture, told.os], known ? ['arm64', 'windows'] : [undefined, undefined])
    assert.deepEqual([told.configMediaType, told.imageSize], [mediaType, bytes.length + layer.length])
  })

test('an index tells its children with their platforms, and the sizes of those that are here', async () => {
  const children = [await pushImage(door, 'index', 'one'), await pushImage(door, 'index', 'two')]
  const platform = { architecture: 'arm64', os: 'linux', variant: 'v8' }
  const absent = describeBytes(mediaTypes.image, Buffer.from('absent'))
  const manifests = [{ ...(children[0] as Image).descriptor, platform }, (children[1] as Image).descriptor, absent]
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests })
  assert.equal((await putManifest(door, 'index', 'all', index, { mediaType: mediaTypes.index })).status, 201)
  const { manifest } = await body(`index/_manifests/${digestOf(index)}`)
  const { imageSize, architecture, mediaType, references } = manifest as Body
  const sizes = children.map((each) => each.config.length + 200)
  assert.deepEqual([imageSize, architecture, mediaType], [(sizes[0] ?? 0) + (sizes[1] ?? 0), undefined, mediaTypes.index])
  assert.deepEqual(references, [
    { digest: children[0]?.digest, architecture: 'arm64', os: 'linux' },
    { digest: children[1]?.digest },
    { digest: absent.digest },
  ])
})

test('lists of tags and of manifests come whole in pages of any size, in each order', async () => {
  const images = [await pushImage(door, 'lists', 'm'), await pushImage(door, 'lists', 'b'), await pushImage(door, 'lists', 'z')]
  const manifest = images[2]?.manifest ?? Buffer.alloc(0)
  // Several tags at once have one time.
  await putManifest(door, 'lists', `${images[2]?.digest}?tag=q&tag=a&tag=y&tag=c`, manifest)
  const expected = ['m', 'b', 'z', 'a', 'c', 'q', 'y']
  for (const n of [1, 2, 3, 100]) {
    assert.deepEqual(await walk('lists/_tags', `n=${n}`, namesOf), [...expected].sort())
    const ascending = await walk('lists/_tags', `n=${n}&orderby=timeasc`, namesOf)
    assert.deepEqual(ascending.slice(3), ['a', 'c', 'q', 'y'])
    assert.deepEqual([...ascending].sort(), [...expected].sort())
    assert.deepEqual(await walk('lists/_tags', `n=${n}&orderby=timedesc`, namesOf), [...ascending].reverse())
    assert.deepEqual(await walk('lists/_manifests', `n=${n}`, digestsOf), images.map((each) => each.digest).sort())
    assert.equal(new Set(await walk('lists/_manifests', `n=${n}&orderby=timedesc`, digestsOf)).size, 3)
    const filter = `n=${n}&digest=${encodeURIComponent(images[2]?.digest ?? '')}`
    assert.deepEqual(await walk('lists/_tags', filter, namesOf), ['a', 'c', 'q', 'y', 'z'])
  }
  assert.equal(header(await get('lists/_tags?n=2'), 'link'), '</acr/v1/lists/_tags?last=b&n=2&orderby=>; rel="next"')
  assert.match(header(await get('lists/_tags?n=2&orderby=timedesc'), 'link'), /\?last=\d+%26q&n=2&orderby=timedesc>; rel="next"$/)
  assert.match(
    header(await get('lists/_manifests?n=1'), 'link'),
    /^<\/acr\/v1\/lists\/_manifests\?last=sha256%3A[0-9a-f]{64}&n=1&orderby=>/,
  )
  // A client that pages by itself gives the name alone.
  assert.deepEqual(namesOf(await body('lists/_tags?last=q&n=1&orderby=timedesc')), ['c'])
  assert.deepEqual(namesOf(await body('lists/_tags?n=0')), [])
})

test('untag takes the tag alone; what is not there is not known', async () => {
  const image = await pushImage(door, 'untag', 'v1')
  const gone = await remove('untag/_tags/v1')
  assert.deepEqual([gone.status, gone.body.length], [202, 0])
  assert.equal((await send(door, 'GET', `/v2/untag/manifests/${image.digest}`)).status, 200)
  for (const answer of [await remove('untag/_tags/v1'), await get('untag/_tags/v1'), await patch('untag/_tags/v1', {})]) {
    assert.equal(answer.status, 404)
    assert.deepEqual([error(answer).code, error(answer).message], ['TAG_UNKNOWN', 'the specified tag does not exist'])
  }
  assert.deepEqual((await body('untag/_tags')).tags, [])
  for (const [path, code] of [
    ['none', 'NAME_UNKNOWN'],
    ['none/_tags', 'NAME_UNKNOWN'],
    ['none/_tags/v1', 'NAME_UNKNOWN'],
    ['none/_manifests', 'NAME_UNKNOWN'],
    [`none/_manifests/${image.digest}`, 'NAME_UNKNOWN'],
    [`untag/_manifests/${digestOf('none')}`, 'MANIFEST_UNKNOWN'],
  ] as const) {
    const answer = await get(path)
    assert.deepEqual([answer.status, errorCode(answer)], [404, code], path)
  }
  assert.deepEqual(error(await get('none')), {
    code: 'NAME_UNKNOWN',
    message: 'repository name not known to registry',
    detail: { name: 'none' },
  })
})

test('a deleted repository is told by what went; one that is unknown or hidden cannot be deleted', async () => {
  const image = await pushImage(door, 'gone', 'v2')
  await putManifest(door, 'gone', 'v1', image.manifest)
  const other = await pushImage(door, 'gone', 'v3')
  const answer = await remove('gone')
  assert.equal(answer.status, 202)
  assert.deepEqual(json(answer), { manifestsDeleted: [image.digest, other.digest].sort(), tagsDeleted: ['v1', 'v2', 'v3'] })
  await pushBlob(door, 'hidden', someBytes())
  for (const name of ['gone', 'hidden', 'none']) {
    const again = await remove(name)
    assert.deepEqual([again.status, errorCode(again)], [404, 'NAME_UNKNOWN'], name)
  }
  assert.equal((await send(door, 'GET', '/v2/gone/tags/list')).status, 404)
})

test('a change is answered with what it made; keys that nobody knows are ignored, wrong types are named', async () => {
  const image = await pushImage(door, 'change', 'v1')
  const quarantine = { quarantineState: 'Passed', quarantineDetails: '{"scanner":"x"}' }
  for (const [path, change, told] of [
    ['change', { listEnabled: false, ...quarantine }, { ...open, listEnabled: false }],
    ['change/_tags/v1', { writeEnabled: false, teleportEnabled: true }, { ...open, writeEnabled: false }],
    [`change/_manifests/${image.digest}`, { deleteEnabled: false, ...quarantine }, { ...open, deleteEnabled: false, ...quarantine }],
  ] as const) {
    const answer = await patch(path, change)
    assert.equal(answer.status, 200, answer.body.toString())
    assert.deepEqual(json(answer), await body(path))
    const whole = json<{ tag?: Body; manifest?: Body } & Body>(answer)
    assert.deepEqual((whole.tag ?? whole.manifest ?? whole).changeableAttributes, told)
    for (const [wrong, message] of [
      [{ writeEnabled: 'no' }, /writeEnabled must be a boolean/],
      ['[]', /JSON object/],
      ['{', /cannot be read as JSON/],
      [{ quarantineDetails: 'x'.repeat(70_000) }, /bytes/],
    ] as const) {
      const refused = await patch(path, wrong)
      assert.equal(refused.status, 400)
      assert.match(error(refused).message, message)
    }
    assert.deepEqual(json(await patch(path, '')), await body(path))
  }
})

test('a page of manifests is full by weight too, and the next one goes on where it ended', async () => {
  const details = 'x'.repeat(60_000)
  const pushed: string[] = []
  for (let each = 0; each < 80; each++) {
    const digest = digestOf((await pushImage(door, 'heavy', `v${each}`)).manifest)
    pushed.push(digest)
    const changed = await send(door, 'PATCH', `/acr/v1/heavy/_manifests/${digest}`, {
      body: JSON.stringify({ quarantineDetails: details }),
    })
    assert.equal(changed.status, 200)
  }
  const found: string[] = []
  let pages = 0
  for (let path = '/acr/v1/heavy/_manifests?n=1000'; path !== ''; pages++) {
    const answer = await send(door, 'GET', path)
    assert.equal(answer.status, 200)
    assert.ok(answer.body.length < 4.5 * 1024 * 1024, String(answer.body.length))
    found.push(...json<{ manifests: { digest: string }[] }>(answer).manifests.map((each) => each.digest))
    path = /<([^>]+)>; rel="next"/.exec(header(answer, 'link'))?.[1] ?? ''
  }
  assert.equal(pages, 2)
  assert.deepEqual(found, pushed.toSorted())
})
