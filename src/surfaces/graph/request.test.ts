import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseGraphRequest } from './request.ts'

const id = '11111111-2222-4333-8444-555555555555'
const read = (method: string, url: string, body: unknown = {}) => parseGraphRequest(method, url, () => body)
const byId = { by: 'id', value: id }

for (const [method, path, kind, more] of [
  ['GET', '/me', 'me', {}],
  ['GET', '/me/ownedObjects', 'owned.list', {}],
  ['GET', '/me/memberOf', 'groups.of', { member: 'me', form: 'objects', direct: true }],
  ['GET', '/organization', 'organization.list', {}],
  ['GET', '/users', 'list', { collection: 'users' }],
  ['HEAD', '/USERS', 'list', { collection: 'users' }],
  ['GET', `/users/${id}`, 'get', { collection: 'users', key: byId }],
  ['GET', `/users('${id}')`, 'get', { collection: 'users', key: byId }],
  ['GET', `/users('it''s')`, 'get', { collection: 'users', key: { by: 'id', value: "it's" } }],
  ['GET', `/applications(appId='${id}')`, 'get', { collection: 'applications', key: { by: 'appId', value: id } }],
  ['DELETE', `/groups/${id}/`, 'delete', { collection: 'groups', key: byId }],
  ['GET', `/servicePrincipals/${id}/owners`, 'owners.list', { collection: 'servicePrincipals', key: byId }],
  ['GET', `/groups/${id}/members`, 'members.list', { key: byId }],
  ['DELETE', `/groups/${id}/members/other/$ref`, 'member.remove', { key: byId, memberId: 'other' }],
  ['GET', `/users/${id}/memberOf`, 'groups.of', { member: { collection: 'users', key: byId }, form: 'objects', direct: true }],
  ['GET', `/groups/${id}/transitiveMemberOf`, 'groups.of', { form: 'objects', direct: false }],
  ['POST', `/users/${id}/getMemberGroups`, 'groups.of', { form: 'ids', direct: false }],
  ['POST', `/users/${id}/microsoft.graph.getMemberObjects`, 'groups.of', { form: 'ids', direct: false }],
  ['GET', `/directoryObjects/${id}`, 'object.get', { id }],
  ['GET', `/directoryObjects/${id}/memberOf`, 'groups.of', { member: { id }, direct: true }],
] as const)
  test(`${method} ${path} is ${kind}`, () => {
    const request = read(method, `/graph/v1.0${path}`)
    assert.equal(request.kind, kind)
    assert.partialDeepStrictEqual(request, more)
  })

test('both versions, and slashes that a client writes twice', () => {
  for (const url of ['/graph/beta/me', '/GRAPH/V1.0/me', '/graph/v1.0//me', '//graph//v1.0/me/'])
    assert.equal(read('GET', url).kind, 'me', url)
})

for (const url of [
  '/graph/v1.0',
  '/graph/v2.0/me',
  '/other/v1.0/me',
  '/v1.0/me',
  '/graph/v1.0/nothing',
  '/graph/v1.0/me/nothing',
  '/graph/v1.0/me/memberOf/more',
  '/graph/v1.0/organization/more',
  '/graph/v1.0/constructor',
  `/graph/v1.0/users/${id}/nothing`,
  `/graph/v1.0/users/${id}/addPassword`,
  `/graph/v1.0/users/${id}/members`,
  `/graph/v1.0/groups/${id}/members/other`,
  `/graph/v1.0/groups/${id}/members/other/$ref/more`,
  `/graph/v1.0/applications/${id}/memberOf`,
  `/graph/v1.0/users/${id}/memberOf/more`,
  '/graph/v1.0/directoryObjects',
  `/graph/v1.0/directoryObjects/${id}/memberOf/more`,
])
  test(`nothing is served under ${url}`, () => assert.throws(() => read('GET', url), { failure: 'not-found' }))

for (const [method, path, allowed] of [
  ['PUT', '/users', ['GET', 'HEAD', 'POST']],
  ['POST', `/users/${id}`, ['GET', 'HEAD', 'PATCH', 'DELETE']],
  ['GET', `/applications/${id}/addPassword`, ['POST']],
  ['GET', `/groups/${id}/members/$ref`, ['POST']],
  ['POST', '/me', ['GET', 'HEAD']],
  ['constructor', '/me', ['GET', 'HEAD']],
] as const)
  test(`${method} of ${path} is refused with what is allowed`, () =>
    assert.throws(() => read(method, `/graph/v1.0${path}`), { failure: 'method-unsupported', detail: { allowed } }))

test('owners of users, and what was deleted, are told not to be kept', () => {
  assert.throws(() => read('GET', `/graph/v1.0/users/${id}/owners`), { failure: 'unsupported' })
  assert.throws(() => read('POST', `/graph/v1.0/groups/${id}/owners/$ref`), { failure: 'unsupported' })
  assert.throws(() => read('GET', '/graph/v1.0/directory/deletedItems'), { failure: 'feature-unavailable' })
  assert.throws(() => read('GET', '/graph/v1.0/users/%zz'), { failure: 'request-invalid' })
})
