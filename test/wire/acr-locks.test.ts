import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { digestOf, type Image, makeImage, mediaTypes, pushBlob, pushImage, putManifest, someBytes } from '../world/content.ts'
import { type Answer, errorCode, header, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'

let server: Server
before(async () => {
  server = await Server.start()
})
after(() => server.stop())

const words =
  'The operation is disallowed on this registry, repository or image. View troubleshooting steps at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation'

type Flag = 'writeEnabled' | 'deleteEnabled' | 'readEnabled' | 'listEnabled'
const levels = ['repository', 'tag', 'manifest'] as const
type Level = (typeof levels)[number]

const pathOf = (name: string, level: Level, image: Image): string =>
  `/acr/v1/${name}${{ repository: '', tag: '/_tags/v1', manifest: `/_manifests/${image.digest}` }[level]}`

async function lock(name: string, level: Level, image: Image, change: Partial<Record<Flag, boolean>>): Promise<void> {
  const answer = await send(server, 'PATCH', pathOf(name, level, image), { body: JSON.stringify(change) })
  assert.equal(answer.status, 200, answer.body.toString())
}

const isDisallowed = (answer: Answer, what: string): void => {
  assert.deepEqual([answer.status, errorCode(answer)], [405, 'REGISTRY_DISALLOWED_OPERATION'], what)
  assert.equal(json<{ errors: { message: string }[] }>(answer).errors[0]?.message, words, what)
}

/** Everything that could change or read one image, and which flag of which level forbids it. */
const deeds = (name: string, image: Image, other: Image) =>
  [
    ['push of the tag', 'PUT', `/v2/${name}/manifests/v1`, { repository: 'w', tag: 'w' }, other.manifest],
    ['push of the manifest', 'PUT', `/v2/${name}/manifests/${image.digest}`, { repository: 'w', manifest: 'w' }, image.manifest],
    ['push of a blob', 'POST', `/v2/${name}/blobs/uploads/?digest=${digestOf('b')}`, { repository: 'w' }, Buffer.from('b')],
    ['an upload', 'POST', `/v2/${name}/blobs/uploads/`, { repository: 'w' }],
    ['a mount', 'POST', `/v2/${name}/blobs/uploads/?mount=${digestOf(image.config)}&from=${name}`, { repository: 'wr' }],
    ['delete of the tag', 'DELETE', `/v2/${name}/manifests/v1`, { repository: 'wd', tag: 'wd' }],
    ['untag', 'DELETE', `/acr/v1/${name}/_tags/v1`, { repository: 'wd', tag: 'wd' }],
    ['delete of the image', 'DELETE', `/v2/${name}/manifests/${image.digest}`, { repository: 'wd', tag: 'wd', manifest: 'wd' }],
    ['delete of the repository', 'DELETE', `/acr/v1/${name}`, { repository: 'wd', tag: 'wd', manifest: 'wd' }],
    ['pull by tag', 'GET', `/v2/${name}/manifests/v1`, { repository: 'r', tag: 'r', manifest: 'r' }],
    ['pull by digest', 'GET', `/v2/${name}/manifests/${image.digest}`, { repository: 'r', manifest: 'r' }],
    ['pull of a blob', 'GET', `/v2/${name}/blobs/${digestOf(image.config)}`, { repository: 'r' }],
  ] as readonly (readonly [string, string, string, Partial<Record<Level, string>>, Buffer?])[]

for (const level of levels)
  for (const flag of ['writeEnabled', 'deleteEnabled', 'readEnabled', 'listEnabled'] as const)
    test(`${flag} false on a ${level} blocks what it should on both surfaces, and nothing more`, async () => {
      const name = `${level}-${flag.toLowerCase()}`
      const other = makeImage()
      const count = deeds(name, other, other).length
      for (let each = 0; each < count; each++) {
        const image = await pushImage(server, name, 'v1')
        for (const blob of [other.config, ...other.layers]) await pushBlob(server, name, blob)
        const [what, method, path, forbidden, body] = deeds(name, image, other)[each] ?? assert.fail()
        await lock(name, level, image, { [flag]: false })
        const answer = await send(server, method, path, {
          ...(body ? { body } : {}),
          headers: method === 'PUT' ? { 'content-type': mediaTypes.image } : {},
        })
        if (what === 'a mount' && flag === 'readEnabled') assert.equal(answer.status, level === 'repository' ? 202 : 201, what)
        else if (forbidden[level]?.includes(flag[0] ?? '')) isDisallowed(answer, what)
        else assert.ok(answer.status < 300, `${what}: ${answer.status} ${answer.body}`)
        if (answer.status === 405) await lock(name, level, image, { [flag]: true })
        if (answer.status === 405)
          assert.equal((await send(server, 'GET', `/v2/${name}/manifests/v1`)).status, 200, `${what}: nothing went`)
        await send(server, 'PATCH', pathOf(name, level, image), { body: JSON.stringify({ [flag]: true }) })
        await send(server, 'DELETE', `/acr/v1/${name}`)
      }
    })

test('HEAD is blocked as GET, and opens again at once', async () => {
  const image = await pushImage(server, 'head', 'v1')
  for (const level of levels) {
    // What was read before is kept; the change must end that.
    for (const readEnabled of [true, false, true]) {
      await lock('head', level, image, { readEnabled })
      const { status } = await send(server, 'HEAD', '/v2/head/manifests/v1')
      assert.equal(status, readEnabled ? 200 : 405, `${level} ${readEnabled}`)
    }
  }
})

test('a mount from a repository that may not be read copies nothing, by name or without one', async () => {
  const image = await pushImage(server, 'unreadable', 'v1')
  await lock('unreadable', 'repository', image, { readEnabled: false })
  const mount = `mount=${digestOf(image.config)}`
  for (const query of [`${mount}&from=unreadable`, mount])
    assert.equal((await send(server, 'POST', `/v2/elsewhere/blobs/uploads/?${query}`)).status, 202, query)
  assert.equal((await send(server, 'GET', `/v2/elsewhere/blobs/${digestOf(image.config)}`)).status, 404)
})

test('what lists hide is in none, is pulled as ever, and is told by its name', async () => {
  const image = await pushImage(server, 'lists/hidden', 'v1')
  await putManifest(server, 'lists/hidden', 'v2', image.manifest)
  const signature = await pushImage(server, 'lists/hidden', 'signature', makeImage({ subject: image.descriptor }))
  const lists = async () => ({
    catalogs: await Promise.all(['/v2', '/acr/v1'].map(async (api) => (await body(`${api}/_catalog?n=1000`)).includes('lists/hidden'))),
    tags: json<{ tags: string[] }>(await send(server, 'GET', '/v2/lists/hidden/tags/list')).tags,
    told: json<{ tags: { name: string }[] }>(await send(server, 'GET', '/acr/v1/lists/hidden/_tags')).tags.map((each) => each.name),
    manifests: (await body('/acr/v1/lists/hidden/_manifests')).includes(signature.digest),
    referrers: (await body(`/v2/lists/hidden/referrers/${image.digest}`)).includes(signature.digest),
  })
  const body = async (path: string) => (await send(server, 'GET', path)).body.toString()
  const all = ['signature', 'v1', 'v2']
  assert.deepEqual(await lists(), { catalogs: [true, true], tags: all, told: all, manifests: true, referrers: true })
  await lock('lists/hidden', 'repository', image, { listEnabled: false })
  await lock('lists/hidden', 'tag', image, { listEnabled: false })
  await lock('lists/hidden', 'manifest', signature, { listEnabled: false })
  const left = ['signature', 'v2']
  assert.deepEqual(await lists(), { catalogs: [false, false], tags: left, told: left, manifests: false, referrers: false })
  for (const path of ['', '/_tags/v1', `/_manifests/${signature.digest}`])
    assert.equal((await send(server, 'GET', `/acr/v1/lists/hidden${path}`)).status, 200)
  for (const reference of ['v1', signature.digest])
    assert.equal((await send(server, 'GET', `/v2/lists/hidden/manifests/${reference}`)).status, 200)
  const told = json<{ manifest: { tags: string[] } }>(await send(server, 'GET', `/acr/v1/lists/hidden/_manifests/${image.digest}`))
  assert.deepEqual(told.manifest.tags, ['v1', 'v2'], 'else a purge of what is untagged would take it')
})

test('a delete that meets one lock anywhere inside deletes nothing', async () => {
  const image = await pushImage(server, 'inside', 'v1')
  const signature = await pushImage(server, 'inside', 'signature', makeImage({ subject: image.descriptor }))
  await pushImage(server, 'inside', 'other')
  for (const change of [{ deleteEnabled: false }, { writeEnabled: false }]) {
    await lock('inside', 'manifest', signature, change)
    isDisallowed(await send(server, 'DELETE', '/acr/v1/inside'), 'repository')
    isDisallowed(await send(server, 'DELETE', `/v2/inside/manifests/${image.digest}`), 'subject')
    await lock('inside', 'manifest', signature, { deleteEnabled: true, writeEnabled: true })
  }
  for (const reference of ['v1', 'signature', 'other'])
    assert.equal((await send(server, 'GET', `/v2/inside/manifests/${reference}`)).status, 200)
  assert.equal((await send(server, 'DELETE', '/acr/v1/inside')).status, 202)
})

test('the repository that comes after a deleted one has no lock of it', async () => {
  const image = await pushImage(server, 'again', 'v1')
  await lock('again', 'repository', image, { readEnabled: false, listEnabled: false })
  await lock('again', 'tag', image, { readEnabled: false })
  assert.equal((await send(server, 'DELETE', '/acr/v1/again')).status, 202)
  await pushImage(server, 'again', 'v1', image)
  assert.equal((await send(server, 'GET', '/v2/again/manifests/v1')).status, 200)
})

test('whatever is locked and opened again, what may be done is told by the flags alone', async () => {
  const name = 'model'
  const image = await pushImage(server, name, 'v1')
  const flags = fc.record({ readEnabled: fc.boolean(), writeEnabled: fc.boolean(), deleteEnabled: fc.boolean(), listEnabled: fc.boolean() })
  const all = fc.record({ repository: flags, tag: flags, manifest: flags })
  await fc.assert(
    fc.asyncProperty(all, async (set) => {
      for (const level of levels) await lock(name, level, image, set[level])
      const status = async (method: string, path: string, body?: Buffer) =>
        (await send(server, method, path, body ? { body, headers: { 'content-type': mediaTypes.image } } : {})).status
      const every = (flag: Flag, ...of: Level[]) => of.every((level) => set[level][flag])
      assert.equal(await status('GET', `/v2/${name}/manifests/v1`), every('readEnabled', ...levels) ? 200 : 405)
      assert.equal(await status('GET', `/v2/${name}/manifests/${image.digest}`), every('readEnabled', 'repository', 'manifest') ? 200 : 405)
      assert.equal(await status('PUT', `/v2/${name}/manifests/v1`, image.manifest), every('writeEnabled', 'repository', 'tag') ? 201 : 405)
      const tags = json<{ tags: string[] }>(await send(server, 'GET', `/v2/${name}/tags/list`)).tags
      assert.deepEqual(tags, set.tag.listEnabled ? ['v1'] : [])
      const free = every('writeEnabled', ...levels) && every('deleteEnabled', ...levels)
      assert.equal(await status('DELETE', `/acr/v1/${name}`), free ? 202 : 405)
      if (free) await pushImage(server, name, 'v1', image)
      const left = await send(server, 'POST', `/acr/v1/${name}/_tags/v1`)
      assert.equal(header(left, 'allow'), 'GET, HEAD, PATCH, DELETE')
    }),
    { numRuns: 40 },
  )
})

test('an upload that began before the lock ends as it began; its manifest does not', async () => {
  const image = await pushImage(server, 'late', 'v1')
  const started = await send(server, 'POST', '/v2/late/blobs/uploads/')
  await lock('late', 'repository', image, { writeEnabled: false })
  const bytes = someBytes()
  const put = await send(server, 'PUT', `${header(started, 'location')}?digest=${digestOf(bytes)}`, { body: bytes })
  assert.equal(put.status, 201)
  isDisallowed(await putManifest(server, 'late', 'v2', image.manifest), 'manifest')
})
