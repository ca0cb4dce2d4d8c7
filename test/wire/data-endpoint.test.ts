import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { wire } from '#surfaces/data/errors.ts'
import { digestOf, locationOf, someBytes } from '../world/content.ts'
import { blobPath, bytes, type DataScene, digest, isError, openData } from '../world/data-endpoint.ts'
import { type Answer, basic, header, json, send } from '../world/send.ts'
import { Server } from '../world/server.ts'
import { storedBytes } from '../world/stored-bytes.ts'

let plane: DataScene
let strict: DataScene
before(async () => {
  plane = await openData()
  strict = await openData({ flags: { blobRedirect: 'strict' } })
})
after(async () => {
  await plane.stop()
  await strict.stop()
})

test('a blob is got where its registry says: by name of Azure, for twenty minutes, by who has the link', async () => {
  const answer = await send(plane.door, 'GET', blobPath())
  assert.deepEqual([answer.status, answer.body.length, header(answer, 'cache-control')], [307, 0, 'no-store'])
  assert.equal(header(answer, 'docker-content-digest'), digest)
  const link = new URL(header(answer, 'location'))
  assert.equal(link.origin, `http://local.local.data.longshore.localhost:${plane.door.address.port}`)
  const life = Date.parse(link.searchParams.get('se') ?? '') - Date.now()
  assert.ok(life > 19.5 * 60_000 && life <= 20 * 60_000 + 1000, String(life))
  assert.match(link.searchParams.get('sig') ?? '', /^[A-Za-z0-9_-]{43}$/)
  const got = await plane.follow(link)
  assert.equal(got.status, 200)
  assert.ok(got.body.equals(bytes))
  assert.deepEqual(
    ['content-type', 'content-disposition', 'etag', 'accept-ranges', 'docker-content-digest', 'x-content-type-options'].map((name) =>
      header(got, name),
    ),
    ['application/octet-stream', 'attachment', `"${digest}"`, 'bytes', digest, 'nosniff'],
  )
})

test('ARM tells the host that the link names', async () => {
  const { properties } = json<{ properties: { dataEndpointHostNames: string[] } }>(await plane.arm('GET', plane.local))
  assert.equal(properties.dataEndpointHostNames.length, 1)
  // The door is plain HTTP; az is told the port of the control origin, which here is another one.
  assert.equal(properties.dataEndpointHostNames[0]?.replace(/:\d+$/, ''), (await plane.linkOf()).hostname)
})

test('the link has the scheme and the port by which its caller came', async () => {
  const proxied = { 'x-forwarded-host': 'local.longshore.localhost', 'x-forwarded-proto': 'https' }
  const answer = await send(plane.door, 'GET', blobPath(), { headers: proxied })
  assert.equal(new URL(header(answer, 'location')).origin, 'https://local.local.data.longshore.localhost')
})

test('whether a blob is there is told without a second host', async () => {
  const answer = await send(plane.door, 'HEAD', blobPath())
  assert.deepEqual([answer.status, header(answer, 'content-length')], [200, String(bytes.length)])
})

test('a registry without a data endpoint gives its blobs itself', async () => {
  await plane.change({ dataEndpointEnabled: false })
  const link = await send(plane.door, 'GET', blobPath())
  assert.equal(link.status, 200)
  assert.ok(link.body.equals(bytes))
  await plane.change({ dataEndpointEnabled: true })
  await plane.linkOf()
})

test('ranges, HEAD and conditions', async () => {
  const link = await plane.linkOf()
  for (const [range, start, end] of [
    ['bytes=0-0', 0, 0],
    ['bytes=10-99', 10, 99],
    ['bytes=99990-', 99_990, 99_999],
    ['bytes=-5', 99_995, 99_999],
  ] as const) {
    const answer = await plane.follow(link, { headers: { range } })
    assert.deepEqual([answer.status, header(answer, 'content-range')], [206, `bytes ${start}-${end}/${bytes.length}`], range)
    assert.ok(answer.body.equals(bytes.subarray(start, end + 1)), range)
  }
  const beyond = await plane.follow(link, { headers: { range: 'bytes=100000-' } })
  isError(beyond, 416, 'InvalidRange')
  assert.equal(header(beyond, 'content-range'), `bytes */${bytes.length}`)
  const head = await plane.follow(link, { method: 'HEAD' })
  assert.deepEqual([head.status, header(head, 'content-length'), head.body.length], [200, String(bytes.length), 0])
  assert.equal((await plane.follow(link, { headers: { 'if-none-match': `"${digest}"` } })).status, 304)
  assert.equal((await plane.follow(link, { headers: { 'if-none-match': '"other"' } })).status, 200)
})

test('there is nothing else at a data endpoint', async () => {
  const link = await plane.linkOf()
  const at = (method: string, path: string) =>
    send(plane.door, method, path, { as: { token: plane.owner.token }, headers: { host: link.host } })
  for (const path of [
    '/',
    '/v2/',
    '/v2/_catalog',
    '/acr/v1/_catalog',
    '/oauth2/token',
    '/metadata/endpoints',
    '/subscriptions',
    '/x/..',
    '/%zz',
  ])
    isError(await at('GET', path), 404, 'ResourceNotFound')
  isError(await at('GET', `/v2${link.pathname}`), 403, 'AuthenticationFailed')
  for (const method of ['PUT', 'POST', 'DELETE', 'PATCH']) {
    const answer = await at(method, link.pathname + link.search)
    isError(answer, 405, 'UnsupportedHttpVerb')
    assert.equal(header(answer, 'allow'), 'GET, HEAD')
  }
  isError(await at('GET', `/${'a'.repeat(9000)}`), 414, 'InvalidUri')
})

test('a host is a data endpoint where its registry has one, by its registry and its place', async () => {
  const { pathname, search, port } = await plane.linkOf()
  for (const name of ['nobody.local.data', 'local.westeurope.data', 'local.data', 'local.local.local.data']) {
    const answer = await send(plane.door, 'GET', pathname + search, {
      as: 'nobody',
      headers: { host: `${name}.longshore.localhost:${port}` },
    })
    if (name.split('.').length === 3) isError(answer, 404, 'ResourceNotFound')
    else assert.equal(answer.status, 421, name)
  }
})

test('a data endpoint is no name by which tokens are asked for', async () => {
  const { host } = await plane.linkOf()
  const ask = (service: string) =>
    send(plane.door, 'GET', `/oauth2/token?${new URLSearchParams({ service, scope: 'repository:team/app:pull' })}`)
  assert.equal((await ask(`localhost:${plane.door.address.port}`)).status, 200)
  assert.equal((await ask(host)).status, 400)
})

test('docs/errors.md lists each code with its status', () => {
  const section = readFileSync('docs/errors.md', 'utf8').split('## At a data endpoint')[1]?.split('\n## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| `([A-Za-z]+)` \| (\d{3}) \| .{10,} \| .{5,} \|$/gm)].map(([, code, status]) => `${code} ${status}`)
  const told = new Set(Object.values(wire).map(({ code, status }) => `${code} ${status}`))
  assert.deepEqual(rows.sort(), [...told].sort())
})

test('lenient: an Authorization header beside a link is not looked at', async () => {
  const link = await plane.linkOf()
  for (const authorization of [basic('anybody', 'wrong'), 'Bearer x', 'nonsense', basic(plane.door.user, plane.door.password)])
    assert.equal((await plane.follow(link, { headers: { authorization } })).status, 200)
  link.searchParams.set('sig', 'x')
  const admin = basic(plane.door.user, plane.door.password)
  isError(await plane.follow(link, { headers: { authorization: admin } }), 403, 'AuthenticationFailed')
})

test('strict: it is refused, whatever it says', async () => {
  const link = await strict.linkOf()
  assert.ok((await strict.follow(link)).body.equals(bytes))
  for (const authorization of [basic('anybody', 'wrong'), 'Bearer x', 'nonsense', '', basic(strict.door.user, strict.door.password)]) {
    const answer = await strict.follow(link, { headers: { authorization } })
    isError(answer, 400, 'InvalidAuthenticationInfo')
    assert.match(
      answer.body.toString(),
      /<Message>Authentication information is not given in the correct format. Check the value of Authorization header.\n/,
    )
  }
})

test('wrong bytes where they lie: the answer never completes; then the blob is not there', async () => {
  const large = someBytes(2 * 1024 * 1024)
  const started = await send(plane.door, 'POST', '/v2/team/large/blobs/uploads/')
  const upload = await send(plane.door, 'PUT', locationOf(started, `digest=${digestOf(large)}`), { body: large })
  assert.equal(upload.status, 201)
  const link = await plane.linkOf(blobPath(digestOf(large), 'team/large'))
  const damaged = Buffer.from(large)
  damaged[1_500_000] = (damaged[1_500_000] ?? 0) ^ 1
  await (await storedBytes(plane.door.dataDir, large)).write(damaged)
  await assert.rejects(plane.follow(link), /aborted|socket hang up/)
  isError(await plane.follow(link), 404, 'BlobNotFound')
})

test('who follows links again and again is told to come later, by the rates of the tier; others follow theirs', async () => {
  const scene = await openData({ proxies: ['127.0.0.1'] })
  try {
    const { store } = scene.door.open.deps
    const link = await scene.linkOf()
    const from = (address: string) => scene.follow(link, { headers: { 'x-forwarded-for': address } })
    for (let i = 0; i < 3; i++) assert.equal((await from('192.0.2.1')).status, 200)
    await putRegistry(store, 'local', { rateLimits: 'tier' })
    const registry = await store.registry('local')
    assert.ok(registry)
    assert.equal((await from('192.0.2.1')).status, 200)
    let last: Answer | undefined
    // The bucket fills while it is emptied.
    for (let tries = 0; tries < 100 && last?.status !== 503; tries++) {
      assert.throws(() => {
        for (;;) scene.door.rateLimits.count(registry, '192.0.2.1', 'data')
      }, /too many requests/)
      last = await from('192.0.2.1')
    }
    assert.ok(last)
    isError(last, 503, 'ServerBusy')
    assert.match(header(last, 'retry-after'), /^[1-9]\d*$/)
    assert.equal((await from('192.0.2.2')).status, 200)
    assert.equal((await send(scene.door, 'GET', blobPath())).status, 307, 'the registry itself has rates of its own')
  } finally {
    await scene.stop()
  }
})

test('the local certificate authority vouches for a data endpoint as soon as there is one', async () => {
  const server = await Server.start({ https: '127.0.0.1:0' })
  try {
    const vouched = (servername: string) =>
      new Promise<boolean>((resolve, reject) => {
        const { host, port } = server.started.https ?? { host: '', port: 0 }
        const ca = readFileSync(server.started.caPath ?? '')
        const socket = connect({ host, port, servername, ca }, () => {
          resolve(true)
          socket.destroy()
        })
        socket.on('error', (error: NodeJS.ErrnoException) =>
          error.code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? resolve(false) : reject(error),
        )
      })
    const name = 'local.westeurope.data.longshore.localhost'
    assert.equal(await vouched(name), false)
    await server.change(({ store }) => putRegistry(store, 'local', { dataLocation: 'westeurope' }))
    assert.equal(await vouched(name), true)
    assert.equal(await vouched(name.toUpperCase()), true)
    assert.equal(await vouched('local.northeurope.data.longshore.localhost'), false)
    assert.equal(await vouched('other.westeurope.data.longshore.localhost'), false)
    assert.equal(await vouched('localhost'), true)
  } finally {
    await server.stop()
  }
})
