import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { describeBytes, digestOf, makeImage, mediaTypes, pushBlob, pushImage, putManifest, someBytes } from '../world/content.ts'
import { type Answer, errorCode, header, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { nextOf, tagsOf } from './client.ts'

let server: Server
before(async () => {
  server = await Server.start()
})
after(() => server.stop())

test('ping: 200 to who is signed in, 401 with a challenge to others', async () => {
  assert.equal((await send(server, 'GET', '/v2/')).status, 200)
  const answer = await send(server, 'GET', '/v2/', { as: 'nobody' })
  assert.equal(answer.status, 401)
  assert.match(header(answer, 'www-authenticate'), /^Bearer realm=/)
})

test('an empty repository: no tag list, an empty list of referrers', async () => {
  const { answer } = await tagsOf(server, 'conformance/none')
  assert.equal(answer.status, 404)
  assert.equal(errorCode(answer), 'NAME_UNKNOWN')
  const referrers = await send(server, 'GET', `/v2/conformance/none/referrers/${digestOf('nothing')}`)
  assert.equal(referrers.status, 200)
  assert.deepEqual(json<{ manifests: unknown[] }>(referrers).manifests, [])
})

const tags = ['1.0', '1.10', '1.2', 'A', 'Z', '_x', 'a', 'b-c', 'b.c', 'latest', 'zz'].sort()

test('tag list: in byte order, by pages of n, after last, with Link while there are more', async () => {
  const repository = 'conformance/tags'
  const image = await pushImage(server, repository, tags[0] ?? '')
  for (const tag of tags.toReversed()) assert.equal((await putManifest(server, repository, tag, image.manifest)).status, 201)
  const whole = await tagsOf(server, repository)
  assert.deepEqual(whole.tags, tags)
  assert.equal(nextOf(whole.answer), undefined)
  for (const n of [1, 2, 3, tags.length - 1, tags.length, tags.length + 1, 1000]) {
    const pages: string[][] = []
    for (let path: string | undefined = `?n=${n}`; path !== undefined; ) {
      const page: { answer: Answer; tags: string[] } = await tagsOf(server, repository, path)
      assert.equal(page.answer.status, 200)
      pages.push(page.tags)
      const next = nextOf(page.answer)
      path = next?.slice(next.indexOf('?'))
      if (path !== undefined) assert.equal(page.tags.length, n, 'a page before another is full')
    }
    assert.deepEqual(pages.flat(), tags, `n=${n}`)
    assert.ok(pages.every((page) => page.length > 0))
  }
  assert.deepEqual((await tagsOf(server, repository, '?last=a')).tags, tags.slice(tags.indexOf('a') + 1))
  assert.deepEqual((await tagsOf(server, repository, '?n=2&last=a')).tags, tags.slice(tags.indexOf('a') + 1).slice(0, 2))
  // `last` need not exist.
  assert.deepEqual(
    (await tagsOf(server, repository, '?last=aa')).tags,
    tags.filter((tag) => tag > 'aa'),
  )
  assert.deepEqual((await tagsOf(server, repository, '?last=zzz')).tags, [])
  const none = await tagsOf(server, repository, '?n=0')
  assert.deepEqual([none.answer.status, none.tags, nextOf(none.answer)], [200, [], undefined])
})

test('tag delete: gone at once from the list and by name; the manifest and its other tags stay', async () => {
  const repository = 'conformance/untag'
  const image = await pushImage(server, repository, 'one')
  await putManifest(server, repository, 'two', image.manifest)
  assert.equal((await send(server, 'DELETE', `/v2/${repository}/manifests/one`)).status, 202)
  assert.deepEqual((await tagsOf(server, repository)).tags, ['two'])
  for (const [reference, status] of [
    ['one', 404],
    ['two', 200],
    [image.digest, 200],
  ] as const)
    assert.equal((await send(server, 'GET', `/v2/${repository}/manifests/${reference}`)).status, status)
  assert.equal((await send(server, 'DELETE', `/v2/${repository}/manifests/two`)).status, 202)
  const { answer, tags: left } = await tagsOf(server, repository)
  assert.deepEqual([answer.status, left], [200, []], 'a repository whose manifest has no tag has an empty list')
})

test('a moved tag leads to the newest manifest, and the one before stays by digest', async () => {
  const repository = 'conformance/moved'
  const first = await pushImage(server, repository, 'tag')
  const second = await pushImage(server, repository, 'tag')
  const answer = await send(server, 'GET', `/v2/${repository}/manifests/tag`)
  assert.ok(answer.body.equals(second.manifest))
  assert.equal((await send(server, 'GET', `/v2/${repository}/manifests/${first.digest}`)).status, 200)
})

test('referrers: filtered by type, in pages, each descriptor once', async () => {
  const repository = 'conformance/referrers'
  const subject = await pushImage(server, repository, 'subject')
  const config = describeBytes(mediaTypes.empty, Buffer.from('{}'))
  await pushBlob(server, repository, Buffer.from('{}'))
  const expected = new Map<string, string>()
  for (let i = 0; i < 13; i++) {
    const artifactType = i % 3 === 0 ? 'application/vnd.example.sbom' : 'application/vnd.example.signature+json'
    const body = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.image,
        artifactType,
        config,
        layers: [config],
        subject: subject.descriptor,
        annotations: { number: String(i) },
      }),
    )
    const answer = await putManifest(server, repository, digestOf(body), body)
    assert.deepEqual([answer.status, header(answer, 'oci-subject')], [201, subject.digest])
    expected.set(digestOf(body), artifactType)
  }
  const collect = async (query: string): Promise<{ digest: string; artifactType: string }[]> => {
    const all: { digest: string; artifactType: string }[] = []
    for (let path: string | undefined = `/v2/${repository}/referrers/${subject.digest}${query}`; path !== undefined; ) {
      const page: Answer = await send(server, 'GET', path)
      assert.equal(page.status, 200)
      assert.equal(header(page, 'oci-filters-applied'), query.includes('artifactType') ? 'artifactType' : '')
      all.push(...json<{ manifests: { digest: string; artifactType: string }[] }>(page).manifests)
      path = nextOf(page)
    }
    return all
  }
  for (const query of ['', '?n=1', '?n=5', '?n=13']) {
    const all = await collect(query)
    assert.deepEqual(all.map((each) => each.digest).sort(), [...expected.keys()].sort(), query)
    for (const each of all) assert.equal(each.artifactType, expected.get(each.digest))
  }
  for (const type of new Set(expected.values()))
    for (const page of ['', '&n=2']) {
      const found = await collect(`?artifactType=${encodeURIComponent(type)}${page}`)
      assert.deepEqual(
        found.map((each) => each.digest).sort(),
        [...expected]
          .filter(([, each]) => each === type)
          .map(([digest]) => digest)
          .sort(),
      )
    }
  assert.deepEqual(await collect('?artifactType=application/vnd.example.other'), [])
})

test('referrers may be pushed before their subject and are listed then', async () => {
  const repository = 'conformance/early'
  const subject = makeImage()
  const image = makeImage({ subject: subject.descriptor })
  await pushImage(server, repository, 'referrer', image)
  await pushImage(server, repository, 'subject', subject)
  const list = json<{ manifests: { digest: string }[] }>(await send(server, 'GET', `/v2/${repository}/referrers/${subject.digest}`))
  assert.deepEqual(
    list.manifests.map((each) => each.digest),
    [image.digest],
  )
})

test('a list of an invalid or unknown subject: 400, or empty', async () => {
  assert.equal((await send(server, 'GET', '/v2/conformance/referrers/referrers/sha256:short')).status, 400)
  const none = await send(server, 'GET', `/v2/conformance/referrers/referrers/${digestOf(someBytes())}`)
  assert.deepEqual([none.status, json<{ manifests: unknown[] }>(none).manifests], [200, []])
})
