import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { linkTo } from '#app/distribution/blob-links.ts'
import { parseDigest } from '#core/digest.ts'
import { parseRepositoryName } from '#core/reference.ts'
import { digestOf, pushBlob, pushImage, someBytes } from '../world/content.ts'
import { blobPath, bytes, type DataScene, digest, isError, openData } from '../world/data-endpoint.ts'
import { succeeded } from '../world/plane.ts'
import { errorCode, header, send } from '../world/send.ts'

let plane: DataScene
before(async () => {
  plane = await openData()
})
after(() => plane.stop())

test('a link is good for what it was made for, and for nothing else', async () => {
  await pushBlob(plane.door, 'team/other', bytes)
  const other = await pushBlob(plane.door, 'team/app', someBytes(100))
  const link = await plane.linkOf()
  const changed = (work: (url: URL) => void): URL => {
    const url = new URL(link)
    work(url)
    return url
  }
  const signature = link.searchParams.get('sig') ?? ''
  const wrong: Record<string, URL> = {
    'no query': changed((url) => (url.search = '')),
    'no signature': changed((url) => url.searchParams.delete('sig')),
    'no end': changed((url) => url.searchParams.delete('se')),
    'a later end': changed((url) => url.searchParams.set('se', '2099-01-01T00:00:00Z')),
    'an end that is none': changed((url) => url.searchParams.set('se', 'never')),
    'another repository': changed((url) => (url.pathname = url.pathname.replace('team/app', 'team/other'))),
    'another digest': changed((url) => (url.pathname = url.pathname.replace(digest, other))),
    'an upper-case signature': changed((url) => url.searchParams.set('sig', signature.toUpperCase())),
    'a longer signature': changed((url) => url.searchParams.set('sig', `${signature}A`)),
  }
  for (const [name, url] of Object.entries(wrong)) {
    const answer = await plane.follow(url)
    assert.equal(answer.status, 403, name)
    isError(answer, 403, 'AuthenticationFailed')
  }
  assert.equal((await plane.follow(link)).status, 200)
})

test('an end that has come', async () => {
  const { deps, registry } = plane.door.open
  const at = (now: number) =>
    linkTo({ links: deps.links, clock: { ...deps.clock, now: () => now } }, registry, {
      repository: parseRepositoryName('team/app'),
      digest: parseDigest(digest),
    })
  const url = await plane.linkOf()
  const with_ = ({ expires, signature }: ReturnType<typeof at>) => {
    url.searchParams.set('se', new Date(expires).toISOString().replace('.000', ''))
    url.searchParams.set('sig', signature)
    return url
  }
  isError(await plane.follow(with_(at(Date.now() - 21 * 60_000))), 403, 'AuthenticationFailed')
  assert.equal((await plane.follow(with_(at(Date.now() - 19 * 60_000)))).status, 200)
})

test('a link of one registry is none of another, nor of the next one of its name', async () => {
  const make = async () => {
    const registry = await plane.registry('second', { dataEndpointEnabled: true })
    const token = await registry.accessToken(await registry.exchange(plane.owner.token), 'repository:team/app:pull,push')
    succeeded(await registry.ask('POST', `/v2/team/app/blobs/uploads/?digest=${digest}`, { as: { token }, body: bytes }), 201)
    const answer = succeeded(await registry.ask('GET', blobPath(), { as: { token } }), 307)
    return { registry, link: new URL(header(answer, 'location')) }
  }
  const { registry, link } = await make()
  assert.equal(link.hostname, 'second.local.data.longshore.localhost')
  assert.ok((await plane.follow(link)).body.equals(bytes))
  const crossed = new URL(await plane.linkOf())
  crossed.hostname = link.hostname
  isError(await plane.follow(crossed), 403, 'AuthenticationFailed')
  succeeded(await plane.arm('DELETE', registry.id), 200, 202, 204)
  isError(await plane.follow(link), 404, 'ResourceNotFound')
  const next = await make()
  isError(await plane.follow(link), 403, 'AuthenticationFailed')
  assert.equal((await plane.follow(next.link)).status, 200)
})

test('what changed since the link was made counts', async () => {
  const passing = someBytes(70)
  const of = await pushBlob(plane.door, 'team/passing', passing)
  const link = await plane.linkOf(blobPath(of, 'team/passing'))
  assert.ok((await plane.follow(link)).body.equals(passing))
  assert.equal((await send(plane.door, 'DELETE', blobPath(of, 'team/passing'))).status, 202)
  isError(await plane.follow(link), 404, 'BlobNotFound')

  const kept = await plane.linkOf()
  await plane.change({ networkRuleSet: { defaultAction: 'Deny', ipRules: [{ action: 'Allow', value: '203.0.113.0/24' }] } })
  isError(await plane.follow(kept), 403, 'AuthorizationFailure')
  assert.equal((await plane.follow(kept, { headers: { 'x-forwarded-for': '203.0.113.9' } })).status, 200)
  await plane.change({ networkRuleSet: { defaultAction: 'Allow', ipRules: [] }, publicNetworkAccess: 'Disabled' })
  isError(await plane.follow(kept), 403, 'AuthorizationFailure')
  await plane.change({ publicNetworkAccess: 'Enabled' })
  assert.equal((await plane.follow(kept)).status, 200)

  await plane.change({ dataEndpointEnabled: false })
  isError(await plane.follow(kept), 404, 'ResourceNotFound')
  await plane.change({ dataEndpointEnabled: true })
  assert.equal((await plane.follow(kept)).status, 200)
})

test('a repository that may not be read is not read by a link either', async () => {
  await pushImage(plane.door, 'team/locked', 'v1')
  const of = await pushBlob(plane.door, 'team/locked', someBytes(50))
  const link = await plane.linkOf(blobPath(of, 'team/locked'))
  const attributes = (readEnabled: boolean) =>
    send(plane.door, 'PATCH', '/acr/v1/team/locked', {
      body: JSON.stringify({ readEnabled }),
      headers: { 'content-type': 'application/json' },
    })
  succeeded(await attributes(false), 200)
  isError(await plane.follow(link), 403, 'AuthorizationPermissionMismatch')
  succeeded(await attributes(true), 200)
  assert.equal((await plane.follow(link)).status, 200)
})

test('who may not pull is given no link', async () => {
  for (const as of ['nobody', { user: plane.door.user, password: 'wrong' }] as const) {
    const answer = await send(plane.door, 'GET', blobPath(), { as })
    assert.deepEqual([answer.status, errorCode(answer), answer.headers.location], [401, 'UNAUTHORIZED', undefined])
  }
  const unknown = await send(plane.door, 'GET', blobPath(digestOf('absent')))
  assert.deepEqual([unknown.status, errorCode(unknown)], [404, 'BLOB_UNKNOWN'])
})
