import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assignRole } from '#app/authorization/assign-role.ts'
import { createUser } from '#app/identity/users.ts'
import { operator } from '#core/access.ts'
import { runOperatorCli } from '../world/cli-run.ts'
import { openPlane, type Plane, type Somebody, succeeded } from '../world/plane.ts'
import { json } from '../world/send.ts'

const roleAssignments = 'providers/Microsoft.Authorization/roleAssignments'

interface Ids {
  as: Somebody
  id: string
  group: string
  assignment: string
  application: string
}

interface Way {
  how: string
  refusal: number
  /** Ends what makes `owner` own everything. */
  end: (plane: Plane, owner: Ids) => Promise<number>
}

const byGraph =
  (method: string, path: (ids: Ids) => string, body?: object): Way['end'] =>
  async (plane, ids) =>
    (await plane.graph(method, path(ids), { as: ids.as, ...(body ? { body } : {}) })).status

const takeRole: Way = {
  how: 'its role is taken away',
  refusal: 412,
  end: async ({ arm }, { as, assignment }) => (await arm('DELETE', assignment, { as })).status,
}
const ofUsers: readonly Way[] = [
  { how: 'it is switched off', refusal: 409, end: byGraph('PATCH', ({ id }) => `/users/${id}`, { accountEnabled: false }) },
  { how: 'it is deleted', refusal: 409, end: byGraph('DELETE', ({ id }) => `/users/${id}`) },
  takeRole,
]
const ofPrograms: readonly Way[] = [
  { how: 'it is switched off', refusal: 409, end: byGraph('PATCH', ({ id }) => `/servicePrincipals/${id}`, { accountEnabled: false }) },
  { how: 'it is deleted', refusal: 409, end: byGraph('DELETE', ({ id }) => `/servicePrincipals/${id}`) },
  { how: 'its application is deleted', refusal: 409, end: byGraph('DELETE', ({ application }) => `/applications/${application}`) },
  takeRole,
]
const ofMembers: readonly Way[] = [
  ...ofUsers,
  { how: 'it is taken out of the group', refusal: 409, end: byGraph('DELETE', ({ group, id }) => `/groups/${group}/members/${id}/$ref`) },
  { how: 'the group is deleted', refusal: 409, end: byGraph('DELETE', ({ group }) => `/groups/${group}`) },
]

for (const [kind, ways] of [
  ['user', ofUsers],
  ['service principal', ofPrograms],
  ['member of a group', ofMembers],
] as const)
  describe(`a ${kind} who alone owns everything`, () => {
    let plane: Plane
    let ids: Ids
    before(async () => {
      plane = await openPlane()
      const somebody = kind === 'service principal' ? await plane.program('last') : await plane.user('last')
      ids = { as: somebody, id: somebody.id, group: '', assignment: '', application: '' }
      if (kind === 'service principal') {
        const found = await plane.graph('GET', `/applications?$filter=${encodeURIComponent(`appId eq '${somebody.name}'`)}`)
        ids.application = json<{ value: [{ id: string }] }>(succeeded(found, 200)).value[0].id
      }
      if (kind === 'member of a group') {
        const body = { displayName: 'owners', mailNickname: 'owners', mailEnabled: false, securityEnabled: true }
        ids.group = json<{ id: string }>(succeeded(await plane.graph('POST', '/groups', { body }), 201)).id
        const member = { '@odata.id': `${plane.control}/graph/v1.0/directoryObjects/${somebody.id}` }
        succeeded(await plane.graph('POST', `/groups/${ids.group}/members/$ref`, { body: member }), 204)
      }
      ids.assignment = await plane.give(ids.group || somebody.id, 'Owner', '/')
      succeeded(await plane.graph('DELETE', `/users/${plane.owner.id}`, { as: somebody }), 204)
    })
    after(() => plane.stop())

    for (const { how, refusal, end } of ways)
      test(`stays when ${how}: ${refusal}`, async () => {
        const status = await end(plane, ids)
        // Told before the assertion: a server without an owner answers nothing of what follows.
        assert.equal((await plane.arm('GET', `/${roleAssignments}`, { as: ids.as })).status, 200, `after ${status} nobody owns it`)
        assert.equal(status, refusal)
      })

    test('stays when the operator would end it, who is told what to do first', async () => {
      const refused = async (...words: string[]) => {
        const { code, problem } = await runOperatorCli(plane.operatorDeps, 'identity', ...words)
        assert.equal(code, 1)
        assert.match(
          problem,
          /^longshore: nobody would be left who owns everything: give the role to somebody else first, with "longshore /,
        )
      }
      await refused('role', 'remove', '--assignee', ids.group || ids.id, '--role', 'Owner', '--scope', '/')
      if (kind === 'service principal') await refused('sp', 'delete', ids.id)
      else {
        await refused('user', 'delete', ids.id)
        await refused('user', 'disable', ids.id)
      }
      if (kind === 'member of a group') {
        await refused('group', 'remove-member', ids.group, ids.id)
        await refused('group', 'delete', ids.group)
      }
    })

    test('goes when there is another', async () => {
      const { deps } = plane.door.open
      const { user, password } = await createUser(deps, { login: 'next' })
      await assignRole(deps, { scopeId: '/', principalId: user.id, role: 'Owner', by: operator })
      assert.equal(await ways[0]?.end(plane, ids), 204)
      assert.equal((await plane.arm('GET', `/${roleAssignments}`, { as: ids.as })).status, 401)
      const token = await plane.tokenOf({ name: user.login ?? '', password })
      assert.equal((await plane.arm('GET', `/${roleAssignments}`, { as: { token } })).status, 200)
    })
  })
