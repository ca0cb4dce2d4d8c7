import { putRegistry } from '#ports/metadata-scene.contract.ts'
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { wire } from '#surfaces/acr/errors.ts'
import { wire as distributionWire } from '#surfaces/distribution/errors.ts'
import { digestOf, pushImage, tokenFor } from '../world/content.ts'
import { type Door, openDoor } from '../world/door.ts'
import { authorizationOf, header, json, send } from '../world/send.ts'

let door: Door
before(async () => {
  door = await openDoor({ proxies: ['127.0.0.1'] })
})
after(() => door.stop())

const requests: readonly (readonly [method: string, path: string, scope: string, ...instead: string[]])[] = [
  ['GET', '_catalog', 'registry:catalog:*'],
  ['GET', 'scopes', 'repository:scopes:metadata_read'],
  ['PATCH', 'scopes', 'repository:scopes:metadata_write'],
  ['DELETE', 'scopes', 'repository:scopes:delete'],
  ['GET', 'scopes/_tags', 'repository:scopes:metadata_read'],
  ['GET', 'scopes/_tags/v1', 'repository:scopes:metadata_read'],
  ['PATCH', 'scopes/_tags/v1', 'repository:scopes:metadata_write'],
  ['DELETE', 'scopes/_tags/v1', 'repository:scopes:delete', 'repository:scopes:metadata_write'],
  ['GET', 'scopes/_manifests', 'repository:scopes:metadata_read'],
  ['GET', `scopes/_manifests/${digestOf('none')}`, 'repository:scopes:metadata_read'],
  ['PATCH', `scopes/_manifests/${digestOf('none')}`, 'repository:scopes:metadata_write'],
]
const everyScope = ['pull', 'push', 'delete', 'metadata_read', 'metadata_write'].map((action) => `repository:scopes:${action}`)

for (const [method, path, scope, ...instead] of requests)
  test(`${method} ${path.slice(0, 30)} asks for ${scope} and takes nothing less`, async () => {
    const url = `/acr/v1/${path}`
    const refused = await send(door, method, url, { as: 'nobody' })
    assert.equal(refused.status, 401)
    const host = `127.0.0.1:${door.address.port}`
    assert.equal(header(refused, 'www-authenticate'), `Bearer realm="http://${host}/oauth2/token",service="${host}",scope="${scope}"`)
    const [type = '', name = '', action = ''] = scope.split(':')
    assert.deepEqual(json<{ errors: [{ detail: unknown }] }>(refused).errors[0].detail, [{ Type: type, Name: name, Action: action }])
    // A token asked for with pull carries metadata_read too, which the admin user holds.
    const enough = [scope, ...instead, ...(action === 'metadata_read' ? ['repository:scopes:pull'] : [])]
    for (const each of [...everyScope, 'registry:catalog:*']) {
      const { status, headers } = await send(door, method, url, { as: await tokenFor(door, each) })
      assert.equal(status === 401, !enough.includes(each), `${each}: ${status}`)
      if (status === 401) assert.match(String(headers['www-authenticate']), /,error="insufficient_scope"$/)
    }
  })

test('anonymous pull opens reading; the catalog asks for a token all the same, and nothing may be changed', async () => {
  await pushImage(door, 'public', 'v1')
  const { deps } = door.open
  await putRegistry(deps.store, 'local', { anonymousPull: true })
  for (const path of ['public', 'public/_tags', 'public/_manifests', 'public/_tags/v1'])
    assert.equal((await send(door, 'GET', `/acr/v1/${path}`, { as: 'nobody' })).status, 200, path)
  for (const [method, path] of [
    ['GET', '_catalog'],
    ['PATCH', 'public'],
    ['DELETE', 'public'],
    ['DELETE', 'public/_tags/v1'],
  ] as const)
    assert.equal((await send(door, method, `/acr/v1/${path}`, { as: 'nobody' })).status, 401, `${method} ${path}`)
  await putRegistry(deps.store, 'local', { anonymousPull: false })
})

const rawHeaders = (path: string, headers: Record<string, string> = {}): Promise<[string, string][]> =>
  new Promise((resolve, reject) => {
    const { host, port } = door.address
    request({ host, port, path, headers: { ...authorizationOf(door, 'admin'), ...headers } }, ({ rawHeaders: raw }) => {
      resolve(raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ''] as [string, string]] : [])))
    })
      .on('error', reject)
      .end()
  })

test('each answer has the headers that clients read', async () => {
  for (const path of ['/acr/v1/_catalog', '/acr/v1/none', '/acr/v1/A', '/acr/']) {
    const headers = await rawHeaders(path)
    const of = (name: string) => headers.filter(([each]) => each === name).map(([, value]) => value)
    assert.deepEqual(of('docker-distribution-api-version'), ['registry/2.0'])
    assert.deepEqual(of('access-control-expose-headers'), [
      'Docker-Content-Digest',
      'WWW-Authenticate',
      'Link',
      'X-Ms-Correlation-Request-Id',
    ])
    assert.deepEqual(of('strict-transport-security'), [])
    assert.equal(of('x-ms-correlation-request-id').length, 1)
    const secure = await rawHeaders(path, { 'x-forwarded-proto': 'https' })
    assert.deepEqual(
      secure.filter(([name]) => name === 'strict-transport-security'),
      [],
      'it is for the proxy to say',
    )
  }
})

test('what fails on both surfaces has one status and one code', () => {
  for (const [failure, answer] of Object.entries(wire))
    assert.deepEqual(
      [...answer],
      // What none can have is not there (404) for whoever only reads and deletes.
      ['name-invalid', 'tag-invalid', 'digest-invalid'].includes(failure)
        ? [404, distributionWire[failure as keyof typeof distributionWire][1]]
        : [...distributionWire[failure as keyof typeof distributionWire]],
      failure,
    )
})
