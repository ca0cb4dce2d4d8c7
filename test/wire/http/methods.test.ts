import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { digestOf, pushImage, putManifest, startUpload } from '../../world/content.ts'
import { blobPath, bytes, type DataScene, openData } from '../../world/data-endpoint.ts'
import { openRaw } from '../../world/raw.ts'
import { type Answer, header, type Principal, send } from '../../world/send.ts'
import { Server } from '../../world/server.ts'

// RFC 9110 §9: methods, on every surface.

let scene: DataScene
let server: Server
const image = { digest: '' }
before(async () => {
  scene = await openData()
  server = await Server.start({ admin: '127.0.0.1:0' })
  image.digest = (await pushImage(scene.door, 'm', 'v1')).digest
})
after(async () => {
  await server.stop()
  await scene.stop()
})

interface Resource {
  name: string
  path: () => string | Promise<string>
  as?: 'nobody' | 'owner'
  host?: () => string
  allow: string
  /** A GET that answers otherwise than a HEAD, as Azure has it: what each is answered. */
  differs?: readonly [get: number, head: number]
  /** What another method is answered; Entra has a status of its own. */
  refusal?: number
}

const api = 'api-version=2025-11-01'
const providers = '/providers/Microsoft.ContainerRegistry'
const resources: readonly Resource[] = [
  { name: 'front door', path: () => '/v2/', allow: 'GET, HEAD' },
  { name: 'catalog', path: () => '/v2/_catalog', allow: 'GET, HEAD' },
  { name: 'tags', path: () => '/v2/m/tags/list?n=1', allow: 'GET, HEAD' },
  { name: 'referrers', path: () => `/v2/m/referrers/${image.digest}`, allow: 'GET, HEAD' },
  { name: 'manifest by tag', path: () => '/v2/m/manifests/v1', allow: 'GET, HEAD, DELETE, PUT' },
  { name: 'manifest by digest', path: () => `/v2/m/manifests/${image.digest}`, allow: 'GET, HEAD, DELETE, PUT' },
  { name: 'blob that is redirected', path: () => blobPath(), allow: 'GET, HEAD, DELETE', differs: [307, 200] },
  {
    name: 'upload',
    path: async () => header(await startUpload(scene.door, 'm'), 'location').split('?')[0] ?? '',
    allow: 'PATCH, GET, HEAD, DELETE, PUT',
  },
  { name: 'unknown manifest', path: () => '/v2/m/manifests/none', allow: 'GET, HEAD, DELETE, PUT' },
  { name: 'acr catalog', path: () => '/acr/v1/_catalog', allow: 'GET, HEAD' },
  { name: 'acr repository', path: () => '/acr/v1/m', allow: 'GET, HEAD, PATCH, DELETE' },
  { name: 'acr tags', path: () => '/acr/v1/m/_tags', allow: 'GET, HEAD' },
  { name: 'acr tag', path: () => '/acr/v1/m/_tags/v1', allow: 'GET, HEAD, PATCH, DELETE' },
  { name: 'acr manifests', path: () => '/acr/v1/m/_manifests', allow: 'GET, HEAD' },
  { name: 'acr manifest', path: () => `/acr/v1/m/_manifests/${image.digest}`, allow: 'GET, HEAD, PATCH' },
  { name: 'token keys', path: () => '/oauth2/keys', as: 'nobody', allow: 'GET, HEAD' },
  { name: 'discovery', path: () => '/metadata/endpoints?api-version=2022-09-01', as: 'nobody', allow: 'GET, HEAD' },
  { name: 'authority', path: () => '/adfs/.well-known/openid-configuration', as: 'nobody', allow: 'GET, HEAD', refusal: 400 },
  { name: 'device page', path: () => '/devicelogin', as: 'nobody', allow: 'GET, HEAD', refusal: 400 },
  { name: 'subscriptions', path: () => `/subscriptions?${api}`, as: 'owner', allow: 'GET, HEAD' },
  { name: 'registries', path: () => `${scene.subscription}${providers}/registries?${api}`, as: 'owner', allow: 'GET, HEAD' },
  { name: 'usages', path: () => `${scene.local}/listUsages?${api}`, as: 'owner', allow: 'GET, HEAD' },
  {
    name: 'role assignments',
    path: () => `${scene.local}/providers/Microsoft.Authorization/roleAssignments?${api}`,
    as: 'owner',
    allow: 'GET, HEAD',
  },
  {
    name: 'tags of a resource',
    path: () => `${scene.local}/providers/Microsoft.Resources/tags/default?${api}`,
    as: 'owner',
    allow: 'GET, HEAD, PUT, PATCH, DELETE',
  },
  { name: 'a resource', path: () => `${scene.local}?${api}`, as: 'owner', allow: 'GET, HEAD, PUT, PATCH, DELETE', differs: [200, 204] },
  { name: 'users', path: () => '/graph/v1.0/users', as: 'owner', allow: 'GET, HEAD, POST' },
  { name: 'oneself', path: () => '/graph/v1.0/me', as: 'owner', allow: 'GET, HEAD' },
]

async function ask(resource: Resource, method: string, more: Record<string, string> = {}): Promise<Answer> {
  const as: Principal = resource.as === 'owner' ? { token: scene.owner.token } : (resource.as ?? 'admin')
  const host = resource.host?.()
  return send(scene.door, method, await resource.path(), { as, headers: { ...(host ? { host } : {}), ...more } })
}

// What every answer has of its own.
const own = new Set([
  'date',
  'x-ms-correlation-request-id',
  'x-ms-request-id',
  'x-ms-routing-request-id',
  'request-id',
  'client-request-id',
  'location',
  'docker-upload-uuid',
  'set-cookie',
  'content-security-policy',
])
const common = ({ headers }: Answer) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !own.has(name) && !name.startsWith('x-ms-ratelimit'))
      .sort(),
  )

for (const resource of resources)
  test(`§9.3.2 HEAD of the ${resource.name} is GET without its body`, async () => {
    const [get, head] = [await ask(resource, 'GET'), await ask(resource, 'HEAD')]
    assert.equal(head.body.length, 0)
    if (resource.differs) return assert.deepEqual([get.status, head.status], resource.differs)
    assert.equal(head.status, get.status)
    assert.deepEqual(common(head), common(get))
    // A page has a nonce of its own length's worth; everything else is as long.
    if (get.status !== 204) assert.equal(header(get, 'content-length'), String(get.body.length))
  })

for (const resource of resources)
  test(`§9.3.7, §10.2.1 the ${resource.name} tells its methods`, async () => {
    const options = await ask(resource, 'OPTIONS')
    assert.deepEqual([options.status, header(options, 'allow'), options.body.length], [204, `${resource.allow}, OPTIONS`, 0])
    assert.equal(options.headers['content-type'], undefined)
    const refused = await ask(resource, 'TRACE', { 'x-secret': 'mirror' })
    assert.deepEqual([refused.status, header(refused, 'allow')], [resource.refusal ?? 405, resource.allow])
    assert.ok(!refused.body.includes('mirror'))
  })

test('§9.3.7 a data endpoint tells its methods to who has the link', async () => {
  const link = await scene.linkOf()
  const options = await scene.follow(link, { method: 'OPTIONS' })
  assert.deepEqual([options.status, header(options, 'allow')], [204, 'GET, HEAD, OPTIONS'])
  const [get, head] = [await scene.follow(link), await scene.follow(link, { method: 'HEAD' })]
  assert.deepEqual(common(head), common(get))
  assert.equal(get.body.length, bytes.length)
})

test('§9.3.7 OPTIONS for the whole server, and for its root as balancers ask', async () => {
  for (const [line, allow] of [
    ['OPTIONS * HTTP/1.1', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
    ['OPTIONS / HTTP/1.1', 'GET, HEAD, OPTIONS'],
  ]) {
    const connection = await openRaw(scene.door.address)
    connection.socket.write(`${line}\r\nHost: localhost\r\n\r\n`)
    const text = await connection.until(/\r\n\r\n/)
    assert.match(text, /^HTTP\/1\.1 204 /)
    assert.match(text, new RegExp(`\r\nAllow: ${allow}\r\n`))
    connection.socket.destroy()
  }
})

test('§15.6.2 a method that nothing here has is 501, and names those that there are', async () => {
  for (const method of ['PROPFIND', 'PURGE', 'LOCK', 'LINK'])
    for (const resource of resources.filter(({ name }) => ['front door', 'subscriptions', 'users', 'discovery'].includes(name)))
      assert.equal((await ask(resource, method)).status, 501, `${method} ${resource.name}`)
})

test('the operator’s own listener: HEAD, OPTIONS and Allow', async () => {
  const target = { ...server, user: '', password: '', agent: server.agent, address: server.started.admin ?? server.address }
  for (const path of ['/healthz', '/readyz']) {
    const [get, head] = [await send(target, 'GET', path, { as: 'nobody' }), await send(target, 'HEAD', path, { as: 'nobody' })]
    assert.deepEqual([head.status, head.body.length, common(head)], [200, 0, common(get)])
    const options = await send(target, 'OPTIONS', path, { as: 'nobody' })
    assert.deepEqual([options.status, header(options, 'allow')], [204, 'GET, HEAD, OPTIONS'])
    const refused = await send(target, 'DELETE', path, { as: 'nobody' })
    assert.deepEqual([refused.status, header(refused, 'allow')], [405, 'GET, HEAD'])
  }
})

/** A lock, what it refuses, and what stays open then. */
const disallowed: readonly (readonly [string, object, 'tag' | 'repository', string, string, string])[] = [
  ['write', { writeEnabled: false }, 'tag', 'PUT', 'manifests/v1', 'GET, HEAD'],
  ['write', { writeEnabled: false }, 'tag', 'DELETE', 'manifests/v1', 'GET, HEAD'],
  ['delete', { deleteEnabled: false }, 'tag', 'DELETE', 'manifests/v1', 'GET, HEAD, PUT'],
  ['read', { readEnabled: false }, 'tag', 'GET', 'manifests/v1', 'DELETE, PUT'],
  ['read', { readEnabled: false }, 'tag', 'HEAD', 'manifests/v1', 'DELETE, PUT'],
  ['write', { writeEnabled: false }, 'repository', 'POST', 'blobs/uploads/', ''],
  ['write and read', { writeEnabled: false, readEnabled: false }, 'repository', 'PUT', 'manifests/v1', ''],
]
const open = { writeEnabled: true, deleteEnabled: true, readEnabled: true }

for (const [kind, change, level, method, path, allow] of disallowed)
  test(`§10.2.1 ${method} ${path} under a ${kind} lock of the ${level}: what stays open is ${allow || 'nothing'}`, async () => {
    const locked = level === 'tag' ? '/acr/v1/l/_tags/v1' : '/acr/v1/l'
    const { manifest } = await pushImage(scene.door, 'l', 'v1')
    const set = async (body: object) => assert.equal((await send(scene.door, 'PATCH', locked, { body: JSON.stringify(body) })).status, 200)
    await set(change)
    const answer = method === 'PUT' ? await putManifest(scene.door, 'l', 'v1', manifest) : await send(scene.door, method, `/v2/l/${path}`)
    await set(open)
    assert.deepEqual([answer.status, header(answer, 'allow')], [405, allow])
  })

test('§10.2.1 a blob in use and a locked repository of the metadata API: the others stay open', async () => {
  const { config } = await pushImage(scene.door, 'used', 'v1')
  const blob = await send(scene.door, 'DELETE', `/v2/used/blobs/${digestOf(config)}`)
  assert.deepEqual([blob.status, header(blob, 'allow')], [405, 'GET, HEAD'])
  await send(scene.door, 'PATCH', '/acr/v1/used', { body: JSON.stringify({ deleteEnabled: false }) })
  const repository = await send(scene.door, 'DELETE', '/acr/v1/used')
  assert.deepEqual([repository.status, header(repository, 'allow')], [405, 'GET, HEAD, PATCH'])
})
